// Convolution where a filter sees one channel only (groups = channels): a matrix product would have one column of work, so
// output lines are summed directly.

// Σ y[i]·x[i·step] for positions from to to of a line.
INLINE float dot_line(const float *x, const float *y, int64_t from, int64_t to, int64_t step) {
	vf sum = v_zero();
	int64_t i = from;
	if (step == 1) {
		for (; i + VL <= to; i += VL) sum += v_load(y + i) * v_load(x + i);
		if (i < to) sum += v_load_n(y + i, to - i) * v_load_n(x + i, to - i);
		return v_sum(sum);
	}
	float s = 0;
	for (; i < to; i++) s += y[i] * x[i * step];
	return s;
}

void GOMX_FN(gomx_depthwise)(const gomx_call *g, int64_t piece, int thread) {
	const int64_t *n = g->n, taps = conv_taps(n), out = conv_out(n), f = piece % n[CONV_F], many = n[CONV_F] / n[CONV_C];
	const float *x = (const float *)g->p[0] + piece / many * conv_in(n), *w = (const float *)g->p[1] + f * taps;
	float *y = (float *)g->p[2] + piece * out;
	memset(y, 0, (size_t)out * 4);
	conv_walk s = conv_walk_from(n, 0, out);
	conv_line l;
	for (int64_t k = 0; k < taps; k++)
		for (conv_walk_row(&s, k); conv_walk_line(&s, &l);) add_line(y + l.p, x + l.at, w[k], l.lo, l.hi, 1, n[CONV_SW]);
	conv_finish(g, n[CONV_ACT], thread, y, out, f, 1, out);
}

void GOMX_FN(gomx_depthwise_grad_data)(const gomx_call *g, int64_t piece, int thread) {
	(void)thread;
	const int64_t *n = g->n, taps = conv_taps(n), out = conv_out(n), many = n[CONV_F] / n[CONV_C], c = piece % n[CONV_C];
	float *dx = (float *)g->p[2] + piece * conv_in(n);
	memset(dx, 0, (size_t)conv_in(n) * 4);
	conv_walk s = conv_walk_from(n, 0, out);
	conv_line l;
	for (int64_t j = 0; j < many; j++) {
		const float *dy = (const float *)g->p[0] + (piece * many + j) * out, *w = (const float *)g->p[1] + (c * many + j) * taps;
		for (int64_t k = 0; k < taps; k++)
			for (conv_walk_row(&s, k); conv_walk_line(&s, &l);) add_line(dx + l.at, dy + l.p, w[k], l.lo, l.hi, n[CONV_SW], 1);
	}
}

void GOMX_FN(gomx_depthwise_grad_filter)(const gomx_call *g, int64_t piece, int thread) {
	(void)thread;
	const int64_t *n = g->n, taps = conv_taps(n), out = conv_out(n), many = n[CONV_F] / n[CONV_C];
	float *dw = (float *)g->p[2] + piece * taps;
	memset(dw, 0, (size_t)taps * 4);
	conv_walk s = conv_walk_from(n, 0, out);
	conv_line l;
	for (int64_t image = 0; image < n[CONV_N]; image++) {
		const float *dy = (const float *)g->p[0] + (image * n[CONV_F] + piece) * out;
		const float *x = (const float *)g->p[1] + (image * n[CONV_C] + piece / many) * conv_in(n);
		for (int64_t k = 0; k < taps; k++)
			for (conv_walk_row(&s, k); conv_walk_line(&s, &l);) dw[k] += dot_line(x + l.at, dy + l.p, l.lo, l.hi, n[CONV_SW]);
	}
}
