// The filter gradient over 16 images at a time: dw[f][tap] = Σ dy[f][oh][ow] · x[c][oh·sh−ph+r][ow·sw−pw+q], tap = (c, r, q).
// A tile is four filters by up to N16_TAPS taps, whatever channel or row they belong to; its sums stay in registers over
// all images and positions, and the lanes are added at the end. Each weight belongs to one piece, so nothing is combined.

enum { N16_TAPS = VL == 16 ? 6 : 3 };

// Where a tap reads: its distance from the position of the output, and the column it begins at.
typedef struct {
	const float *x[N16_TAPS];
	int col[N16_TAPS];
} n16_taps;

// Adds n positions of a row. edge: taps may lie outside [0, width) and count as zero there.
INLINE void n16_filter_row(const int taps, const int edge, vf acc[4][N16_TAPS], const float *const dy[4], n16_taps t, int64_t from, int64_t to, int stride, int width) {
	for (int64_t i = from; i < to; i++) {
		vf v[N16_TAPS], d[4];
#pragma GCC unroll 4
		for (int j = 0; j < 4; j++) d[j] = v_load(dy[j] + i * 16);
#pragma GCC unroll 8
		for (int k = 0; k < taps; k++) {
			if (edge && (unsigned)(t.col[k] + (int)i * stride) >= (unsigned)width) continue;
			v[k] = v_load(t.x[k] + i * stride * 16);
#pragma GCC unroll 4
			for (int j = 0; j < 4; j++) acc[j][k] += d[j] * v[k];
		}
	}
}

// Adds the first n lanes of each sum to out and clears the sums.
INLINE void n16_filter_flush(const int taps, vf acc[4][N16_TAPS], float out[4][N16_TAPS], int n) {
#pragma GCC unroll 4
	for (int j = 0; j < 4; j++) {
#pragma GCC unroll 8
		for (int k = 0; k < taps; k++) {
			float lane[VL];
			v_store(lane, acc[j][k]);
			for (int i = n; i < VL; i++) lane[i] = 0; // what missing images hold must not count
			out[j][k] += v_sum(v_load(lane));
			acc[j][k] = v_zero();
		}
	}
}

INLINE void n16_filter_tile(const int taps, const gomx_call *g, int64_t f, int64_t tap) {
	const int64_t *n = g->n;
	const int64_t x_plane = n[N16_H] * n[N16_W] * 16, y_plane = n[N16_OH] * n[N16_OW] * 16, per_channel = n[N16_KH] * n[N16_KW];
	const int planes = (int)n16_min(4, n[N16_F] - f), stride = (int)n[N16_SW];
	int64_t at[N16_TAPS], row[N16_TAPS], low = 0, high = 0;
	int col[N16_TAPS];
#pragma GCC unroll 8
	for (int k = 0; k < taps; k++) {
		const int64_t in_channel = (tap + k) % per_channel;
		row[k] = in_channel / n[N16_KW] - n[N16_PH];
		col[k] = (int)(in_channel % n[N16_KW] - n[N16_PW]);
		at[k] = (tap + k) / per_channel * x_plane + (row[k] * n[N16_W] + col[k]) * 16;
		low = k == 0 ? col[k] : n16_min(low, col[k]);
		high = k == 0 ? col[k] : n16_max(high, col[k]);
	}
	// All taps are inside for columns begin to end.
	const int64_t begin = n16_min(n[N16_OW], low < 0 ? (-low + stride - 1) / stride : 0);
	const int64_t end = n16_max(begin, n16_min(n[N16_OW], (n[N16_W] - high + stride - 1) / stride));
	float out[4][N16_TAPS] = {{0}};
	const int64_t blocks = (n[N16_N] + 15) / 16;
	for (int lane = 0; lane < 16; lane += VL) {
		vf acc[4][N16_TAPS];
#pragma GCC unroll 4
		for (int j = 0; j < 4; j++)
#pragma GCC unroll 8
			for (int k = 0; k < taps; k++) acc[j][k] = v_zero();
		for (int64_t b = 0; b < blocks; b++) {
			const int64_t images = n[N16_N] - b * 16;
			if (images < 16) n16_filter_flush(taps, acc, out, VL);
			const float *dy = (const float *)g->p[0] + (b * n[N16_F] + f) * y_plane + lane;
			const float *x = (const float *)g->p[1] + b * n[N16_C] * x_plane + lane;
			for (int64_t oh = 0; oh < n[N16_OH]; oh++) {
				const float *d[4];
				n16_taps t;
				int inside = 1;
#pragma GCC unroll 4
				for (int j = 0; j < 4; j++) d[j] = dy + (j < planes ? j : 0) * y_plane + oh * n[N16_OW] * 16;
#pragma GCC unroll 8
				for (int k = 0; k < taps; k++) {
					const int ok = (uint64_t)(oh * n[N16_SH] + row[k]) < (uint64_t)n[N16_H];
					t.x[k] = x + at[k] + oh * n[N16_SH] * n[N16_W] * 16;
					t.col[k] = ok ? col[k] : INT32_MIN / 2; // a row outside is outside at every column
					inside &= ok;
				}
				const int64_t from = inside ? begin : n[N16_OW], to = inside ? end : n[N16_OW];
				if (from > 0) n16_filter_row(taps, 1, acc, d, t, 0, from, stride, (int)n[N16_W]);
				n16_filter_row(taps, 0, acc, d, t, from, to, stride, (int)n[N16_W]);
				if (to < n[N16_OW]) n16_filter_row(taps, 1, acc, d, t, to, n[N16_OW], stride, (int)n[N16_W]);
			}
		}
		n16_filter_flush(taps, acc, out, (int)n16_max(0, n16_min(VL, n[N16_N] - (blocks - 1) * 16 - lane)));
	}
	for (int j = 0; j < planes; j++)
		memcpy((float *)g->p[2] + (f + j) * n[N16_C] * per_channel + tap, out[j], (size_t)taps * 4);
}

void GOMX_FN(gomx_n16_conv_grad_filter)(const gomx_call *g, int64_t piece, int thread) {
	(void)thread;
	const int64_t total = g->n[N16_C] * g->n[N16_KH] * g->n[N16_KW];
	const int64_t groups = (total + g->n[N16_ROWS] - 1) / g->n[N16_ROWS], f = piece / groups * 4, group = piece % groups;
	const int64_t first = group * total / groups, count = (group + 1) * total / groups - first;
	const int64_t tiles = (count + N16_TAPS - 1) / N16_TAPS;
	for (int64_t i = 0; i < tiles; i++) {
		const int64_t tap = first + i * count / tiles;
		switch (first + (i + 1) * count / tiles - tap) {
		case 1: n16_filter_tile(1, g, f, tap); break;
		case 2: n16_filter_tile(2, g, f, tap); break;
		case 3: n16_filter_tile(3, g, f, tap); break;
#if VL == 16
		case 4: n16_filter_tile(4, g, f, tap); break;
		case 5: n16_filter_tile(5, g, f, tap); break;
		case 6: n16_filter_tile(6, g, f, tap); break;
#endif
		}
	}
}
