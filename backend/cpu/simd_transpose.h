// Transposes squares of VL×VL floats in registers, and rectangles by way of them.
#ifndef GOMX_SIMD_TRANSPOSE_H
#define GOMX_SIMD_TRANSPOSE_H

#include "simd.h"

// Rows become columns.
INLINE void v_transpose(vf *x) {
#if GOMX_LEVEL == 2
	// Four rounds exchange halves between vectors at distance 1, 2, 4 and 8.
	__m512 *a = (__m512 *)x, b[16];
	UNROLL for (int i = 0; i < 16; i += 2) {
		b[i] = _mm512_unpacklo_ps(a[i], a[i + 1]);
		b[i + 1] = _mm512_unpackhi_ps(a[i], a[i + 1]);
	}
	UNROLL for (int i = 0; i < 16; i += 4) UNROLL for (int k = 0; k < 2; k++) {
		a[i + 2 * k] = _mm512_shuffle_ps(b[i + k], b[i + k + 2], 0x44);
		a[i + 2 * k + 1] = _mm512_shuffle_ps(b[i + k], b[i + k + 2], 0xee);
	}
	UNROLL for (int i = 0; i < 16; i += 8) UNROLL for (int k = 0; k < 4; k++) {
		b[i + k] = _mm512_shuffle_f32x4(a[i + k], a[i + k + 4], 0x88);
		b[i + k + 4] = _mm512_shuffle_f32x4(a[i + k], a[i + k + 4], 0xdd);
	}
	UNROLL for (int k = 0; k < 8; k++) {
		a[k] = _mm512_shuffle_f32x4(b[k], b[k + 8], 0x88);
		a[k + 8] = _mm512_shuffle_f32x4(b[k], b[k + 8], 0xdd);
	}
#elif GOMX_LEVEL == 1
	// Three rounds, at distance 1, 2 and 4.
	__m256 *a = (__m256 *)x, b[8];
	UNROLL for (int i = 0; i < 8; i += 2) {
		b[i] = _mm256_unpacklo_ps(a[i], a[i + 1]);
		b[i + 1] = _mm256_unpackhi_ps(a[i], a[i + 1]);
	}
	UNROLL for (int i = 0; i < 8; i += 4) UNROLL for (int k = 0; k < 2; k++) {
		a[i + 2 * k] = _mm256_shuffle_ps(b[i + k], b[i + k + 2], 0x44);
		a[i + 2 * k + 1] = _mm256_shuffle_ps(b[i + k], b[i + k + 2], 0xee);
	}
	UNROLL for (int k = 0; k < 8; k++) b[k] = a[k];
	UNROLL for (int k = 0; k < 4; k++) {
		a[k] = _mm256_permute2f128_ps(b[k], b[k + 4], 0x20);
		a[k + 4] = _mm256_permute2f128_ps(b[k], b[k + 4], 0x31);
	}
#else
	for (int i = 0; i < VL; i++)
		for (int k = 0; k < i; k++) {
			float t = x[i][k];
			x[i][k] = x[k][i], x[k][i] = t;
		}
#endif
}

// dst[i][k] = src[k][i] for i < rows ≤ VL, k < columns ≤ VL; strides in elements.
INLINE void v_transpose_block(float *dst, int64_t dst_stride, const float *src, int64_t src_stride, int64_t rows, int64_t columns) {
	vf x[VL];
	if (rows == VL && columns == VL) {
		UNROLL for (int k = 0; k < VL; k++) x[k] = v_load(src + k * src_stride);
		v_transpose(x);
		UNROLL for (int i = 0; i < VL; i++) v_store(dst + i * dst_stride, x[i]);
		return;
	}
	UNROLL for (int k = 0; k < VL; k++) x[k] = k < columns ? v_load_n(src + k * src_stride, rows) : v_zero();
	v_transpose(x);
	UNROLL for (int i = 0; i < VL; i++)
		if (i < rows) v_store_n(dst + i * dst_stride, x[i], columns);
}

// The same for any number of rows and columns.
static inline void v_transpose_any(float *dst, int64_t dst_stride, const float *src, int64_t src_stride, int64_t rows, int64_t columns) {
	for (int64_t i = 0; i < rows; i += VL)
		for (int64_t k = 0; k < columns; k += VL)
			v_transpose_block(dst + i * dst_stride + k, dst_stride, src + k * src_stride + i, src_stride, rows - i < VL ? rows - i : VL,
			                  columns - k < VL ? columns - k : VL);
}

#endif
