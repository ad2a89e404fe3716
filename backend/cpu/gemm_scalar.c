#include "level_scalar.h"
#include "gemm_impl.h"
#include "level_end.h"

GOMX_DEFINE(gomx_gemm);
GOMX_DEFINE(gomx_gemm_dot);
GOMX_DEFINE(gomx_gemm_pack);
