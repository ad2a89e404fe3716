#include "level_scalar.h"

#include "simd_math.h"

#include "conv.h"

#include "conv_epilogue.h"
#include "conv_gemm.h"
#include "im2col_impl.h"

#include "conv_impl.h"

#include "conv_depthwise_impl.h"

#include "level_end.h"

GOMX_DEFINE(gomx_conv);
GOMX_DEFINE(gomx_conv_grad_data);
GOMX_DEFINE(gomx_conv_grad_filter);
GOMX_DEFINE(gomx_conv_add_parts);
GOMX_DEFINE(gomx_depthwise);
GOMX_DEFINE(gomx_depthwise_grad_data);
GOMX_DEFINE(gomx_depthwise_grad_filter);
