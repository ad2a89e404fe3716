#include "level_scalar.h"
#include "random_impl.h"
#include "level_end.h"

GOMX_DEFINE(gomx_random_uniform);
GOMX_DEFINE(gomx_random_normal);
