// Vectors of floats as the compiler's own vector type: VL lanes, with + - * / and comparisons (which give vi, all bits set
// where true), and the few operations that need an instruction by name. GOMX_FN(name) names a function of this level.
#ifndef GOMX_SIMD_H
#define GOMX_SIMD_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "gomx_cpu.h"

#define GOMX_CAT2(a, b) a##b
#define GOMX_CAT(a, b) GOMX_CAT2(a, b)
#define GOMX_FN(name) GOMX_CAT(name, GOMX_SUFFIX)
#define INLINE static inline __attribute__((always_inline, unused))

// Before a loop of few, known steps: all of them one after the other, so that arrays of vectors become registers.
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif

#if GOMX_LEVEL == 2
#define VL 16
#elif GOMX_LEVEL == 1
#define VL 8
#else
#define VL 4
#endif

typedef float vf __attribute__((vector_size(VL * 4)));
typedef int32_t vi __attribute__((vector_size(VL * 4)));
typedef float vf_u __attribute__((vector_size(VL * 4), aligned(4), may_alias));

INLINE vf v_load(const float *p) { return *(const vf_u *)p; }
INLINE void v_store(float *p, vf v) { *(vf_u *)p = v; }
INLINE vf v_set1(float x) { return x - (vf){0}; } // keeps -0
INLINE vf v_zero(void) { return (vf){0}; }

// Loads n ≤ VL elements, zeros behind them, and stores as many.
#if GOMX_LEVEL == 1
INLINE __m256i v_first(int64_t n) { return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)); }
#endif

INLINE vf v_load_n(const float *p, int64_t n) {
#if GOMX_LEVEL == 2
	return (vf)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
#elif GOMX_LEVEL == 1
	return (vf)_mm256_maskload_ps(p, v_first(n));
#else
	float t[VL] = {0};
	for (int64_t i = 0; i < n; i++) t[i] = p[i];
	return v_load(t);
#endif
}

INLINE void v_store_n(float *p, vf v, int64_t n) {
#if GOMX_LEVEL == 2
	_mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
#elif GOMX_LEVEL == 1
	_mm256_maskstore_ps(p, v_first(n), (__m256)v);
#else
	float t[VL];
	v_store(t, v);
	for (int64_t i = 0; i < n; i++) p[i] = t[i];
#endif
}

// All bits set in the first n lanes.
INLINE vi v_lanes(int64_t n) {
	static const int32_t count[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	vi lane;
	memcpy(&lane, count, sizeof lane);
	return lane < (int32_t)n;
}

// a*b + c, rounded once where the level has it.
INLINE vf v_fma(vf a, vf b, vf c) {
#if GOMX_LEVEL == 2
	return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif GOMX_LEVEL == 1
	return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
	return a * b + c;
#endif
}

// mask ? a : b, for masks that a comparison gave.
INLINE vf v_select(vi mask, vf a, vf b) {
#if GOMX_LEVEL == 2
	return (vf)_mm512_mask_blend_ps(_mm512_movepi32_mask((__m512i)mask), (__m512)b, (__m512)a);
#elif GOMX_LEVEL == 1
	return (vf)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)mask);
#else
	return (vf)(((vi)a & mask) | ((vi)b & ~mask));
#endif
}

// x > y ? x : y, y when one of them is NaN: the instruction of x86.
INLINE vf v_max(vf x, vf y) {
#if GOMX_LEVEL == 2
	return (vf)_mm512_max_ps((__m512)x, (__m512)y);
#elif GOMX_LEVEL == 1
	return (vf)_mm256_max_ps((__m256)x, (__m256)y);
#else
	return v_select(x > y, x, y);
#endif
}

// x < y ? x : y, y when one of them is NaN.
INLINE vf v_min(vf x, vf y) {
#if GOMX_LEVEL == 2
	return (vf)_mm512_min_ps((__m512)x, (__m512)y);
#elif GOMX_LEVEL == 1
	return (vf)_mm256_min_ps((__m256)x, (__m256)y);
#else
	return v_select(x < y, x, y);
#endif
}

INLINE vf v_abs(vf x) { return (vf)((vi)x & 0x7fffffff); }

INLINE vf v_sqrt(vf x) {
#if GOMX_LEVEL == 2
	return (vf)_mm512_sqrt_ps((__m512)x);
#elif GOMX_LEVEL == 1
	return (vf)_mm256_sqrt_ps((__m256)x);
#else
	for (int i = 0; i < VL; i++) x[i] = sqrtf(x[i]);
	return x;
#endif
}

// Sum and extremes of the lanes, in a fixed order: halves first.
INLINE float v_sum(vf x) {
#if GOMX_LEVEL == 2
	return _mm512_reduce_add_ps((__m512)x);
#endif
	for (int h = VL / 2; h > 0; h /= 2)
		for (int i = 0; i < h; i++) x[i] += x[i + h];
	return x[0];
}

#endif
