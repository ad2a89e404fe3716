// Transposes a square of VL×VL floats: row i of dst, at dst + i·dst_stride, becomes column i of src.
#ifndef GOMX_SIMD_TRANSPOSE_H
#define GOMX_SIMD_TRANSPOSE_H

#include "simd.h"

#if GOMX_LEVEL == 2

// Four rounds exchange neighbours at distance 1, 2, 4 and 8: in each, half of one vector changes places with half of another.
INLINE void v_transpose(float *dst, int64_t dst_stride, const float *src, int64_t src_stride) {
	__m512 a[16], b[16];
	for (int i = 0; i < 16; i++) a[i] = _mm512_loadu_ps(src + i * src_stride);
	for (int i = 0; i < 16; i += 2) {
		b[i] = _mm512_unpacklo_ps(a[i], a[i + 1]);
		b[i + 1] = _mm512_unpackhi_ps(a[i], a[i + 1]);
	}
	for (int i = 0; i < 16; i += 4)
		for (int k = 0; k < 2; k++) {
			a[i + 2 * k] = _mm512_shuffle_ps(b[i + k], b[i + k + 2], 0x44);
			a[i + 2 * k + 1] = _mm512_shuffle_ps(b[i + k], b[i + k + 2], 0xee);
		}
	for (int i = 0; i < 16; i += 8)
		for (int k = 0; k < 4; k++) {
			b[i + k] = _mm512_shuffle_f32x4(a[i + k], a[i + k + 4], 0x88);
			b[i + k + 4] = _mm512_shuffle_f32x4(a[i + k], a[i + k + 4], 0xdd);
		}
	for (int k = 0; k < 8; k++) {
		_mm512_storeu_ps(dst + k * dst_stride, _mm512_shuffle_f32x4(b[k], b[k + 8], 0x88));
		_mm512_storeu_ps(dst + (k + 8) * dst_stride, _mm512_shuffle_f32x4(b[k], b[k + 8], 0xdd));
	}
}

#elif GOMX_LEVEL == 1

// Three rounds, at distance 1, 2 and 4.
INLINE void v_transpose(float *dst, int64_t dst_stride, const float *src, int64_t src_stride) {
	__m256 a[8], b[8];
	for (int i = 0; i < 8; i++) a[i] = _mm256_loadu_ps(src + i * src_stride);
	for (int i = 0; i < 8; i += 2) {
		b[i] = _mm256_unpacklo_ps(a[i], a[i + 1]);
		b[i + 1] = _mm256_unpackhi_ps(a[i], a[i + 1]);
	}
	for (int i = 0; i < 8; i += 4)
		for (int k = 0; k < 2; k++) {
			a[i + 2 * k] = _mm256_shuffle_ps(b[i + k], b[i + k + 2], 0x44);
			a[i + 2 * k + 1] = _mm256_shuffle_ps(b[i + k], b[i + k + 2], 0xee);
		}
	for (int k = 0; k < 4; k++) {
		_mm256_storeu_ps(dst + k * dst_stride, _mm256_permute2f128_ps(a[k], a[k + 4], 0x20));
		_mm256_storeu_ps(dst + (k + 4) * dst_stride, _mm256_permute2f128_ps(a[k], a[k + 4], 0x31));
	}
}

#else

INLINE void v_transpose(float *dst, int64_t dst_stride, const float *src, int64_t src_stride) {
	for (int i = 0; i < VL; i++)
		for (int k = 0; k < VL; k++) dst[i * dst_stride + k] = src[k * src_stride + i];
}

#endif

// Any rectangle: dst[i][k] = src[k][i] for i < rows, k < columns.
INLINE void v_transpose_any(float *dst, int64_t dst_stride, const float *src, int64_t src_stride, int64_t rows, int64_t columns) {
	int64_t i = 0;
	for (; i + VL <= rows; i += VL) {
		int64_t k = 0;
		for (; k + VL <= columns; k += VL) v_transpose(dst + i * dst_stride + k, dst_stride, src + k * src_stride + i, src_stride);
		for (; k < columns; k++)
			for (int j = 0; j < VL; j++) dst[(i + j) * dst_stride + k] = src[k * src_stride + i + j];
	}
	for (; i < rows; i++)
		for (int64_t k = 0; k < columns; k++) dst[i * dst_stride + k] = src[k * src_stride + i];
}

#endif
