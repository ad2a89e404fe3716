#if defined(__x86_64__)
#include "level_avx2.h"

#include "simd_math.h"

#include "conv.h"

#include "conv_epilogue.h"
#include "conv_gemm.h"
#include "im2col_impl.h"

#include "conv_impl.h"

#include "conv_depthwise_impl.h"

#include "level_end.h"
#endif
