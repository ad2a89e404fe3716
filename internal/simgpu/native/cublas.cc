// A fake libcublas on top of the simulated driver: products are enqueued and run as kernels are.
#include "cublas_api.h"
#include "cublas_gemm.h"
#include "extension.h"
#include "handles.h"

#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>

using namespace sim;

namespace {

const int device_pointers = 1; // CUBLAS_POINTER_MODE_DEVICE

struct Library {
	CUcontext context; // of creation
	CUstream stream = nullptr;
	int math = 0, pointers = 0;
	uint64_t workspace = 0;
	size_t bytes = 0;
};

std::mutex lock;

Handles<Library> &libraries() {
	static Handles<Library> *all = new Handles<Library>;
	return *all;
}

// with runs the body of a call on a handle.
template <class Body> cublasStatus with(cublasHandle handle, Body body) {
	std::lock_guard<std::mutex> hold(lock);
	Library *l = libraries().find(handle);
	return l ? (cublasStatus)body(*l) : CUBLAS_NOT_INITIALIZED;
}

// Product is what waits in a stream.
struct Product {
	Gemm g;
	long batch;
	long long stride_a, stride_b, stride_c;
	const float *alpha, *beta; // on the device, or null
	uint64_t workspace;
	size_t bytes;
};

// reach asks the driver about all elements of the matrices of a batch.
CUresult reach(const float *p, long rows, long columns, long ld, long long stride, long batch, char *why, size_t size) {
	for (long i = 0; i < batch; i++)
		if (CUresult e = simgpuReach((uint64_t)(p + i * stride), (size_t)((columns - 1) * ld + rows) * sizeof(float), why, size))
			return e;
	return CUDA_SUCCESS;
}

int multiply(void *data, char *why, size_t size) {
	Product p = *(Product *)data;
	for (const float *scalar : {p.alpha, p.beta})
		if (scalar)
			if (CUresult e = simgpuReach((uint64_t)scalar, sizeof(float), why, size))
				return e;
	Gemm &g = p.g;
	if (p.alpha)
		g.alpha = *p.alpha;
	if (p.beta)
		g.beta = *p.beta;
	if (p.bytes) { // the library's to scribble on
		if (CUresult e = simgpuReach(p.workspace, p.bytes, why, size))
			return e;
		memset((void *)p.workspace, 0xFF, p.bytes);
	}
	if (!g.m || !g.n || !p.batch)
		return CUDA_SUCCESS;
	if (g.k) {
		if (CUresult e = reach(g.a, g.trans_a ? g.k : g.m, g.trans_a ? g.m : g.k, g.lda, p.stride_a, p.batch, why, size))
			return e;
		if (CUresult e = reach(g.b, g.trans_b ? g.n : g.k, g.trans_b ? g.k : g.n, g.ldb, p.stride_b, p.batch, why, size))
			return e;
	}
	if (CUresult e = reach(g.c, g.m, g.n, g.ldc, p.stride_c, p.batch, why, size))
		return e;
	for (long i = 0; i < p.batch; i++, g.a += p.stride_a, g.b += p.stride_b, g.c += p.stride_c)
		gemm(g);
	return CUDA_SUCCESS;
}

void drop(void *data) { delete (Product *)data; }

} // namespace

cublasStatus cublasCreate_v2(cublasHandle *handle) {
	CUcontext c = nullptr;
	if (cuCtxGetCurrent(&c) || !c)
		return CUBLAS_NOT_INITIALIZED;
	std::lock_guard<std::mutex> hold(lock);
	auto l = std::make_shared<Library>();
	l->context = c;
	*handle = (cublasHandle)libraries().add(l);
	return CUBLAS_SUCCESS;
}

cublasStatus cublasDestroy_v2(cublasHandle handle) {
	return with(handle, [&](Library &) {
		libraries().remove(handle);
		return CUBLAS_SUCCESS;
	});
}

cublasStatus cublasGetVersion_v2(cublasHandle, int *version) {
	*version = 130000;
	return CUBLAS_SUCCESS;
}

// A new stream takes the workspace away, as in the real library.
cublasStatus cublasSetStream_v2(cublasHandle handle, CUstream stream) {
	return with(handle, [&](Library &l) {
		l.stream = stream;
		l.workspace = l.bytes = 0;
		return CUBLAS_SUCCESS;
	});
}

cublasStatus cublasGetStream_v2(cublasHandle handle, CUstream *stream) {
	return with(handle, [&](Library &l) {
		*stream = l.stream;
		return CUBLAS_SUCCESS;
	});
}

cublasStatus cublasSetWorkspace_v2(cublasHandle handle, void *workspace, size_t bytes) {
	return with(handle, [&](Library &l) {
		if ((uintptr_t)workspace % 256)
			return CUBLAS_INVALID_VALUE;
		l.workspace = (uint64_t)workspace;
		l.bytes = workspace ? bytes : 0;
		return CUBLAS_SUCCESS;
	});
}

cublasStatus cublasSetMathMode(cublasHandle handle, int mode) {
	return with(handle, [&](Library &l) {
		l.math = mode;
		return CUBLAS_SUCCESS;
	});
}

cublasStatus cublasGetMathMode(cublasHandle handle, int *mode) {
	return with(handle, [&](Library &l) {
		*mode = l.math;
		return CUBLAS_SUCCESS;
	});
}

cublasStatus cublasSetPointerMode_v2(cublasHandle handle, int mode) {
	return with(handle, [&](Library &l) {
		l.pointers = mode;
		return mode == 0 || mode == device_pointers ? CUBLAS_SUCCESS : CUBLAS_INVALID_VALUE;
	});
}

cublasStatus cublasGetPointerMode_v2(cublasHandle handle, int *mode) {
	return with(handle, [&](Library &l) {
		*mode = l.pointers;
		return CUBLAS_SUCCESS;
	});
}

cublasStatus cublasSetAtomicsMode(cublasHandle handle, int) {
	return with(handle, [](Library &) { return CUBLAS_SUCCESS; });
}

cublasStatus cublasSgemmStridedBatched(cublasHandle handle, int trans_a, int trans_b, int m, int n, int k, const float *alpha,
                                       const float *a, int lda, long long stride_a, const float *b, int ldb, long long stride_b,
                                       const float *beta, float *c, int ldc, long long stride_c, int batch) {
	Library l;
	cublasStatus found = with(handle, [&](Library &of) {
		l = of;
		return CUBLAS_SUCCESS;
	});
	if (found)
		return found;
	// 0: as it is, 1: transposed, 2: conjugated and transposed, which is the same.
	const bool ta = trans_a != 0, tb = trans_b != 0;
	if (trans_a < 0 || trans_a > 2 || trans_b < 0 || trans_b > 2 || m < 0 || n < 0 || k < 0 || batch < 0 || lda < (ta ? k : m) || lda < 1 ||
	    ldb < (tb ? n : k) || ldb < 1 || ldc < m || ldc < 1 || !alpha || !beta)
		return CUBLAS_INVALID_VALUE;
	CUcontext current = nullptr;
	if (cuCtxGetCurrent(&current) || current != l.context)
		return CUBLAS_EXECUTION_FAILED; // the real library does not say it so well
	auto *p = new Product{{ta, tb, m, n, k, 0, a, lda, b, ldb, 0, c, ldc}, batch, stride_a, stride_b, stride_c, nullptr, nullptr, l.workspace, l.bytes};
	if (l.pointers == device_pointers) {
		p->alpha = alpha;
		p->beta = beta;
	} else {
		p->g.alpha = *alpha;
		p->g.beta = *beta;
	}
	char what[128];
	snprintf(what, sizeof what, "cublasSgemm %dx%dx%d", m, n, k);
	return simgpuEnqueue(l.stream, what, multiply, drop, p) ? CUBLAS_EXECUTION_FAILED : CUBLAS_SUCCESS;
}

cublasStatus cublasSgemm_v2(cublasHandle handle, int trans_a, int trans_b, int m, int n, int k, const float *alpha, const float *a, int lda,
                            const float *b, int ldb, const float *beta, float *c, int ldc) {
	return cublasSgemmStridedBatched(handle, trans_a, trans_b, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0, 1);
}

const char *cublasGetStatusName(cublasStatus status) {
	switch (status) {
	case CUBLAS_SUCCESS: return "CUBLAS_STATUS_SUCCESS";
	case CUBLAS_NOT_INITIALIZED: return "CUBLAS_STATUS_NOT_INITIALIZED";
	case CUBLAS_INVALID_VALUE: return "CUBLAS_STATUS_INVALID_VALUE";
	case CUBLAS_EXECUTION_FAILED: return "CUBLAS_STATUS_EXECUTION_FAILED";
	case CUBLAS_NOT_SUPPORTED: return "CUBLAS_STATUS_NOT_SUPPORTED";
	}
	return "CUBLAS_STATUS_UNKNOWN";
}

const char *cublasGetStatusString(cublasStatus status) { return cublasGetStatusName(status); }
