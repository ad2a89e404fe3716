#include "level_scalar.h"

#include "simd_math.h"

#include "n16.h"

#include "conv_epilogue.h"
#include "n16_conv_impl.h"
#include "n16_filter_impl.h"

#include "level_end.h"

GOMX_DEFINE(gomx_n16_conv);
GOMX_DEFINE(gomx_n16_conv_grad_data);
GOMX_DEFINE(gomx_n16_conv_grad_filter);
