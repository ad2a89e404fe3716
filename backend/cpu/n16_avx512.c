#if defined(__x86_64__)
#include "level_avx512.h"

#include "simd_math.h"

#include "n16.h"

#include "conv_epilogue.h"
#include "n16_conv_impl.h"
#include "n16_filter_impl.h"

#include "level_end.h"
#endif
