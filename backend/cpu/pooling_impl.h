// Windows, and pooling in C order. Forward goes row by row: first the rows of the window are combined, in vectors, then the
// columns. The gradient walks the windows.

// One axis of a window: the positions inside the data, and how many count for an average.
typedef struct { int64_t lo, hi, count; } pool_span;

INLINE pool_span pool_axis(const int64_t *n, int axis, int64_t out) {
	const int64_t size = n[POOL_D + axis], pad = n[POOL_PD + axis], start = out * n[POOL_SD + axis] - pad;
	const int64_t end = start + n[POOL_KD + axis];
	pool_span s = {start < 0 ? 0 : start, end > size ? size : end, 0};
	s.count = n[POOL_COUNT_PAD] ? (end > size + pad ? size + pad : end) - start : s.hi - s.lo;
	return s;
}

INLINE vf pool_power(vf x, int64_t p) {
	x = v_abs(x);
	vf y = x;
	for (; p > 1; p--) y *= x;
	return y;
}

static float pool_root(float x, int64_t p) { return p == 1 ? x : p == 2 ? sqrtf(x) : powf(x, 1.0f / (float)p); }

// Whether x beats the best so far: a NaN counts as the largest, and the first of equals stays.
#define POOL_ABOVE(x, best) (((x) > (best)) | (((x) != (x)) & ((best) == (best))))

INLINE vf pool_join(const int type, vf a, vf x, int64_t p) {
	return type == POOL_MAX ? v_select(POOL_ABOVE(x, a), x, a) : type == POOL_LP ? a + pool_power(x, p) : a + x;
}

// Combines one row of the data into the sums of its columns.
INLINE void pool_add_row(const int type, float *sum, const float *x, int64_t width, int64_t p) {
	int64_t i = 0;
	for (; i + VL <= width; i += VL) v_store(sum + i, pool_join(type, v_load(sum + i), v_load(x + i), p));
	if (i < width) v_store_n(sum + i, pool_join(type, v_load_n(sum + i, width - i), v_load_n(x + i, width - i), p), width - i);
}

INLINE void pool_plane(const int type, const int64_t *n, const float *x, float *y, float *sum) {
	const int64_t width = n[POOL_W], p = n[POOL_P];
	for (int64_t od = 0; od < n[POOL_OD]; od++) {
		const pool_span d = pool_axis(n, 0, od);
		for (int64_t oh = 0; oh < n[POOL_OH]; oh++) {
			const pool_span h = pool_axis(n, 1, oh);
			for (int64_t i = 0; i < width; i++) sum[i] = type == POOL_MAX ? x[(d.lo * n[POOL_H] + h.lo) * width + i] : 0;
			for (int64_t z = d.lo; z < d.hi; z++)
				for (int64_t r = h.lo; r < h.hi; r++) pool_add_row(type, sum, x + (z * n[POOL_H] + r) * width, width, p);
			for (int64_t ow = 0; ow < n[POOL_OW]; ow++) {
				const pool_span w = pool_axis(n, 2, ow);
				float a = sum[w.lo];
				for (int64_t i = w.lo + 1; i < w.hi; i++) a = type == POOL_MAX ? (POOL_ABOVE(sum[i], a) ? sum[i] : a) : a + sum[i];
				if (type == POOL_AVG) a /= (float)(d.count * h.count * w.count);
				*y++ = type == POOL_LP ? pool_root(a, p) : a;
			}
		}
	}
}

// Adds dy into the window of one output, of which y is the value.
INLINE void pool_grad_window(const int type, const int64_t *n, pool_span d, pool_span h, pool_span w, const float *x, float y, float dy, float *dx) {
	const int64_t width = n[POOL_W];
	int64_t best = (d.lo * n[POOL_H] + h.lo) * width + w.lo;
	if (type == POOL_AVG) dy /= (float)(d.count * h.count * w.count);
	for (int64_t z = d.lo; z < d.hi; z++) {
		for (int64_t r = h.lo; r < h.hi; r++) {
			const int64_t row = (z * n[POOL_H] + r) * width;
			for (int64_t i = row + w.lo; i < row + w.hi; i++) {
				if (type == POOL_MAX) best = POOL_ABOVE(x[i], x[best]) ? i : best;
				else if (type != POOL_LP) dx[i] += dy;
				else if (y > 0) {
					float power = 1;
					for (int64_t k = n[POOL_P]; k > 1; k--) power *= fabsf(x[i]) / y;
					dx[i] += x[i] > 0 ? dy * power : x[i] < 0 ? -dy * power : 0;
				}
			}
		}
	}
	if (type == POOL_MAX) dx[best] += dy;
}

INLINE void pool_grad_plane(const int type, const int64_t *n, const float *dy, const float *x, const float *y, float *dx) {
	memset(dx, 0, (size_t)(n[POOL_D] * n[POOL_H] * n[POOL_W]) * 4);
	for (int64_t od = 0; od < n[POOL_OD]; od++) {
		const pool_span d = pool_axis(n, 0, od);
		for (int64_t oh = 0; oh < n[POOL_OH]; oh++) {
			const pool_span h = pool_axis(n, 1, oh);
			for (int64_t ow = 0; ow < n[POOL_OW]; ow++) pool_grad_window(type, n, d, h, pool_axis(n, 2, ow), x, *y++, *dy++, dx);
		}
	}
}

// Calls plane for each plane of a piece, compiled once for each type.
#define POOL_EACH(call)                                                                                  \
	const int64_t *n = g->n, in = n[POOL_D] * n[POOL_H] * n[POOL_W], out = n[POOL_OD] * n[POOL_OH] * n[POOL_OW]; \
	const int64_t end = (piece + 1) * n[POOL_PIECE];                                                     \
	for (int64_t i = piece * n[POOL_PIECE]; i < end && i < n[POOL_PLANES]; i++) {                        \
		switch (n[POOL_TYPE]) {                                                                          \
		case POOL_MAX: call(POOL_MAX); break;                                                            \
		case POOL_AVG: call(POOL_AVG); break;                                                            \
		case POOL_SUM: call(POOL_SUM); break;                                                            \
		case POOL_LP: call(POOL_LP); break;                                                              \
		}                                                                                                \
	}

void GOMX_FN(gomx_pool)(const gomx_call *g, int64_t piece, int thread) {
	const float *x = g->p[0];
	float *y = g->p[1], *sum = gomx_scratch(thread);
#define CALL(type) pool_plane(type, n, x + i * in, y + i * out, sum)
	POOL_EACH(CALL)
#undef CALL
}

void GOMX_FN(gomx_pool_grad)(const gomx_call *g, int64_t piece, int thread) {
	(void)thread;
	const float *dy = g->p[0], *x = g->p[1], *y = g->p[2];
	float *dx = g->p[3];
#define CALL(type) pool_grad_plane(type, n, dy + i * out, x + i * in, y + i * out, dx + i * in)
	POOL_EACH(CALL)
#undef CALL
}
