// c (m×n) = op(a)·op(b) + beta·c, matrices by rows.
static void conv_gemm(int ta, int tb, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc) {
	for (int64_t i = 0; i < m; i++) {
		float *ci = c + i * ldc;
		for (int64_t j = 0; j < n; j++) ci[j] = beta == 0 ? 0 : ci[j] * beta;
		if (tb) {
			for (int64_t j = 0; j < n; j++) {
				float s = 0;
				for (int64_t l = 0; l < k; l++) s += a[i * lda + l] * b[j * ldb + l];
				ci[j] += s;
			}
			continue;
		}
		for (int64_t l = 0; l < k; l++) {
			const float v = ta ? a[l * lda + i] : a[i * lda + l];
			for (int64_t j = 0; j < n; j++) ci[j] += v * b[l * ldb + j];
		}
	}
}
