// Convolution over 16 images at a time, forward and by the data. A weight is one number for all lanes, so a tile of four
// result planes by COLS columns needs four broadcasts and COLS loads for 4·COLS multiply-adds, and no channel is padded.
// Both directions are the same sum over planes, kernel rows and kernel columns, with other steps through memory.

#if VL == 16
enum { N16_COLS = 6 }; // 24 accumulators of 32 registers
#else
enum { N16_COLS = 2 }; // 8 of 16; with 12 the compiler spills and half the speed is gone
#endif

// What a tile sums over: count and step of each loop, steps in floats.
typedef struct {
	int64_t planes, rows, cols;       // how many: source planes, kernel rows, kernel columns
	int64_t x_plane, x_row, x_col;    // steps in the source
	int64_t w_plane, w_row, w_col;    // steps in the weights
	int64_t w_out;                    // from one result plane to the next
	int at, at_col, at_out;           // source column of the first term; its step per kernel column and per result column
	int width;                        // columns of the source; terms outside count as zero
} n16_sum;

// Where a tile's results go.
typedef struct {
	float *y;
	int64_t plane, col; // steps
	int planes;         // 1 to 4 are stored
} n16_dst;

// edge: terms may lie outside. packed: w_out is 1. step: at_out, when the compiler may know it.
INLINE void n16_tile(const int cols, const int edge, const int packed, const int step, const n16_sum *s, const float *x, const float *w, const n16_dst *d) {
	vf acc[4][N16_COLS];
#pragma GCC unroll 4
	for (int j = 0; j < 4; j++)
#pragma GCC unroll 8
		for (int u = 0; u < cols; u++) acc[j][u] = v_zero();
	// Result planes that do not exist read the weights of the first.
	const int64_t o1 = packed ? 1 : d->planes > 1 ? s->w_out : 0;
	const int64_t o2 = packed ? 2 : d->planes > 2 ? 2 * s->w_out : 0;
	const int64_t o3 = packed ? 3 : d->planes > 3 ? 3 * s->w_out : 0;
	for (int64_t k = 0; k < s->planes; k++) {
		for (int64_t r = 0; r < s->rows; r++) {
			const float *xp = x + k * s->x_plane + r * s->x_row;
			const float *wp = w + k * s->w_plane + r * s->w_row;
			int at = s->at;
			for (int64_t q = s->cols; q > 0; q--) {
				const float w0 = wp[0], w1 = wp[o1], w2 = wp[o2], w3 = wp[o3];
#pragma GCC unroll 8
				for (int u = 0; u < cols; u++) {
					if (edge && (unsigned)(at + u * step) >= (unsigned)s->width) continue;
					const vf v = v_load(xp + u * step * 16);
					acc[0][u] += v * w0;
					acc[1][u] += v * w1;
					acc[2][u] += v * w2;
					acc[3][u] += v * w3;
				}
				xp += s->x_col;
				wp += s->w_col;
				at += s->at_col;
			}
		}
	}
#pragma GCC unroll 4
	for (int j = 0; j < 4; j++)
		if (j < d->planes)
#pragma GCC unroll 8
			for (int u = 0; u < cols; u++) v_store(d->y + j * d->plane + u * d->col, acc[j][u]);
}

#define N16_ARGS const n16_sum *s, const float *x, const float *w, const n16_dst *d
typedef void (*n16_tile_fn)(N16_ARGS);

// The tiles that exist, by number of columns.
#define N16_TILES(cols)                                                                                    \
	static void n16_unit_##cols(N16_ARGS) { n16_tile(cols, 0, 1, 1, s, x, w, d); }                  \
	static void n16_strided_##cols(N16_ARGS) { n16_tile(cols, 0, 1, s->at_out, s, x, w, d); }       \
	static void n16_edge_##cols(N16_ARGS) { n16_tile(cols, 1, 1, s->at_out, s, x, w, d); }          \
	static void n16_plain_##cols(N16_ARGS) { n16_tile(cols, 0, 0, 1, s, x, w, d); }                 \
	static void n16_plain_edge_##cols(N16_ARGS) { n16_tile(cols, 1, 0, 1, s, x, w, d); }
N16_TILES(1)
N16_TILES(2)
#if VL == 16
N16_TILES(3)
N16_TILES(4)
N16_TILES(5)
N16_TILES(6)
#define N16_ROW(name) {n16_##name##_1, n16_##name##_2, n16_##name##_3, n16_##name##_4, n16_##name##_5, n16_##name##_6}
#else
#define N16_ROW(name) {n16_##name##_1, n16_##name##_2}
#endif
enum { N16_UNIT, N16_STRIDED, N16_EDGE, N16_PLAIN, N16_PLAIN_EDGE };
static const n16_tile_fn n16_tiles[][N16_COLS] = {
	N16_ROW(unit), N16_ROW(strided), N16_ROW(edge), N16_ROW(plain), N16_ROW(plain_edge),
};

// Clears the lanes of images that do not exist, of n vectors.
static void n16_clear(float *y, int64_t n, int64_t images) {
	if (images < 16)
		for (int64_t i = 0; i < n; i++) memset(y + i * 16 + images, 0, (size_t)(16 - images) * 4);
}

// y[f][oh][ow] = Σ x[c][oh·sh−ph+r][ow·sw−pw+q] · w[f][c][r][q]
void GOMX_FN(gomx_n16_conv)(const gomx_call *g, int64_t piece, int thread) {
	const int64_t *n = g->n;
	const int64_t x_plane = n[N16_H] * n[N16_W] * 16, y_plane = n[N16_OH] * n[N16_OW] * 16, taps = n[N16_KH] * n[N16_KW];
	const int64_t chunks = (n[N16_OH] + n[N16_ROWS] - 1) / n[N16_ROWS], block = piece / chunks;
	const int64_t first = piece % chunks * n[N16_ROWS], last = n16_min(first + n[N16_ROWS], n[N16_OH]);
	const int64_t parts = (n[N16_OW] + N16_COLS - 1) / N16_COLS;
	const float *x = (const float *)g->p[0] + block * n[N16_C] * x_plane, *w = g->p[1];
	float *y = (float *)g->p[2] + block * n[N16_F] * y_plane;
	n16_sum s = {.planes = n[N16_C], .cols = n[N16_KW], .x_plane = x_plane, .x_row = n[N16_W] * 16, .x_col = 16,
		.w_plane = taps * 4, .w_row = n[N16_KW] * 4, .w_col = 4, .at_col = 1, .at_out = (int)n[N16_SW], .width = (int)n[N16_W]};
	const int64_t vectors = (last - first) * n[N16_OW];
	for (int64_t f = 0; f < n[N16_F]; f += 4) {
		n16_dst d = {.plane = y_plane, .col = 16, .planes = (int)n16_min(4, n[N16_F] - f)};
		float *line = y + f * y_plane + first * n[N16_OW] * 16;
		for (int64_t oh = first; oh < last; oh++) {
			const int64_t ih = oh * n[N16_SH] - n[N16_PH], r0 = n16_max(0, -ih);
			s.rows = n16_max(0, n16_min(n[N16_KH], n[N16_H] - ih) - r0);
			for (int lane = 0; lane < 16; lane += VL) {
				for (int64_t part = 0; part < parts; part++) {
					const int64_t ow = part * n[N16_OW] / parts, cols = (part + 1) * n[N16_OW] / parts - ow;
					s.at = (int)(ow * n[N16_SW] - n[N16_PW]);
					const int inside = s.at >= 0 && s.at + (cols - 1) * n[N16_SW] + n[N16_KW] <= n[N16_W];
					d.y = line + ((oh - first) * n[N16_OW] + ow) * 16 + lane;
					n16_tiles[!inside ? N16_EDGE : n[N16_SW] == 1 ? N16_UNIT : N16_STRIDED][cols - 1](
						&s, x + ((ih + r0) * n[N16_W] + s.at) * 16 + lane, w + f * n[N16_C] * taps + r0 * s.w_row, &d);
				}
			}
		}
		conv_finish(g, n[N16_ACT], thread, line, y_plane, f, d.planes, vectors * 16);
		for (int j = 0; j < d.planes; j++) n16_clear(line + j * y_plane, vectors, n[N16_N] - block * 16);
	}
}

// dx[c][ih][iw] = Σ dy[f][(ih+ph−r)/sh][(iw+pw−q)/sw] · w[f][c][r][q] over the f and the r and q that divide. Columns of the
// same phase, sw apart in dx, share their q and are neighbours in dy: they make a tile.
void GOMX_FN(gomx_n16_conv_grad_data)(const gomx_call *g, int64_t piece, int thread) {
	(void)thread;
	const int64_t *n = g->n, sh = n[N16_SH], sw = n[N16_SW];
	const int64_t x_plane = n[N16_H] * n[N16_W] * 16, y_plane = n[N16_OH] * n[N16_OW] * 16, taps = n[N16_KH] * n[N16_KW];
	const int64_t chunks = (n[N16_H] + n[N16_ROWS] - 1) / n[N16_ROWS], block = piece / chunks;
	const int64_t first = piece % chunks * n[N16_ROWS], last = n16_min(first + n[N16_ROWS], n[N16_H]);
	const float *dy = (const float *)g->p[0] + block * n[N16_F] * y_plane, *w = g->p[1];
	float *dx = (float *)g->p[2] + block * n[N16_C] * x_plane;
	n16_sum s = {.planes = n[N16_F], .x_plane = y_plane, .x_row = -n[N16_OW] * 16, .x_col = -16, .w_plane = n[N16_C] * taps,
		.w_row = n[N16_KW] * sh, .w_col = sw, .w_out = taps, .at_col = -1, .at_out = 1, .width = (int)n[N16_OW]};
	for (int64_t ih = first; ih < last; ih++) {
		// Kernel rows r, r+sh, … meet output rows oh, oh−1, …
		int64_t oh = (ih + n[N16_PH]) / sh, r = (ih + n[N16_PH]) % sh;
		const int64_t below = n16_max(0, oh - n[N16_OH] + 1);
		oh -= below, r += below * sh;
		s.rows = n16_max(0, n16_min((n[N16_KH] - r + sh - 1) / sh, oh + 1));
		for (int64_t c = 0; c < n[N16_C]; c += 4) {
			n16_dst d = {.plane = x_plane, .col = sw * 16, .planes = (int)n16_min(4, n[N16_C] - c)};
			for (int64_t phase = 0; phase < n16_min(sw, n[N16_W]); phase++) {
				const int64_t q = (phase + n[N16_PW]) % sw, ow = (phase + n[N16_PW]) / sw;
				const int64_t width = (n[N16_W] - phase + sw - 1) / sw, parts = (width + N16_COLS - 1) / N16_COLS;
				s.cols = n16_max(0, (n[N16_KW] - q + sw - 1) / sw);
				for (int lane = 0; lane < 16; lane += VL) {
					for (int64_t part = 0; part < parts; part++) {
						const int64_t u = part * width / parts, cols = (part + 1) * width / parts - u;
						s.at = (int)(ow + u);
						const int inside = s.at - s.cols + 1 >= 0 && s.at + cols <= n[N16_OW];
						d.y = dx + c * x_plane + (ih * n[N16_W] + phase + u * sw) * 16 + lane;
						n16_tiles[inside ? N16_PLAIN : N16_PLAIN_EDGE][cols - 1](
							&s, dy + (oh * n[N16_OW] + s.at) * 16 + lane, w + c * taps + r * n[N16_KW] + q, &d);
					}
				}
			}
		}
	}
	for (int64_t c = 0; c < n[N16_C]; c++) n16_clear(dx + c * x_plane + first * n[N16_W] * 16, (last - first) * n[N16_W], n[N16_N] - block * 16);
}
