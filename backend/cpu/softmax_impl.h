// exp(x − max x) / Σ exp(x − max x), or its logarithm.
#include "simd_math.h"
#include "softmax.h"

// n elements of which the last vector may be a part; lanes that are missing get fill.
INLINE vf softmax_load(const float *x, int64_t left, float fill) {
	return left >= VL ? v_load(x) : v_select(v_lanes(left), v_load_n(x, left), v_set1(fill));
}

INLINE void softmax_store(float *y, vf v, int64_t left) {
	if (left >= VL)
		v_store(y, v);
	else
		v_store_n(y, v, left);
}

static float softmax_top(vf m) {
	float top = m[0];
	for (int i = 1; i < VL; i++) top = top != top || top > m[i] ? top : m[i];
	return top;
}

static void softmax_row(float *y, const float *x, int64_t n, int log) {
	vf m = v_set1(-INFINITY);
	for (int64_t i = 0; i < n; i += VL) {
		vf v = softmax_load(x + i, n - i, -INFINITY);
		m = v_select(m != m, m, v_max(m, v));
	}
	vf top = v_set1(softmax_top(m)), sum = v_zero();
	for (int64_t i = 0; i < n; i += VL) {
		vf e = v_exp(softmax_load(x + i, n - i, -INFINITY) - top);
		sum += e;
		if (!log) softmax_store(y + i, e, n - i);
	}
	float total = v_sum(sum);
	if (log) {
		vf shift = v_set1(logf(total));
		for (int64_t i = 0; i < n; i += VL) softmax_store(y + i, (softmax_load(x + i, n - i, 0) - top) - shift, n - i);
		return;
	}
	vf total_v = v_set1(total);
	for (int64_t i = 0; i < n; i += VL) softmax_store(y + i, softmax_load(y + i, n - i, 0) / total_v, n - i);
}

// Neighbouring columns, a lane each.
static void softmax_columns(float *y, const float *x, int64_t n, int64_t stride, int64_t columns, int log) {
	for (int64_t j = 0; j < columns; j += VL, x += VL, y += VL) {
		int64_t left = columns - j;
		vf top = v_set1(-INFINITY), sum = v_zero();
		for (int64_t k = 0; k < n; k++) {
			vf v = softmax_load(x + k * stride, left, 0);
			top = v_select(top != top, top, v_max(top, v));
		}
		for (int64_t k = 0; k < n; k++) {
			vf e = v_exp(softmax_load(x + k * stride, left, 0) - top);
			sum += e;
			if (!log) softmax_store(y + k * stride, e, left);
		}
		if (log) sum = v_log(sum);
		for (int64_t k = 0; k < n; k++) {
			vf v = log ? (softmax_load(x + k * stride, left, 0) - top) - sum : softmax_load(y + k * stride, left, 0) / sum;
			softmax_store(y + k * stride, v, left);
		}
	}
}

void GOMX_FN(gomx_softmax)(const gomx_call *c, int64_t piece, int thread) {
	(void)thread;
	const int64_t *n = c->n, axis = n[1], inner = n[2];
	const float *x = c->p[0];
	float *y = c->p[1];
	int64_t across = inner == 1 ? 1 : (inner + SOFTMAX_LANES - 1) / SOFTMAX_LANES, items = n[0] * across;
	int64_t end = (piece + 1) * n[4] < items ? (piece + 1) * n[4] : items;
	for (int64_t i = piece * n[4]; i < end; i++) {
		if (inner == 1) {
			softmax_row(y + i * axis, x + i * axis, axis, (int)n[3]);
			continue;
		}
		int64_t j = i % across * SOFTMAX_LANES, at = i / across * axis * inner + j;
		softmax_columns(y + at, x + at, axis, inner, inner - j < SOFTMAX_LANES ? inner - j : SOFTMAX_LANES, (int)n[3]);
	}
}
