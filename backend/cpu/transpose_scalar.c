#include "level_scalar.h"
#include "transpose_impl.h"
#include "level_end.h"

GOMX_DEFINE(gomx_transpose);
