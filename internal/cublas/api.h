// The functions of cuBLAS that this package calls, as own declarations; like those of internal/cudrv they are compared
// with the real header by compiling this file behind it.
#ifndef GOMX_CUBLAS_API_H
#define GOMX_CUBLAS_API_H

#include <stddef.h>
#include <stdint.h>

#ifndef CUBLAS_V2_H_
typedef int cublasStatus_t;
typedef int cublasOperation_t;
typedef int cublasMath_t;
typedef struct cublasContext *cublasHandle_t;
typedef struct CUstream_st *cudaStream_t;
#endif

#define CUBLAS_REQUIRED(X) \
	X(cublasCreate_v2, (cublasHandle_t *handle)) \
	X(cublasDestroy_v2, (cublasHandle_t handle)) \
	X(cublasGetVersion_v2, (cublasHandle_t handle, int *version)) \
	X(cublasSetStream_v2, (cublasHandle_t handle, cudaStream_t stream)) \
	X(cublasSetMathMode, (cublasHandle_t handle, cublasMath_t mode)) \
	X(cublasSgemm_v2, (cublasHandle_t handle, cublasOperation_t trans_a, cublasOperation_t trans_b, int m, int n, int k, const float *alpha, \
	                   const float *a, int lda, const float *b, int ldb, const float *beta, float *c, int ldc)) \
	X(cublasSgemmStridedBatched, \
	  (cublasHandle_t handle, cublasOperation_t trans_a, cublasOperation_t trans_b, int m, int n, int k, const float *alpha, const float *a, \
	   int lda, long long int stride_a, const float *b, int ldb, long long int stride_b, const float *beta, float *c, int ldc, \
	   long long int stride_c, int batch))

// Without these, what needs them is off.
#define CUBLAS_OPTIONAL(X) X(cublasSetWorkspace_v2, (cublasHandle_t handle, void *workspace, size_t bytes))

// X(own name, name in the header, number).
#define CUBLAS_CONSTANTS(X) \
	X(GOMX_CUBLAS_SUCCESS, CUBLAS_STATUS_SUCCESS, 0) \
	X(GOMX_CUBLAS_N, CUBLAS_OP_N, 0) \
	X(GOMX_CUBLAS_T, CUBLAS_OP_T, 1) \
	X(GOMX_CUBLAS_PEDANTIC, CUBLAS_PEDANTIC_MATH, 2)

enum {
#define X(own, theirs, number) own = number,
	CUBLAS_CONSTANTS(X)
#undef X
};

#endif
