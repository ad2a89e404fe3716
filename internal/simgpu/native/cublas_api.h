// The functions of libcublas that the fake one has; own declarations of its binary interface.
#ifndef SIMGPU_CUBLAS_API_H
#define SIMGPU_CUBLAS_API_H

#include "api.h"

enum cublasStatus {
	CUBLAS_SUCCESS = 0,
	CUBLAS_NOT_INITIALIZED = 1,
	CUBLAS_INVALID_VALUE = 7,
	CUBLAS_EXECUTION_FAILED = 13,
	CUBLAS_NOT_SUPPORTED = 15,
};

typedef struct cublasContext *cublasHandle;

extern "C" {

cublasStatus cublasCreate_v2(cublasHandle *handle);
cublasStatus cublasDestroy_v2(cublasHandle handle);
cublasStatus cublasGetVersion_v2(cublasHandle handle, int *version);
cublasStatus cublasSetStream_v2(cublasHandle handle, CUstream stream);
cublasStatus cublasGetStream_v2(cublasHandle handle, CUstream *stream);
cublasStatus cublasSetWorkspace_v2(cublasHandle handle, void *workspace, size_t bytes);
cublasStatus cublasSetMathMode(cublasHandle handle, int mode);
cublasStatus cublasGetMathMode(cublasHandle handle, int *mode);
cublasStatus cublasSetPointerMode_v2(cublasHandle handle, int mode);
cublasStatus cublasGetPointerMode_v2(cublasHandle handle, int *mode);
cublasStatus cublasSetAtomicsMode(cublasHandle handle, int mode);
cublasStatus cublasSgemm_v2(cublasHandle handle, int trans_a, int trans_b, int m, int n, int k, const float *alpha, const float *a,
                            int lda, const float *b, int ldb, const float *beta, float *c, int ldc);
cublasStatus cublasSgemmStridedBatched(cublasHandle handle, int trans_a, int trans_b, int m, int n, int k, const float *alpha,
                                       const float *a, int lda, long long stride_a, const float *b, int ldb, long long stride_b,
                                       const float *beta, float *c, int ldc, long long stride_c, int batch);
const char *cublasGetStatusName(cublasStatus status);
const char *cublasGetStatusString(cublasStatus status);
}

#endif
