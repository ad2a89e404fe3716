#include "level_scalar.h"
#include "softmax_impl.h"
#include "level_end.h"

GOMX_DEFINE(gomx_softmax);
