#include <math.h>
#include <string.h>

#include "copy.h"

#define SAME_AT_EVERY_LEVEL(name, function) const gomx_kernel name[GOMX_LEVELS] = {function, function, function}

// backend.DType.
enum { FLOAT32 = 0, FLOAT64 = 1, UINT8 = 3, INT32 = 4, INT8 = 5, INT64 = 6 };

// Index number i, towards zero; what is not a number counts as 0.
static int64_t index_at(const void *p, int64_t type, int64_t i) {
	double v = 0;
	switch (type) {
	case INT64: return ((const int64_t *)p)[i];
	case INT32: return ((const int32_t *)p)[i];
	case INT8: return ((const int8_t *)p)[i];
	case UINT8: return ((const uint8_t *)p)[i];
	case FLOAT32: v = (double)((const float *)p)[i]; break;
	case FLOAT64: v = ((const double *)p)[i]; break;
	}
	const double limit = 2147483647.0 * 1024;
	if (v != v) return 0;
	return (int64_t)(v < -limit ? -limit : v > limit ? limit : v);
}

// The row of n that an index means.
static int64_t row_of(int64_t v, int64_t n, int64_t wrap) {
	if (!wrap) return v < 0 ? 0 : v < n ? v : n - 1;
	v %= n;
	return v < 0 ? v + n : v;
}

static void gather(const gomx_call *c, int64_t piece, int thread) {
	(void)thread;
	const int64_t *n = c->n, rows = n[1], count = n[2], bytes = n[3];
	int64_t end = (piece + 1) * n[6] < n[0] * count ? (piece + 1) * n[6] : n[0] * count;
	for (int64_t i = piece * n[6]; i < end; i++) {
		int64_t row = row_of(index_at(c->p[1], n[5], i % count), rows, n[4]);
		memcpy((char *)c->p[2] + i * bytes, (const char *)c->p[0] + (i / count * rows + row) * bytes, (size_t)bytes);
	}
}
SAME_AT_EVERY_LEVEL(gomx_gather, gather);

static void scatter_add(const gomx_call *c, int64_t piece, int thread) {
	(void)thread;
	const int64_t *n = c->n, rows = n[1], count = n[2], width = n[3];
	int64_t across = (width + n[6] - 1) / n[6], outer = piece / across, from = piece % across * n[6];
	int64_t len = width - from < n[6] ? width - from : n[6];
	const float *src = (const float *)c->p[0] + outer * count * width + from;
	float *dst = (float *)c->p[2] + outer * rows * width + from;
	for (int64_t r = 0; r < rows; r++) memset(dst + r * width, 0, (size_t)len * sizeof(float));
	for (int64_t i = 0; i < count; i++) {
		float *d = dst + row_of(index_at(c->p[1], n[5], i), rows, n[4]) * width;
		const float *s = src + i * width;
		for (int64_t k = 0; k < len; k++) d[k] += s[k];
	}
}
SAME_AT_EVERY_LEVEL(gomx_scatter_add, scatter_add);

// Where an index of the padded dimension lies in the source: -1 for the constant.
static int64_t pad_source(int64_t i, const int64_t *dim, int64_t mode) {
	int64_t size = dim[0], at = i - dim[2];
	if (at >= 0 && at < size) return at;
	if (mode == 0) return -1;
	if (mode == 1) return at < 0 ? 0 : size - 1;
	return at < 0 ? -at : 2 * (size - 1) - at;
}

#define PAD(T)                                                                                                            \
	static void pad_##T(const gomx_call *c, int64_t piece) {                                                              \
		const int64_t *n = c->n, dims = n[1], *last = n + 6 + 3 * (dims - 1);                                             \
		T fill;                                                                                                           \
		memcpy(&fill, &n[3], sizeof fill); /* the number lies in the first bytes */                                       \
		int64_t end = (piece + 1) * n[5] < n[4] ? (piece + 1) * n[5] : n[4];                                              \
		for (int64_t r = piece * n[5]; r < end; r++) {                                                                    \
			int64_t at = 0, stride = last[0], rest = r, outside = 0;                                                      \
			for (int64_t d = dims - 2; d >= 0; d--) {                                                                     \
				const int64_t *dim = n + 6 + 3 * d;                                                                       \
				int64_t i = pad_source(rest % dim[1], dim, n[2]);                                                         \
				outside |= i < 0;                                                                                         \
				at += i * stride;                                                                                         \
				stride *= dim[0];                                                                                         \
				rest /= dim[1];                                                                                           \
			}                                                                                                             \
			T *dst = (T *)c->p[1] + r * last[1];                                                                          \
			const T *src = (const T *)c->p[0] + at;                                                                       \
			for (int64_t k = 0; k < last[1]; k++) {                                                                       \
				int64_t i = outside ? -1 : pad_source(k, last, n[2]);                                                     \
				dst[k] = i < 0 ? fill : src[i];                                                                           \
			}                                                                                                             \
		}                                                                                                                 \
	}
PAD(uint8_t)
PAD(uint16_t)
PAD(uint32_t)
PAD(uint64_t)

static void pad(const gomx_call *c, int64_t piece, int thread) {
	(void)thread;
	switch (c->n[0]) {
	case 1: pad_uint8_t(c, piece); break;
	case 2: pad_uint16_t(c, piece); break;
	case 4: pad_uint32_t(c, piece); break;
	case 8: pad_uint64_t(c, piece); break;
	}
}
SAME_AT_EVERY_LEVEL(gomx_pad, pad);
