// Begins a file compiled for AVX2 with fused multiply-add (Haswell, Zen and later). Pair with level_end.h.
#define GOMX_LEVEL 1
#define GOMX_SUFFIX _avx2
#define GOMX_TARGET "avx2,fma"
#if defined(__clang__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target(GOMX_TARGET))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#include <immintrin.h>
#endif
#include "simd.h"
