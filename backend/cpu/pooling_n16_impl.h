// Pooling with 16 images in the lanes: every position is a vector, so windows are walked as they come.

INLINE void pool_n16_window(const int type, const int64_t *n, pool_span d, pool_span h, pool_span w, const float *x, float *y) {
	const int64_t width = n[POOL_W];
	const float scale = type == POOL_AVG ? 1.0f / (float)(d.count * h.count * w.count) : 1;
	for (int lane = 0; lane < 16; lane += VL) {
		vf a = type == POOL_MAX ? v_load(x + ((d.lo * n[POOL_H] + h.lo) * width + w.lo) * 16 + lane) : v_zero();
		for (int64_t z = d.lo; z < d.hi; z++) {
			for (int64_t r = h.lo; r < h.hi; r++) {
				const float *row = x + (z * n[POOL_H] + r) * width * 16 + lane;
				for (int64_t i = w.lo; i < w.hi; i++) a = pool_join(type, a, v_load(row + i * 16), n[POOL_P]);
			}
		}
		if (type == POOL_AVG) a *= scale;
		if (type == POOL_LP)
			for (int i = 0; i < VL; i++) a[i] = pool_root(a[i], n[POOL_P]);
		v_store(y + lane, a);
	}
}

INLINE void pool_n16_plane(const int type, const int64_t *n, const float *x, float *y) {
	for (int64_t od = 0; od < n[POOL_OD]; od++) {
		const pool_span d = pool_axis(n, 0, od);
		for (int64_t oh = 0; oh < n[POOL_OH]; oh++) {
			const pool_span h = pool_axis(n, 1, oh);
			for (int64_t ow = 0; ow < n[POOL_OW]; ow++, y += 16) pool_n16_window(type, n, d, h, pool_axis(n, 2, ow), x, y);
		}
	}
}

// The number of the first largest element of a window, in each lane.
INLINE vi pool_n16_first_max(const int64_t *n, pool_span d, pool_span h, pool_span w, const float *x) {
	vf best = v_load(x + ((d.lo * n[POOL_H] + h.lo) * n[POOL_W] + w.lo) * 16);
	vi at = {0};
	int32_t k = 0;
	for (int64_t z = d.lo; z < d.hi; z++) {
		for (int64_t r = h.lo; r < h.hi; r++) {
			for (int64_t i = w.lo; i < w.hi; i++, k++) {
				const vf v = v_load(x + ((z * n[POOL_H] + r) * n[POOL_W] + i) * 16);
				const vi above = POOL_ABOVE(v, best);
				best = v_select(above, v, best);
				at = (at & ~above) | (k & above);
			}
		}
	}
	return at;
}

// |x|^(P-1)·sign(x)·y^(1-P), and 0 where y is 0.
INLINE vf pool_n16_lp_slope(vf x, vf y, int64_t p) {
	vf s = v_select(x > 0, v_set1(1), v_select(x < 0, v_set1(-1), v_zero()));
	const vf ratio = v_abs(x) / y;
	for (; p > 1; p--) s *= ratio;
	return v_select(y > 0, s, v_zero());
}

// own: no other window touches these elements, so they are stored and need not be cleared before.
INLINE void pool_n16_grad_window(const int type, const int own, const int64_t *n, pool_span d, pool_span h, pool_span w, const float *x, const float *y, const float *dy, float *dx) {
	const float scale = type == POOL_AVG ? 1.0f / (float)(d.count * h.count * w.count) : 1;
	for (int lane = 0; lane < 16; lane += VL) {
		const vi at = type == POOL_MAX ? pool_n16_first_max(n, d, h, w, x + lane) : (vi){0};
		const vf g = v_load(dy + lane) * scale, top = type == POOL_LP ? v_load(y + lane) : g;
		int32_t k = 0;
		for (int64_t z = d.lo; z < d.hi; z++) {
			for (int64_t r = h.lo; r < h.hi; r++) {
				for (int64_t i = w.lo; i < w.hi; i++, k++) {
					const int64_t pos = ((z * n[POOL_H] + r) * n[POOL_W] + i) * 16 + lane;
					vf add = g;
					if (type == POOL_MAX) add = (vf)((vi)g & (at == k));
					if (type == POOL_LP) add = g * pool_n16_lp_slope(v_load(x + pos), top, n[POOL_P]);
					v_store(dx + pos, own ? add : v_load(dx + pos) + add);
				}
			}
		}
	}
}

INLINE int pool_tiles(const int64_t *n, int axis) {
	return n[POOL_SD + axis] == n[POOL_KD + axis] && n[POOL_PD + axis] == 0 && n[POOL_OD + axis] * n[POOL_SD + axis] >= n[POOL_D + axis];
}

INLINE void pool_n16_grad_plane(const int type, const int64_t *n, const float *dy, const float *x, const float *y, float *dx) {
	const int own = pool_tiles(n, 0) && pool_tiles(n, 1) && pool_tiles(n, 2); // the windows tile the data
	if (!own) memset(dx, 0, (size_t)(n[POOL_D] * n[POOL_H] * n[POOL_W]) * 64);
	for (int64_t od = 0; od < n[POOL_OD]; od++) {
		const pool_span d = pool_axis(n, 0, od);
		for (int64_t oh = 0; oh < n[POOL_OH]; oh++) {
			const pool_span h = pool_axis(n, 1, oh);
			for (int64_t ow = 0; ow < n[POOL_OW]; ow++, y += 16, dy += 16) {
				if (own) pool_n16_grad_window(type, 1, n, d, h, pool_axis(n, 2, ow), x, y, dy, dx);
				else pool_n16_grad_window(type, 0, n, d, h, pool_axis(n, 2, ow), x, y, dy, dx);
			}
		}
	}
}

void GOMX_FN(gomx_pool_n16)(const gomx_call *g, int64_t piece, int thread) {
	(void)thread;
	const float *x = g->p[0];
	float *y = g->p[1];
#define CALL(type) pool_n16_plane(type, n, x + i * in * 16, y + i * out * 16)
	POOL_EACH(CALL)
#undef CALL
}

void GOMX_FN(gomx_pool_n16_grad)(const gomx_call *g, int64_t piece, int thread) {
	(void)thread;
	const float *dy = g->p[0], *x = g->p[1], *y = g->p[2];
	float *dx = g->p[3];
#define CALL(type) pool_n16_grad_plane(type, n, dy + i * out * 16, x + i * in * 16, y + i * out * 16, dx + i * in * 16)
	POOL_EACH(CALL)
#undef CALL
}
