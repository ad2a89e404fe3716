// What Go calls. The caller's context must be current, which cublas_create sees to through the function it is given.
#ifndef GOMX_CUBLAS_H
#define GOMX_CUBLAS_H

#include "api.h"

// gomx_cublas_load opens libcublas, and libcublasLt, which it needs, first where one is given; NULL, or what failed.
const char *gomx_cublas_load(const char *lt, const char *path);

cublasStatus_t gomx_cublas_create(cublasHandle_t *handle, cudaStream_t stream, uint64_t workspace, size_t bytes);
cublasStatus_t gomx_cublas_destroy(cublasHandle_t handle);
cublasStatus_t gomx_cublas_version(cublasHandle_t handle, int *version);

// gomx_gemm is a product in cuBLAS's own terms: matrices in the order of Fortran.
typedef struct {
	uint64_t a, b, c;
	cublasHandle_t handle;
	long long stride_a, stride_b, stride_c;
	int trans_a, trans_b, m, n, k, lda, ldb, ldc, batch;
	float alpha, beta;
} gomx_gemm;

// gomx_cublas_gemm enqueues a gomx_gemm; internal/cudrv calls it from a list.
int gomx_cublas_gemm(void *args);

#endif
