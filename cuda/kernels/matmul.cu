// Products of matrices, C = op(A)·op(B) in float32. A block of threads makes a tile of C: slices of both operands pass
// through shared memory, two of each so that the next is fetched while one is used, and every thread keeps a part of the
// tile in registers.
#include "common.h"

// Element (i, k) of op(A) is a[i·a_row + k·a_col], where one of the two is 1; op(B) and C likewise. Block z makes split
// z % splits, which is depth steps of k, of product z / splits.
struct gemm_param {
	u32 m, n, k;
	u32 a_row, a_col, b_row, b_col, c_row;
	u32 a_batch, b_batch, c_batch; // from one product to the next
	u32 tiles_n;                   // tiles of C beside one another
	u32 splits, depth, c_split;    // and from one split's result to the next
	u32 accumulate;                // C += instead of C =
};

typedef f32 f32x4 __attribute__((ext_vector_type(4)));

#define GEMM_THREADS 256

// operand is what a thread fetches of the slices of one operand, ROWS rows (of A, columns of B) by BK steps of k each.
template <u32 ROWS, u32 BK> struct operand {
	enum { COUNT = ROWS * BK / GEMM_THREADS };
	const f32 *from;   // the thread's first element of the next slice
	u32 step, slice;   // in memory: to its next element, to the next slice
	u32 row, row_step; // where those are in the slice
	u32 k, k_step;
	u32 rows; // how many there are in the matrix from the tile's first on
	f32 v[COUNT];
};

// start begins with slice 0. Threads beside one another fetch what is side by side in memory, whichever way the operand is
// stored.
template <u32 ROWS, u32 BK> DEVICE void start(operand<ROWS, BK> &x, const f32 *tile, u32 row_stride, u32 k_stride, u32 rows) {
	u32 t = thread_x();
	if (k_stride == 1) {
		x.k = t % BK, x.k_step = 0;
		x.row = t / BK, x.row_step = GEMM_THREADS / BK;
	} else {
		x.row = t % ROWS, x.row_step = 0;
		x.k = t / ROWS, x.k_step = GEMM_THREADS / ROWS;
	}
	x.from = tile + x.row * row_stride + x.k * k_stride;
	x.step = x.row_step * row_stride + x.k_step * k_stride;
	x.slice = BK * k_stride;
	x.rows = rows;
}

// fetch reads the next slice, of which k_left steps exist; the rest is 0. Every step's place is made from the one before: kept
// in registers from slice to slice, all of them would crowd out the sums.
template <u32 ROWS, u32 BK> DEVICE void fetch(operand<ROWS, BK> &x, u32 k_left) {
	const f32 *from = x.from;
	u32 row = opaque(x.row), k = opaque(x.k), step = opaque(x.step);
#pragma unroll
	for (u32 i = 0; i < x.COUNT; i++) {
		x.v[i] = row < x.rows && k < k_left ? *from : 0;
		from += step;
		row += x.row_step;
		k += x.k_step;
	}
	x.from += x.slice;
}

template <u32 ROWS, u32 BK> DEVICE void store(f32 (*to)[ROWS + 4], const operand<ROWS, BK> &x) {
	u32 row = opaque(x.row), k = opaque(x.k);
#pragma unroll
	for (u32 i = 0; i < x.COUNT; i++) {
		to[k][row] = x.v[i];
		row += x.row_step;
		k += x.k_step;
	}
}

// spread reads N numbers of a line of LENGTH: fours, as far apart as the line allows, so that threads share no bank.
template <u32 N, u32 LENGTH> DEVICE void spread(f32 *to, const f32 *line, u32 four) {
#pragma unroll
	for (u32 i = 0; i < N; i += 4) {
		f32x4 v = *(const f32x4 *)(line + i * (LENGTH / N) + four * 4);
		to[i] = v.x, to[i + 1] = v.y, to[i + 2] = v.z, to[i + 3] = v.w;
	}
}

// gemm_tile makes a tile of BM × BN with BK steps of k at a time; ACROSS threads stand along its columns.
template <u32 BM, u32 BN, u32 BK, u32 ACROSS> DEVICE void gemm_tile(const f32 *__restrict__ a, const f32 *__restrict__ b, f32 *__restrict__ c, const gemm_param &g) {
	enum { TM = BM * ACROSS / GEMM_THREADS, TN = BN / ACROSS };
	__shared__ __attribute__((aligned(16))) f32 as[2][BK][BM + 4]; // 4 more, against bank conflicts in store
	__shared__ __attribute__((aligned(16))) f32 bs[2][BK][BN + 4];

	u32 product = block_z() / g.splits, split = block_z() % g.splits;
	u32 i0 = block_x() / g.tiles_n * BM, j0 = block_x() % g.tiles_n * BN, k0 = split * g.depth;
	u32 left = min(g.k - k0, g.depth);
	u32 tx = thread_x() % ACROSS, ty = thread_x() / ACROSS;

	operand<BM, BK> x;
	operand<BN, BK> y;
	start(x, a + product * g.a_batch + i0 * g.a_row + k0 * g.a_col, g.a_row, g.a_col, g.m - i0);
	start(y, b + product * g.b_batch + j0 * g.b_col + k0 * g.b_row, g.b_col, g.b_row, g.n - j0);
	fetch(x, left);
	fetch(y, left);
	store(as[0], x);
	store(bs[0], y);
	barrier();

	f32 sum[TM][TN] = {};
	for (u32 now = 0; left > 0; now ^= 1) {
		left -= min(left, BK);
		if (left > 0) {
			fetch(x, left);
			fetch(y, left);
		}
#pragma unroll
		for (u32 k = 0; k < BK; k++) {
			f32 u[TM], v[TN];
			spread<TM, BM>(u, as[now][k], ty);
			spread<TN, BN>(v, bs[now][k], tx);
#pragma unroll
			for (u32 i = 0; i < TM; i++) {
#pragma unroll
				for (u32 j = 0; j < TN; j++) {
					sum[i][j] = fma(u[i], v[j], sum[i][j]);
				}
			}
		}
		if (left > 0) {
			store(as[now ^ 1], x);
			store(bs[now ^ 1], y);
		}
		barrier();
	}

	c += product * g.c_batch + split * g.c_split;
#pragma unroll
	for (u32 i = 0; i < TM; i++) {
		u32 row = i0 + i / 4 * (BM * 4 / TM) + ty * 4 + i % 4;
#pragma unroll
		for (u32 j = 0; j < TN; j++) {
			u32 column = j0 + j / 4 * (BN * 4 / TN) + tx * 4 + j % 4;
			if (row < g.m && column < g.n) {
				f32 *to = c + row * g.c_row + column;
				*to = g.accumulate ? *to + sum[i][j] : sum[i][j];
			}
		}
	}
}

KERNEL(256) void sgemm_128x128(const f32 *__restrict__ a, const f32 *__restrict__ b, f32 *__restrict__ c, gemm_param g) { gemm_tile<128, 128, 8, 16>(a, b, c, g); }
KERNEL(256) void sgemm_64x64(const f32 *__restrict__ a, const f32 *__restrict__ b, f32 *__restrict__ c, gemm_param g) { gemm_tile<64, 64, 16, 16>(a, b, c, g); }
KERNEL(256) void sgemm_32x128(const f32 *__restrict__ a, const f32 *__restrict__ b, f32 *__restrict__ c, gemm_param g) { gemm_tile<32, 128, 16, 32>(a, b, c, g); }
KERNEL(256) void sgemm_128x32(const f32 *__restrict__ a, const f32 *__restrict__ b, f32 *__restrict__ c, gemm_param g) { gemm_tile<128, 32, 16, 8>(a, b, c, g); }

// add_parts adds up parts, each of products × m × n elements, in their order: into c, whose products lie c_batch and whose rows
// c_row elements apart.
KERNEL(256) void add_parts(const f32 *__restrict__ part, f32 *__restrict__ c, u32 parts, u32 products, u32 m, u32 n, u32 c_row, u32 c_batch, u32 accumulate) {
	u32 size = products * m * n;
	for (u32 i = global_x(); i < size; i += threads_x() * blocks_x()) {
		f32 *to = c + i / n / m * c_batch + i / n % m * c_row + i % n;
		f32 sum = accumulate ? *to : 0;
		for (u32 p = 0; p < parts; p++) {
			sum += part[p * size + i];
		}
		*to = sum;
	}
}
