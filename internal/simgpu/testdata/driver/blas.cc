#include "case.h"
#include "cublas_api.h"

static cublasHandle create(CUstream s) {
	cublasHandle h;
	TRUE(cublasCreate_v2(&h) == CUBLAS_SUCCESS);
	TRUE(cublasSetStream_v2(h, s) == CUBLAS_SUCCESS);
	return h;
}

static std::vector<float> numbers(size_t n, unsigned seed) {
	std::vector<float> v(n);
	for (float &x : v) {
		seed = seed * 1664525 + 1013904223;
		x = (float)(seed >> 20) / 2048 - 1;
	}
	return v;
}

// Columns lie one after the other, with leading dimensions that are larger than needed.
static void product(bool ta, bool tb, int m, int n, int k, float alpha, float beta) {
	const int lda = (ta ? k : m) + 3, ldb = (tb ? n : k) + 1, ldc = m + 2;
	std::vector<float> a = numbers((size_t)(lda * (ta ? m : k) + 1), 1), b = numbers((size_t)(ldb * (tb ? k : n) + 1), 2), c = numbers((size_t)(ldc * n), 3);
	if (beta == 0)
		c.assign(c.size(), NAN); // it is not read
	CUdeviceptr pa = upload(a), pb = upload(b), pc = upload(c);
	cublasHandle h = create(stream());
	TRUE(cublasSgemm_v2(h, ta, tb, m, n, k, &alpha, (float *)pa, lda, (float *)pb, ldb, &beta, (float *)pc, ldc) == CUBLAS_SUCCESS);
	OK(cuCtxSynchronize());
	std::vector<float> got(c.size());
	OK(cuMemcpyDtoH_v2(got.data(), pc, got.size() * sizeof(float)));
	for (int j = 0; j < n; j++)
		for (int i = 0; i < ldc; i++) {
			const size_t at = (size_t)(i + j * ldc);
			double wanted = c[at];
			if (i < m) {
				wanted = beta == 0 ? 0 : beta * wanted;
				for (int p = 0; p < k; p++)
					wanted += (double)alpha * a[(size_t)(ta ? p + i * lda : i + p * lda)] * b[(size_t)(tb ? j + p * ldb : p + j * ldb)];
			}
			TRUE(std::isnan(wanted) ? std::isnan(got[at]) : std::fabs(got[at] - wanted) < 1e-4 * (1 + std::fabs(wanted)));
		}
}

CASE(products) {
	start();
	for (int i = 0; i < 4; i++) {
		product(i & 1, i & 2, 5, 3, 7, 1, 0);
		product(i & 1, i & 2, 65, 9, 300, 0.5f, 2);
		product(i & 1, i & 2, 1, 1, 1, 2, 0);
		product(i & 1, i & 2, 4, 4, 0, 1, 3);
	}
}

CASE(batches) {
	start();
	CUdeviceptr a = upload({1, 2, 3, 4}), b = upload({10, 100}), c = allocate(16);
	const float one = 1, zero = 0;
	cublasHandle h = create(nullptr);
	// Two products of a column of two and a single number; the second a is two elements further.
	TRUE(cublasSgemmStridedBatched(h, 0, 0, 2, 1, 1, &one, (float *)a, 2, 2, (float *)b, 1, 1, &zero, (float *)c, 2, 2, 2) == CUBLAS_SUCCESS);
	OK(cuCtxSynchronize());
	TRUE(get(c, 0) == 10 && get(c, 1) == 20 && get(c, 2) == 300 && get(c, 3) == 400);
}

CASE(scalars_on_the_device) {
	start();
	CUdeviceptr x = upload({3}), c = upload({5}), alpha = upload({2}), beta = upload({10});
	cublasHandle h = create(nullptr);
	TRUE(cublasSetPointerMode_v2(h, 1) == CUBLAS_SUCCESS);
	TRUE(cublasSgemm_v2(h, 0, 0, 1, 1, 1, (float *)alpha, (float *)x, 1, (float *)x, 1, (float *)beta, (float *)c, 1) == CUBLAS_SUCCESS);
	TRUE(get(c) == 68);
}

CASE(products_wait_in_their_stream) {
	start();
	CUdeviceptr x = upload({3}), c = upload({5});
	const float one = 1, zero = 0;
	cublasHandle h = create(stream());
	TRUE(cublasSgemm_v2(h, 0, 0, 1, 1, 1, &one, (float *)x, 1, (float *)x, 1, &zero, (float *)c, 1) == CUBLAS_SUCCESS);
	TRUE(*(float *)c == 5);
	OK(cuCtxSynchronize());
	TRUE(get(c) == 9);
}

CASE(wrong_sizes) {
	start();
	CUdeviceptr x = upload({3, 3, 3}), c = upload({5});
	const float one = 1, zero = 0;
	cublasHandle h = create(nullptr);
	TRUE(cublasSgemm_v2(h, 0, 0, 2, 1, 1, &one, (float *)x, 1, (float *)x, 1, &zero, (float *)c, 2) == CUBLAS_INVALID_VALUE);
	TRUE(cublasSgemm_v2(h, 0, 0, 2, 1, 1, &one, (float *)x, 2, (float *)x, 1, &zero, (float *)c, 2) == CUBLAS_SUCCESS);
	WANT(cuCtxSynchronize(), CUDA_ERROR_ILLEGAL_ADDRESS); // c holds one number
	SAYS("cublasSgemm 2x1x1: 8 bytes at offset 0 of allocation 2");
}

CASE(workspaces) {
	start();
	CUdeviceptr x = upload({3}), c = upload({5}), w = allocate(1024);
	OK(cuMemsetD32_v2(w, 0, 256));
	const float one = 1, zero = 0;
	cublasHandle h = create(nullptr);
	TRUE(cublasSetWorkspace_v2(h, (void *)(w + 4), 256) == CUBLAS_INVALID_VALUE);
	TRUE(cublasSetWorkspace_v2(h, (void *)w, 512) == CUBLAS_SUCCESS);
	auto multiply = [&] { return cublasSgemm_v2(h, 0, 0, 1, 1, 1, &one, (float *)x, 1, (float *)x, 1, &zero, (float *)c, 1); };
	TRUE(multiply() == CUBLAS_SUCCESS);
	TRUE(std::isnan(get(w)) && get(w, 128) == 0); // the library wrote into it
	OK(cuMemFree_v2(w));
	TRUE(multiply() == CUBLAS_SUCCESS);
	WANT(cuCtxSynchronize(), CUDA_ERROR_ILLEGAL_ADDRESS);
}

CASE(handles_belong_to_a_context) {
	cublasHandle h;
	TRUE(cublasCreate_v2(&h) == CUBLAS_NOT_INITIALIZED);
	start(0);
	h = create(nullptr);
	start(1);
	CUdeviceptr x = upload({3});
	const float one = 1, zero = 0;
	TRUE(cublasSgemm_v2(h, 0, 0, 1, 1, 1, &one, (float *)x, 1, (float *)x, 1, &zero, (float *)x, 1) == CUBLAS_EXECUTION_FAILED);
	TRUE(cublasDestroy_v2(h) == CUBLAS_SUCCESS);
	TRUE(cublasDestroy_v2(h) == CUBLAS_NOT_INITIALIZED);
}
