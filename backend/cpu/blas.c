#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#if !defined(_WIN32)
#include <dlfcn.h>
#endif

#include "blas.h"
#include "gemm.h"

// The C interface to BLAS (Lawson et al. 1979; Blackford et al. 2002), with its enumerations as numbers.
enum { ROW_MAJOR = 101, NO_TRANS = 111, TRANS = 112 };
typedef void (*sgemm_fn)(int order, int trans_a, int trans_b, int m, int n, int k, float alpha, const float *a, int lda, const float *b,
                         int ldb, float beta, float *c, int ldc);

static sgemm_fn sgemm;
static char name[200];

const char *gomx_blas_name(void) { return sgemm != NULL ? name : NULL; }

#if defined(GOMX_BLAS_LINKED)

void cblas_sgemm(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
char *openblas_get_config(void) __attribute__((weak));
void openblas_set_num_threads(int) __attribute__((weak));

const char *gomx_blas_open(const char *path) {
	(void)path;
	if (openblas_set_num_threads) openblas_set_num_threads(1);
	snprintf(name, sizeof name, "%s (linked)", openblas_get_config ? openblas_get_config() : "BLAS");
	sgemm = cblas_sgemm;
	return NULL;
}

#elif defined(_WIN32)

const char *gomx_blas_open(const char *path) {
	(void)path;
	return "not opened at run time on Windows";
}

#else

static void *open_first(const char *path) {
	static const char *const usual[] = {"libopenblas.so.0", "libopenblas.so", "libopenblas.dylib", "/opt/homebrew/opt/openblas/lib/libopenblas.dylib"};
	if (path != NULL) return dlopen(path, RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		void *lib = dlopen(usual[i], RTLD_NOW | RTLD_LOCAL);
		if (lib != NULL) return lib;
	}
	return NULL;
}

const char *gomx_blas_open(const char *path) {
	static char message[300];
	// Our pool cuts the work: threads of the library's own would only disturb. It reads the variable while it loads.
	setenv("OPENBLAS_NUM_THREADS", "1", 1);
	void *lib = open_first(path);
	if (lib == NULL) {
		snprintf(message, sizeof message, "%s", dlerror());
		return message;
	}
	sgemm_fn fn = (sgemm_fn)dlsym(lib, "cblas_sgemm");
	if (fn == NULL) {
		snprintf(message, sizeof message, "%s has no cblas_sgemm", path != NULL ? path : "OpenBLAS");
		dlclose(lib);
		return message;
	}
	void (*set_threads)(int) = (void (*)(int))dlsym(lib, "openblas_set_num_threads");
	if (set_threads != NULL) set_threads(1);
	char *(*config)(void) = (char *(*)(void))dlsym(lib, "openblas_get_config");
	snprintf(name, sizeof name, "%s", config != NULL ? config() : path);
	sgemm = fn;
	return NULL;
}

#endif

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

static void gemm_blas(const gomx_call *call, int64_t piece, int thread) {
	(void)thread;
	const int64_t *n = call->n;
	int64_t across = (n[GEMM_N] + n[GEMM_NB] - 1) / n[GEMM_NB], down = (n[GEMM_M] + n[GEMM_MB] - 1) / n[GEMM_MB];
	int64_t j0 = piece % across * n[GEMM_NB], i0 = piece / across % down * n[GEMM_MB], batch = piece / across / down;
	const float *a = (const float *)call->p[0] + batch * n[GEMM_STRIDE_A] + i0 * (n[GEMM_TRANS_A] ? 1 : n[GEMM_LDA]);
	const float *b = (const float *)call->p[1] + batch * n[GEMM_STRIDE_B] + j0 * (n[GEMM_TRANS_B] ? n[GEMM_LDB] : 1);
	float *c = (float *)call->p[2] + batch * n[GEMM_STRIDE_C] + i0 * n[GEMM_LDC] + j0;
	sgemm(ROW_MAJOR, n[GEMM_TRANS_A] ? TRANS : NO_TRANS, n[GEMM_TRANS_B] ? TRANS : NO_TRANS, (int)smaller(n[GEMM_MB], n[GEMM_M] - i0),
	      (int)smaller(n[GEMM_NB], n[GEMM_N] - j0), (int)n[GEMM_K], 1, a, (int)n[GEMM_LDA], b, (int)n[GEMM_LDB], n[GEMM_ADD] ? 1 : 0, c, (int)n[GEMM_LDC]);
}
const gomx_kernel gomx_gemm_blas[GOMX_LEVELS] = {gemm_blas, gemm_blas, gemm_blas};
