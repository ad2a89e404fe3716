// Matrix products inside a piece of a convolution.
#include "blas.h"
#include "gemm.h"

// Memory of a thread for columns of patches, behind what a product needs.
static float *conv_columns(int thread) { return (float *)((char *)gomx_scratch(thread) + GEMM_SCRATCH); }

typedef struct {
	const float *at;
	int64_t step; // from row to row
	int trans;
} conv_matrix;

// c (m×n) = a·b, plus what c holds if add is set.
static void conv_gemm(const gomx_call *g, int thread, int64_t m, int64_t n, int64_t k, conv_matrix a, conv_matrix b, float *c, int64_t ldc, int add) {
	const int blas = (int)g->n[CONV_BLAS];
	gomx_call product = {.p = {(void *)a.at, (void *)b.at, c}};
	int64_t *v = product.n;
	v[GEMM_M] = v[GEMM_MB] = m;
	v[GEMM_N] = n;
	v[GEMM_NB] = blas || n < GEMM_COLUMNS ? n : GEMM_COLUMNS;
	v[GEMM_K] = k;
	v[GEMM_TRANS_A] = a.trans, v[GEMM_LDA] = a.step;
	v[GEMM_TRANS_B] = b.trans, v[GEMM_LDB] = b.step;
	v[GEMM_LDC] = ldc, v[GEMM_ADD] = add;
	product.pieces = (n + v[GEMM_NB] - 1) / v[GEMM_NB];
	for (int64_t i = 0; i < product.pieces; i++) {
		(blas ? gomx_gemm_blas : gomx_gemm)[GOMX_LEVEL](&product, i, thread);
	}
}
