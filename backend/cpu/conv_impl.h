// The three passes as matrix products of one chunk of columns at a time, so that the columns stay in the second cache.

// Columns p0 to p1 of rows k0 to k1 of the patches of an image.
INLINE conv_matrix conv_patches(const int64_t *n, const float *x, int64_t k0, int64_t k1, int64_t p0, int64_t p1, float *columns) {
	if (conv_whole(n)) return (conv_matrix){x + k0 * conv_in(n) + p0, conv_in(n), 0};
	im2col(n, x, k0, k1, p0, p1, columns);
	return (conv_matrix){columns, p1 - p0, 0};
}

void GOMX_FN(gomx_conv)(const gomx_call *g, int64_t piece, int thread) {
	const int64_t *n = g->n, groups = n[CONV_GROUPS], c = n[CONV_C] / groups, f = n[CONV_F] / groups, out = conv_out(n), k = c * conv_taps(n);
	const int64_t parts = (f + n[CONV_PART_F] - 1) / n[CONV_PART_F], chunks = (out + n[CONV_CHUNK] - 1) / n[CONV_CHUNK];
	const int64_t f0 = piece % parts * n[CONV_PART_F], f1 = conv_min(f, f0 + n[CONV_PART_F]);
	const int64_t p0 = piece / parts % chunks * n[CONV_CHUNK], p1 = conv_min(out, p0 + n[CONV_CHUNK]);
	const int64_t image = piece / parts / chunks, first = image % groups * f + f0; // image: of n times groups
	const float *x = (const float *)g->p[0] + image * c * conv_in(n), *w = (const float *)g->p[1] + first * k;
	float *y = (float *)g->p[2] + (image * f + f0) * out + p0;
	const conv_matrix m = conv_patches(n, x, 0, k, p0, p1, conv_columns(thread));
	conv_gemm(g, thread, f1 - f0, p1 - p0, k, (conv_matrix){w, k, 0}, m, y, out, 0);
	conv_finish(g, n[CONV_ACT], thread, y, out, first, f1 - f0, p1 - p0);
}

void GOMX_FN(gomx_conv_grad_data)(const gomx_call *g, int64_t piece, int thread) {
	const int64_t *n = g->n, groups = n[CONV_GROUPS], c = n[CONV_C] / groups, f = n[CONV_F] / groups, out = conv_out(n), k = c * conv_taps(n);
	const float *dy = (const float *)g->p[0] + piece * f * out, *w = (const float *)g->p[1] + piece % groups * f * k;
	float *dx = (float *)g->p[2] + piece * c * conv_in(n), *col = conv_columns(thread);
	if (conv_whole(n)) {
		conv_gemm(g, thread, k, out, f, (conv_matrix){w, k, 1}, (conv_matrix){dy, out, 0}, dx, out, 0);
		return;
	}
	memset(dx, 0, (size_t)(c * conv_in(n)) * 4);
	for (int64_t p0 = 0; p0 < out; p0 += n[CONV_CHUNK]) {
		const int64_t p1 = conv_min(out, p0 + n[CONV_CHUNK]);
		conv_gemm(g, thread, k, p1 - p0, f, (conv_matrix){w, k, 1}, (conv_matrix){dy + p0, out, 0}, col, p1 - p0, 0);
		col2im(n, dx, 0, k, p0, p1, col);
	}
}

void GOMX_FN(gomx_conv_grad_filter)(const gomx_call *g, int64_t piece, int thread) {
	const int64_t *n = g->n, groups = n[CONV_GROUPS], c = n[CONV_C] / groups, f = n[CONV_F] / groups, out = conv_out(n), k = c * conv_taps(n);
	const int64_t f_parts = (f + n[CONV_PART_F] - 1) / n[CONV_PART_F], k_parts = (k + n[CONV_PART_K] - 1) / n[CONV_PART_K];
	const int64_t f0 = piece % f_parts * n[CONV_PART_F], f1 = conv_min(f, f0 + n[CONV_PART_F]);
	const int64_t k0 = piece / f_parts % k_parts * n[CONV_PART_K], k1 = conv_min(k, k0 + n[CONV_PART_K]);
	const int64_t group = piece / f_parts / k_parts % groups, part = piece / f_parts / k_parts / groups;
	const int64_t from = part * n[CONV_N] / n[CONV_PARTS], to = (part + 1) * n[CONV_N] / n[CONV_PARTS];
	float *dw = (float *)g->p[2] + part * n[CONV_F] * k + (group * f + f0) * k + k0;
	int add = 0;
	for (int64_t image = from; image < to; image++) {
		const float *dy = (const float *)g->p[0] + (image * n[CONV_F] + group * f + f0) * out;
		const float *x = (const float *)g->p[1] + (image * n[CONV_C] + group * c) * conv_in(n);
		for (int64_t p0 = 0; p0 < out; p0 += n[CONV_CHUNK], add = 1) {
			const int64_t p1 = conv_min(out, p0 + n[CONV_CHUNK]);
			conv_matrix m = conv_patches(n, x, k0, k1, p0, p1, conv_columns(thread));
			m.trans = 1;
			conv_gemm(g, thread, f1 - f0, k1 - k0, p1 - p0, (conv_matrix){dy + p0, out, 0}, m, dw, k, add);
		}
	}
}

void GOMX_FN(gomx_conv_add_parts)(const gomx_call *g, int64_t piece, int thread) {
	(void)thread;
	const int64_t size = g->n[0], parts = g->n[1], from = piece * g->n[2], to = conv_min(size, from + g->n[2]);
	const float *x = g->p[0];
	float *y = g->p[1];
	memcpy(y + from, x + from, (size_t)(to - from) * 4);
	for (int64_t k = 1; k < parts; k++)
		for (int64_t i = from; i < to; i++) y[i] += x[k * size + i];
}
