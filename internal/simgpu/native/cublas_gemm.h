// A matrix product as cuBLAS has it: columns lie in memory one after the other.
#ifndef SIMGPU_CUBLAS_GEMM_H
#define SIMGPU_CUBLAS_GEMM_H

namespace sim {

struct Gemm {
	bool trans_a, trans_b;
	long m, n, k;
	float alpha;
	const float *a;
	long lda;
	const float *b;
	long ldb;
	float beta;
	float *c;
	long ldc;
};

// gemm computes c(m,n) = alpha · op(a)(m,k) · op(b)(k,n) + beta · c. With beta 0 it does not read c.
void gemm(const Gemm &g);

} // namespace sim

#endif
