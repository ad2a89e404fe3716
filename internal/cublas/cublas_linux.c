#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <stdio.h>

#include "cublas.h"

static struct {
#define X(name, params) cublasStatus_t(*name) params;
	CUBLAS_REQUIRED(X)
	CUBLAS_OPTIONAL(X)
#undef X
} cublas;

const char *gomx_cublas_load(const char *lt, const char *path) {
	static char message[400];
	if (lt != NULL) dlopen(lt, RTLD_NOW | RTLD_GLOBAL); // libcublas says so itself should it miss it
	void *lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (lib == NULL) {
		snprintf(message, sizeof message, "%s", dlerror());
		return message;
	}
	const char *missing = NULL;
#define X(name, params) \
	*(void **)&cublas.name = dlsym(lib, #name); \
	if (cublas.name == NULL) missing = #name;
	CUBLAS_REQUIRED(X)
#undef X
#define X(name, params) *(void **)&cublas.name = dlsym(lib, #name);
	CUBLAS_OPTIONAL(X)
#undef X
	if (missing != NULL) {
		snprintf(message, sizeof message, "%s has no %s", path, missing);
		dlclose(lib);
		return message;
	}
	return NULL;
}

cublasStatus_t gomx_cublas_create(cublasHandle_t *handle, cudaStream_t stream, uint64_t workspace, size_t bytes) {
	cublasStatus_t s = cublas.cublasCreate_v2(handle);
	if (s != GOMX_CUBLAS_SUCCESS) return s;
	s = cublas.cublasSetStream_v2(*handle, stream); // first, since it takes the workspace away
	if (s == GOMX_CUBLAS_SUCCESS && cublas.cublasSetWorkspace_v2 != NULL) {
		s = cublas.cublasSetWorkspace_v2(*handle, (void *)(uintptr_t)workspace, bytes);
	}
	if (s == GOMX_CUBLAS_SUCCESS) s = cublas.cublasSetMathMode(*handle, GOMX_CUBLAS_PEDANTIC);
	if (s != GOMX_CUBLAS_SUCCESS) cublas.cublasDestroy_v2(*handle);
	return s;
}

cublasStatus_t gomx_cublas_destroy(cublasHandle_t handle) { return cublas.cublasDestroy_v2(handle); }

cublasStatus_t gomx_cublas_version(cublasHandle_t handle, int *version) { return cublas.cublasGetVersion_v2(handle, version); }

int gomx_cublas_gemm(void *args) {
	const gomx_gemm *g = args;
	const float *a = (const float *)(uintptr_t)g->a, *b = (const float *)(uintptr_t)g->b;
	float *c = (float *)(uintptr_t)g->c;
	if (g->batch == 1) {
		return cublas.cublasSgemm_v2(g->handle, g->trans_a, g->trans_b, g->m, g->n, g->k, &g->alpha, a, g->lda, b, g->ldb, &g->beta, c, g->ldc);
	}
	return cublas.cublasSgemmStridedBatched(g->handle, g->trans_a, g->trans_b, g->m, g->n, g->k, &g->alpha, a, g->lda, g->stride_a, b, g->ldb,
	                                        g->stride_b, &g->beta, c, g->ldc, g->stride_c, g->batch);
}
