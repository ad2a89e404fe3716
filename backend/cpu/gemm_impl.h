// The packed matrix product after Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008): a tile of
// the result stays in registers while the inner dimension runs; the rows of A that it needs stay in L1, the columns of B lie
// packed in L2.
#include "gemm.h"
#include "map_block.h"
#include "simd_transpose.h"

// The tile: MR rows of NV vectors, two of B and one of A beside them in registers.
#if GOMX_LEVEL == 2
#define MR 14
#else
#define MR 6
#endif
#define NV 2
#define NR (NV * VL)
#define A_ROW (GEMM_DEPTH + 16) // between packed rows of A, so that they do not meet in one set of the cache

// c[i][j] (+)= Σk a[i][k]·b[k·GEMM_PANEL + j] for mr rows and nv vectors. Rows of A lie row bytes apart, its columns step bytes; columns
// is how many columns of the result exist.
INLINE void gemm_tile(int mr, int nv, const char *a, int64_t row, int64_t step, const float *b, int64_t depth, float *c, int64_t ldc,
                      int64_t columns, int add) {
	vf acc[MR][NV];
	UNROLL for (int i = 0; i < mr; i++)
		UNROLL for (int v = 0; v < nv; v++) acc[i][v] = v_zero();
	for (int64_t k = 0; k < depth; k++, a += step) {
		vf bv[NV];
		UNROLL for (int v = 0; v < nv; v++) bv[v] = v_load(b + k * GEMM_PANEL + v * VL);
		UNROLL for (int i = 0; i < mr; i++) {
			vf av = v_set1(*(const float *)(a + i * row));
			UNROLL for (int v = 0; v < nv; v++) acc[i][v] = v_fma(av, bv[v], acc[i][v]);
		}
	}
	UNROLL for (int i = 0; i < mr; i++, c += ldc)
		UNROLL for (int v = 0; v < nv; v++) {
			int64_t left = columns - v * VL;
			if (left >= VL)
				v_store(c + v * VL, add ? acc[i][v] + v_load(c + v * VL) : acc[i][v]);
			else if (left > 0)
				v_store_n(c + v * VL, add ? acc[i][v] + v_load_n(c + v * VL, left) : acc[i][v], left);
		}
}

static int64_t gemm_min(int64_t a, int64_t b) { return a < b ? a : b; }

// One function per number of rows and vectors, so that tiles are unrolled.
typedef void (*gemm_tile_fn)(const char *a, int64_t row, int64_t step, const float *b, int64_t depth, float *c, int64_t ldc, int64_t columns,
                             int add);
#define GEMM_TILE(mr, nv)                                                                                                     \
	static void gemm_tile_##mr##_##nv(const char *a, int64_t row, int64_t step, const float *b, int64_t depth, float *c,      \
	                                  int64_t ldc, int64_t columns, int add) {                                                \
		gemm_tile(mr, nv, a, row, step, b, depth, c, ldc, columns, add);                                                      \
	}
#define GEMM_TILES(nv) \
	GEMM_TILE(1, nv) GEMM_TILE(2, nv) GEMM_TILE(3, nv) GEMM_TILE(4, nv) GEMM_TILE(5, nv) GEMM_TILE(6, nv)
GEMM_TILES(1)
GEMM_TILES(2)
#define GEMM_NAMES(nv) \
	gemm_tile_1_##nv, gemm_tile_2_##nv, gemm_tile_3_##nv, gemm_tile_4_##nv, gemm_tile_5_##nv, gemm_tile_6_##nv
#if MR == 14
#define GEMM_MORE_TILES(nv)                                                                                       \
	GEMM_TILE(7, nv) GEMM_TILE(8, nv) GEMM_TILE(9, nv) GEMM_TILE(10, nv) GEMM_TILE(11, nv) GEMM_TILE(12, nv)      \
	GEMM_TILE(13, nv) GEMM_TILE(14, nv)
GEMM_MORE_TILES(1)
GEMM_MORE_TILES(2)
#define GEMM_MORE_NAMES(nv)                                                                                       \
	, gemm_tile_7_##nv, gemm_tile_8_##nv, gemm_tile_9_##nv, gemm_tile_10_##nv, gemm_tile_11_##nv, gemm_tile_12_##nv, \
	    gemm_tile_13_##nv, gemm_tile_14_##nv
#else
#define GEMM_MORE_NAMES(nv)
#endif
static const gemm_tile_fn gemm_tiles[NV][MR] = {{GEMM_NAMES(1) GEMM_MORE_NAMES(1)}, {GEMM_NAMES(2) GEMM_MORE_NAMES(2)}};

// Packs depth × n of B into panels of GEMM_PANEL columns; missing columns are zero.
static void gemm_pack_b(float *dst, const float *b, int64_t ldb, int trans, int64_t depth, int64_t n) {
	for (int64_t j = 0; j < n; j += GEMM_PANEL, dst += depth * GEMM_PANEL) {
		int64_t w = gemm_min(GEMM_PANEL, n - j);
		if (trans) {
			if (w < GEMM_PANEL) memset(dst, 0, (size_t)(depth * GEMM_PANEL) * sizeof(float));
			v_transpose_any(dst, GEMM_PANEL, b + j * ldb, ldb, depth, w);
			continue;
		}
		const float *row = b + j;
		for (int64_t k = 0; k < depth; k++, row += ldb) {
			if (w == GEMM_PANEL) {
				for (int v = 0; v < GEMM_PANEL; v += VL) v_store(dst + k * GEMM_PANEL + v, v_load(row + v));
			} else {
				memcpy(dst + k * GEMM_PANEL, row, (size_t)w * sizeof(float));
				memset(dst + k * GEMM_PANEL + w, 0, (size_t)(GEMM_PANEL - w) * sizeof(float));
			}
		}
	}
}

void GOMX_FN(gomx_gemm_pack)(const gomx_call *call, int64_t piece, int thread) {
	(void)thread;
	const int64_t *n = call->n;
	int64_t j = piece * GEMM_PANEL;
	const float *b = (const float *)call->p[0] + j * (n[GEMM_TRANS_B] ? n[GEMM_LDB] : 1);
	gemm_pack_b((float *)call->p[1] + j * n[GEMM_K], b, n[GEMM_LDB], (int)n[GEMM_TRANS_B], n[GEMM_K], gemm_min(GEMM_PANEL, n[GEMM_N] - j));
}

// Packs m rows of A over depth steps, each row in one piece.
static void gemm_pack_a(float *dst, const float *a, int64_t lda, int trans, int64_t m, int64_t depth) {
	if (trans) {
		v_transpose_any(dst, A_ROW, a, lda, m, depth);
		return;
	}
	for (int64_t i = 0; i < m; i++) memcpy(dst + i * A_ROW, a + i * lda, (size_t)depth * sizeof(float));
}

// Whether lines that lie so many floats apart meet in few sets of the first-level cache and push each other out; else A is
// read where it lies, since a tile's rows of it stay in the cache while the columns of B go by.
static int gemm_meets(int64_t distance) {
	int64_t r = distance % 512;
	return r < 16 || r > 496;
}

// Runs the epilogue on the block of the result that begins at row i0, column j0.
static void gemm_epilogue(const gomx_call *call, float *scratch, float *c, int64_t i0, int64_t rows, int64_t j0, int64_t columns) {
	const gomx_map_code *code = call->code;
	float *operand[MAP_OPERANDS] = {c};
	int64_t stride[MAP_OPERANDS] = {call->n[GEMM_LDC]};
	for (int k = 1; k < code->inputs; k++) {
		stride[k] = code->stride[k][0];
		operand[k] = (float *)call->p[2 + k] + i0 * stride[k] + (code->along[k] == MAP_ALONG ? j0 : 0);
	}
	operand[code->inputs] = c;
	stride[code->inputs] = call->n[GEMM_LDC];
	GOMX_FN(gomx_map_block)(code, scratch, operand, stride, rows, columns);
}

// Where a piece lies in the batch and in the result.
typedef struct {
	int64_t batch, i0, j0, rows, columns;
} gemm_block;

static gemm_block gemm_find(const int64_t *n, int64_t piece) {
	int64_t across = (n[GEMM_N] + n[GEMM_NB] - 1) / n[GEMM_NB], down = (n[GEMM_M] + n[GEMM_MB] - 1) / n[GEMM_MB];
	gemm_block p = {.batch = piece / across / down, .i0 = piece / across % down * n[GEMM_MB], .j0 = piece % across * n[GEMM_NB]};
	p.rows = gemm_min(n[GEMM_MB], n[GEMM_M] - p.i0);
	p.columns = gemm_min(n[GEMM_NB], n[GEMM_N] - p.j0);
	return p;
}

void GOMX_FN(gomx_gemm)(const gomx_call *call, int64_t piece, int thread) {
	const int64_t *n = call->n;
	const gemm_block p = gemm_find(n, piece);
	// Strides along rows and along the inner dimension.
	int64_t a_row = n[GEMM_TRANS_A] ? 1 : n[GEMM_LDA], a_step = n[GEMM_TRANS_A] ? n[GEMM_LDA] : 1;
	int64_t b_column = n[GEMM_TRANS_B] ? n[GEMM_LDB] : 1, b_step = n[GEMM_TRANS_B] ? 1 : n[GEMM_LDB];
	const float *a = (const float *)call->p[0] + p.batch * n[GEMM_STRIDE_A] + p.i0 * a_row;
	const float *b = (const float *)call->p[1] + p.batch * n[GEMM_STRIDE_B] + p.j0 * b_column;
	float *c = (float *)call->p[2] + p.batch * n[GEMM_STRIDE_C] + p.i0 * n[GEMM_LDC] + p.j0;
	float *packed_a = gomx_scratch(thread), *packed_b = packed_a + 16 * A_ROW;

	int64_t tiles = (p.rows + MR - 1) / MR, mr = (p.rows + tiles - 1) / tiles; // rows shared evenly
	int pack = gemm_meets(n[GEMM_LDA]);
	int64_t k0 = 0;
	do { // once also for an inner dimension of 0, which gives zeros
		int64_t depth = gemm_min(GEMM_DEPTH, n[GEMM_K] - k0);
		const float *panels = packed_b;
		int64_t panel = depth * GEMM_PANEL; // floats from one to the next
		if (n[GEMM_PACKED]) {
			panel = n[GEMM_K] * GEMM_PANEL;
			panels = (const float *)call->p[1] + p.j0 / GEMM_PANEL * panel + k0 * GEMM_PANEL;
		} else {
			gemm_pack_b(packed_b, b + k0 * b_step, n[GEMM_LDB], (int)n[GEMM_TRANS_B], depth, p.columns);
		}
		for (int64_t i = 0; i < p.rows; i += mr) {
			int64_t m = gemm_min(mr, p.rows - i);
			const float *from = a + i * a_row + k0 * a_step;
			int64_t row = a_row, step = a_step;
			if (pack) {
				gemm_pack_a(packed_a, from, n[GEMM_LDA], (int)n[GEMM_TRANS_A], m, depth);
				from = packed_a, row = A_ROW, step = 1;
			}
			for (int64_t j = 0; j < p.columns; j += NR) {
				int64_t left = p.columns - j;
				const float *columns = panels + j / GEMM_PANEL * panel + j % GEMM_PANEL;
				gemm_tiles[left > VL][m - 1]((const char *)from, 4 * row, 4 * step, columns, depth, c + i * n[GEMM_LDC] + j, n[GEMM_LDC],
				                             left, k0 > 0 || n[GEMM_ADD]);
			}
		}
		k0 += GEMM_DEPTH;
	} while (k0 < n[GEMM_K]);
	if (n[GEMM_EPILOGUE]) gemm_epilogue(call, packed_a, c, p.i0, p.rows, p.j0, p.columns);
}

// Few rows times a transposed matrix, as predicting one image does: memory is the limit, so nothing is packed and the second
// operand is read once. Both operands lie along the inner dimension: products of vectors, summed at the end.
#if GOMX_LEVEL == 2
#define DOT_M 6
#define DOT_N 4
#else
#define DOT_M 3
#define DOT_N 3
#endif

INLINE void gemm_dot(int m, int nb, const float *a, int64_t lda, const float *b, int64_t ldb, int64_t depth, float *c, int64_t ldc) {
	vf acc[DOT_M][DOT_N];
	UNROLL for (int i = 0; i < m; i++) UNROLL for (int j = 0; j < nb; j++) acc[i][j] = v_zero();
	int64_t k = 0;
	for (; k + VL <= depth; k += VL) {
		vf bv[DOT_N];
		UNROLL for (int j = 0; j < nb; j++) bv[j] = v_load(b + j * ldb + k);
		UNROLL for (int i = 0; i < m; i++) {
			vf av = v_load(a + i * lda + k);
			UNROLL for (int j = 0; j < nb; j++) acc[i][j] = v_fma(av, bv[j], acc[i][j]);
		}
	}
	if (k < depth)
		UNROLL for (int i = 0; i < m; i++) UNROLL for (int j = 0; j < nb; j++)
			acc[i][j] = v_fma(v_load_n(a + i * lda + k, depth - k), v_load_n(b + j * ldb + k, depth - k), acc[i][j]);
	UNROLL for (int i = 0; i < m; i++) UNROLL for (int j = 0; j < nb; j++) c[i * ldc + j] = v_sum(acc[i][j]);
}

#define GEMM_DOT(m, nb)                                                                                                             \
	static void gemm_dot_##m##_##nb(const float *a, int64_t lda, const float *b, int64_t ldb, int64_t depth, float *c, int64_t ldc) { \
		gemm_dot(m, nb, a, lda, b, ldb, depth, c, ldc);                                                                             \
	}
typedef void (*gemm_dot_fn)(const float *a, int64_t lda, const float *b, int64_t ldb, int64_t depth, float *c, int64_t ldc);
GEMM_DOT(1, 1) GEMM_DOT(2, 1) GEMM_DOT(3, 1) GEMM_DOT(1, DOT_N) GEMM_DOT(2, DOT_N) GEMM_DOT(3, DOT_N)
#if DOT_M == 6
GEMM_DOT(4, 1) GEMM_DOT(5, 1) GEMM_DOT(6, 1) GEMM_DOT(4, DOT_N) GEMM_DOT(5, DOT_N) GEMM_DOT(6, DOT_N)
static const gemm_dot_fn gemm_dots[2][DOT_M] = {
	{gemm_dot_1_1, gemm_dot_2_1, gemm_dot_3_1, gemm_dot_4_1, gemm_dot_5_1, gemm_dot_6_1},
	{gemm_dot_1_DOT_N, gemm_dot_2_DOT_N, gemm_dot_3_DOT_N, gemm_dot_4_DOT_N, gemm_dot_5_DOT_N, gemm_dot_6_DOT_N},
};
#else
static const gemm_dot_fn gemm_dots[2][DOT_M] = {
	{gemm_dot_1_1, gemm_dot_2_1, gemm_dot_3_1},
	{gemm_dot_1_DOT_N, gemm_dot_2_DOT_N, gemm_dot_3_DOT_N},
};
#endif

void GOMX_FN(gomx_gemm_dot)(const gomx_call *call, int64_t piece, int thread) {
	const int64_t *n = call->n;
	const gemm_block p = gemm_find(n, piece);
	const float *a = (const float *)call->p[0] + p.batch * n[GEMM_STRIDE_A] + p.i0 * n[GEMM_LDA];
	const float *b = (const float *)call->p[1] + p.batch * n[GEMM_STRIDE_B] + p.j0 * n[GEMM_LDB];
	float *c = (float *)call->p[2] + p.batch * n[GEMM_STRIDE_C] + p.i0 * n[GEMM_LDC] + p.j0;
	for (int64_t j = 0, nb; j < p.columns; j += nb) {
		nb = p.columns - j >= DOT_N ? DOT_N : 1;
		for (int64_t i = 0; i < p.rows; i += DOT_M)
			gemm_dots[nb > 1][gemm_min(DOT_M, p.rows - i) - 1](a + i * n[GEMM_LDA], n[GEMM_LDA], b + j * n[GEMM_LDB], n[GEMM_LDB], n[GEMM_K],
			                                                   c + i * n[GEMM_LDC] + j, n[GEMM_LDC]);
	}
	if (n[GEMM_EPILOGUE]) gemm_epilogue(call, gomx_scratch(thread), c, p.i0, p.rows, p.j0, p.columns);
}
