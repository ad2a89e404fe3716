#include "cublas_gemm.h"

#include <algorithm>
#include <vector>

namespace sim {

static const long rows = 64, depth = 256; // of a block of a that stays in the cache while all columns of c pass

// block adds alpha · a · b to four or fewer columns of c. a is packed: depth columns of `rows` elements, zeros behind the
// last row.
__attribute__((target_clones("avx512f", "avx2", "default"))) static void block(const float *a, long k, const float (*b)[depth], long columns,
                                                                               float *sums) {
	for (long j = 0; j < columns; j++) {
		float sum[rows] = {};
		for (long p = 0; p < k; p++) {
			const float w = b[j][p];
			for (long i = 0; i < rows; i++)
				sum[i] += a[p * rows + i] * w;
		}
		std::copy(sum, sum + rows, sums + j * rows);
	}
}

static void scale(const Gemm &g) {
	for (long j = 0; j < g.n; j++)
		for (long i = 0; i < g.m; i++) {
			float &c = g.c[i + j * g.ldc];
			c = g.beta == 0 ? 0 : g.beta * c;
		}
}

void gemm(const Gemm &g) {
	scale(g);
	if (g.alpha == 0)
		return;
	std::vector<float> a(rows * depth);
	float b[4][depth], sums[4 * rows];
	for (long p0 = 0; p0 < g.k; p0 += depth)
		for (long i0 = 0; i0 < g.m; i0 += rows) {
			const long k = std::min(depth, g.k - p0), m = std::min(rows, g.m - i0);
			for (long p = 0; p < k; p++)
				for (long i = 0; i < rows; i++)
					a[p * rows + i] = i >= m ? 0 : g.trans_a ? g.a[p0 + p + (i0 + i) * g.lda] : g.a[i0 + i + (p0 + p) * g.lda];
			for (long j0 = 0; j0 < g.n; j0 += 4) {
				const long n = std::min(4L, g.n - j0);
				for (long j = 0; j < n; j++)
					for (long p = 0; p < k; p++)
						b[j][p] = g.trans_b ? g.b[j0 + j + (p0 + p) * g.ldb] : g.b[p0 + p + (j0 + j) * g.ldb];
				block(a.data(), k, b, n, sums);
				for (long j = 0; j < n; j++)
					for (long i = 0; i < m; i++)
						g.c[i0 + i + (j0 + j) * g.ldc] += g.alpha * sums[j * rows + i];
			}
		}
}

} // namespace sim
