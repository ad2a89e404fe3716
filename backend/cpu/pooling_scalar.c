#include "level_scalar.h"

#include "pooling.h"
#include "pooling_impl.h"
#include "pooling_n16_impl.h"

#include "level_end.h"

GOMX_DEFINE(gomx_pool);
GOMX_DEFINE(gomx_pool_grad);
GOMX_DEFINE(gomx_pool_n16);
GOMX_DEFINE(gomx_pool_n16_grad);
