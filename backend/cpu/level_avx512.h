// Begins a file compiled for AVX-512 (Skylake server and later, Zen 4 and later). Pair with level_end.h.
#define GOMX_LEVEL 2
#define GOMX_SUFFIX _avx512
#define GOMX_TARGET "avx2,fma,avx512f,avx512dq,avx512bw,avx512vl"
#if defined(__clang__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target(GOMX_TARGET))), apply_to = function)
#else
#pragma GCC target("avx2,fma,avx512f,avx512dq,avx512bw,avx512vl")
#include <immintrin.h>
#endif
#include "simd.h"
