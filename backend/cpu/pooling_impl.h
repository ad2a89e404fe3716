// Windows, and pooling in C order, a line of output at a time: forward first combines the lines of data under it, then the
// columns; the gradient looks at one column of all windows of the line after the other.

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

// |x|^(P-1)·sign(x)·y^(1-P), and 0 where y is 0.
static float pool_lp_slope(float x, float y, int64_t p) {
	float s = x > 0 ? 1 : x < 0 ? -1 : 0;
	for (; p > 1; p--) s *= fabsf(x) / y;
	return y > 0 ? s : 0;
}

// Combines one row of the data into the sums of its columns.
INLINE void pool_add_row(const int type, float *sum, const float *x, int64_t width, int64_t p) {
	int64_t i = 0;
	for (; i + VL <= width; i += VL) v_store(sum + i, pool_join(type, v_load(sum + i), v_load(x + i), p));
	if (i < width) v_store_n(sum + i, pool_join(type, v_load_n(sum + i, width - i), v_load_n(x + i, width - i), p), width - i);
}

// The outputs of a line whose window holds a position of the data at column q of the window.
INLINE pool_span pool_columns(const int64_t *n, int64_t q) {
	const int64_t s = n[POOL_SW], first = q - n[POOL_PW]; // of output 0
	pool_span c = {first < 0 ? (-first + s - 1) / s : 0, n[POOL_W] > first ? (n[POOL_W] - first + s - 1) / s : 0, first};
	if (c.hi > n[POOL_OW]) c.hi = n[POOL_OW];
	return c;
}

// body for each output i of a line and its element at column q, at position j of the line. Strides of 1 and 2 are
// compiled on their own: the compiler makes vectors of them.
#define POOL_LINE(body)                                                                    \
	for (int64_t q = 0; q < n[POOL_KW]; q++) {                                             \
		const pool_span c = pool_columns(n, q);                                            \
		switch (n[POOL_SW]) {                                                              \
		case 1: for (int64_t i = c.lo, j = i + c.count; i < c.hi; i++, j++) { body } break; \
		case 2: for (int64_t i = c.lo; i < c.hi; i++) { const int64_t j = 2 * i + c.count; body } break; \
		default: for (int64_t i = c.lo; i < c.hi; i++) { const int64_t j = i * n[POOL_SW] + c.count; body } \
		}                                                                                  \
	}

// What a thread needs beside its planes: a line of data, and three lines of output.
typedef struct {
	float *sum, *size, *best; // size: how many columns of a window count for an average
	int32_t *at;
} pool_lines;

INLINE pool_lines pool_scratch(const int64_t *n, int thread) {
	pool_lines l = {.sum = gomx_scratch(thread)};
	l.size = l.sum + n[POOL_W];
	l.best = l.size + n[POOL_OW];
	l.at = (int32_t *)(l.best + n[POOL_OW]);
	for (int64_t i = 0; i < n[POOL_OW]; i++) l.size[i] = (float)pool_axis(n, 2, i).count;
	return l;
}

INLINE void pool_plane(const int type, const int64_t *n, const float *x, float *restrict y, pool_lines l) {
	const int64_t width = n[POOL_W], p = n[POOL_P];
	float *restrict sum = l.sum;
	for (int64_t od = 0; od < n[POOL_OD]; od++) {
		const pool_span d = pool_axis(n, 0, od);
		for (int64_t oh = 0; oh < n[POOL_OH]; oh++, y += n[POOL_OW]) {
			const pool_span h = pool_axis(n, 1, oh);
			for (int64_t i = 0; i < width; i++) sum[i] = type == POOL_MAX ? -INFINITY : 0;
			for (int64_t z = d.lo; z < d.hi; z++)
				for (int64_t r = h.lo; r < h.hi; r++) pool_add_row(type, sum, x + (z * n[POOL_H] + r) * width, width, p);
			for (int64_t i = 0; i < n[POOL_OW]; i++) y[i] = type == POOL_MAX ? -INFINITY : 0;
			if (type == POOL_MAX) POOL_LINE(y[i] = POOL_ABOVE(sum[j], y[i]) ? sum[j] : y[i];)
			else POOL_LINE(y[i] += sum[j];)
			if (type == POOL_AVG)
				for (int64_t i = 0; i < n[POOL_OW]; i++) y[i] /= (float)(d.count * h.count) * l.size[i];
			if (type == POOL_LP)
				for (int64_t i = 0; i < n[POOL_OW]; i++) y[i] = pool_root(y[i], p);
		}
	}
}

// Gives each maximum of a line of output its gradient: finds the first largest element of all windows side by side.
INLINE void pool_grad_max(const int64_t *n, pool_span d, pool_span h, const float *x, const float *dy, float *dx, pool_lines l) {
	float *restrict best = l.best;
	int32_t *restrict at = l.at;
	for (int64_t i = 0; i < n[POOL_OW]; i++) at[i] = -1;
	for (int64_t z = d.lo; z < d.hi; z++) {
		for (int64_t r = h.lo; r < h.hi; r++) {
			const int32_t row = (int32_t)((z * n[POOL_H] + r) * n[POOL_W]);
			const float *restrict line = x + row;
			POOL_LINE(
				const int above = (at[i] < 0) | POOL_ABOVE(line[j], best[i]);
				best[i] = above ? line[j] : best[i];
				at[i] = above ? row + (int32_t)j : at[i];)
		}
	}
	for (int64_t i = 0; i < n[POOL_OW]; i++) dx[at[i]] += dy[i];
}

// Spreads a line of gradients, in best, over the windows; y are the outputs, for POOL_LP.
INLINE void pool_grad_spread(const int type, const int64_t *n, pool_span d, pool_span h, const float *x, const float *y, float *restrict dx, const float *restrict g) {
	for (int64_t z = d.lo; z < d.hi; z++) {
		for (int64_t r = h.lo; r < h.hi; r++) {
			const int64_t row = (z * n[POOL_H] + r) * n[POOL_W];
			float *restrict to = dx + row;
			const float *restrict line = x + row;
			if (type == POOL_LP) POOL_LINE(to[j] += g[i] * pool_lp_slope(line[j], y[i], n[POOL_P]);)
			else POOL_LINE(to[j] += g[i];)
		}
	}
}

INLINE void pool_grad_plane(const int type, const int64_t *n, const float *dy, const float *x, const float *y, float *dx, pool_lines l) {
	memset(dx, 0, (size_t)(n[POOL_D] * n[POOL_H] * n[POOL_W]) * 4);
	for (int64_t od = 0; od < n[POOL_OD]; od++) {
		const pool_span d = pool_axis(n, 0, od);
		for (int64_t oh = 0; oh < n[POOL_OH]; oh++, y += n[POOL_OW], dy += n[POOL_OW]) {
			const pool_span h = pool_axis(n, 1, oh);
			if (type == POOL_MAX) {
				pool_grad_max(n, d, h, x, dy, dx, l);
				continue;
			}
			for (int64_t i = 0; i < n[POOL_OW]; i++) l.best[i] = type == POOL_AVG ? dy[i] / ((float)(d.count * h.count) * l.size[i]) : dy[i];
			pool_grad_spread(type, n, d, h, x, y, dx, l.best);
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
	float *y = g->p[1];
	const pool_lines l = pool_scratch(g->n, thread);
#define CALL(type) pool_plane(type, n, x + i * in, y + i * out, l)
	POOL_EACH(CALL)
#undef CALL
}

void GOMX_FN(gomx_pool_grad)(const gomx_call *g, int64_t piece, int thread) {
	const float *dy = g->p[0], *x = g->p[1], *y = g->p[2];
	float *dx = g->p[3];
	const pool_lines l = pool_scratch(g->n, thread);
#define CALL(type) pool_grad_plane(type, n, dy + i * out, x + i * in, y + i * out, dx + i * in, l)
	POOL_EACH(CALL)
#undef CALL
}
