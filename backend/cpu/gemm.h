// Matrix products. A piece is a block of the result of one matrix of the batch, over the whole inner dimension, so sums are
// in the same order whoever computes them.
#ifndef GOMX_GEMM_H
#define GOMX_GEMM_H
#include "gomx_cpu.h"
#include "map.h"

enum {
	GEMM_PANEL = 32,     // columns of the second operand that lie packed side by side
	GEMM_DEPTH = 256,    // steps of the inner dimension for which operands are packed at a time
	GEMM_COLUMNS = 256,  // at most so many columns of the result in a piece: 256 KiB of the second operand, in L2
	GEMM_SCRATCH = 4 * (GEMM_DEPTH * (GEMM_COLUMNS + 32) + 16 * (GEMM_DEPTH + 16)) + 1024,
};

// The numbers of a call, in n; strides in elements.
enum {
	GEMM_M, GEMM_N, GEMM_K,
	GEMM_TRANS_A, GEMM_TRANS_B,
	GEMM_LDA, GEMM_LDB, GEMM_LDC,
	GEMM_STRIDE_A, GEMM_STRIDE_B, GEMM_STRIDE_C, // from matrix to matrix of the batch
	GEMM_MB, GEMM_NB,                            // rows and columns of a piece
	GEMM_ADD,                                    // add to what C holds
	GEMM_PACKED,                                 // B is packed as gomx_gemm_pack does it; GEMM_LDB counts for nothing
	GEMM_EPILOGUE,                               // code is a gomx_map_code to run on the block, with further inputs from p[3]
};

// Packs a B that many products share: panels of GEMM_PANEL columns, each all K rows, missing columns zero.
// p: B, packed B. n: as far as it concerns B. A piece is a panel.
GOMX_DECLARE(gomx_gemm_pack);

// p: A, B, C, further inputs of the epilogue. pieces: batch × blocks of rows × blocks of columns.
GOMX_DECLARE(gomx_gemm);

#if defined(GOMX_SUFFIX)
void GOMX_FN(gomx_gemm)(const gomx_call *call, int64_t piece, int thread); // for kernels that multiply as a part of their work
#endif

// The same for few rows of an A that is not transposed and a B that is; needs scratch for the epilogue only.
GOMX_DECLARE(gomx_gemm_dot);

#endif
