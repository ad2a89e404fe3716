// Softmax, exp(x − max) / Σ exp(x − max), and its logarithm, x − max − log Σ exp(x − max). Each reads its numbers three times,
// from the caches all but the first.
#include "divide.h"
#include "math.h"

enum { WARP = 32, WARPS = 8 };

DEVICE f32 largest(f32 a, f32 b) { return a > b ? a : b; }

DEVICE f32 warp_largest(f32 v) {
	for (i32 mask = WARP / 2; mask > 0; mask /= 2) v = largest(v, shuffle_xor(v, mask));
	return v;
}

DEVICE f32 warp_sum(f32 v) {
	for (i32 mask = WARP / 2; mask > 0; mask /= 2) v += shuffle_xor(v, mask);
	return v;
}

// top and total take every step-th of n numbers that lie `stride` apart, from number i; write writes as many. A NaN is not the
// largest, but comes through by the sum.
DEVICE f32 top(const f32 *x, u32 i, u32 n, u32 step, u32 stride) {
	f32 v = -__builtin_inff();
	for (; i < n; i += step) v = largest(x[i * stride], v);
	return v;
}

DEVICE f32 total(const f32 *x, u32 i, u32 n, u32 step, u32 stride, f32 max) {
	f32 v = 0;
	for (; i < n; i += step) v += exp(x[i * stride] - max);
	return v;
}

DEVICE void write(const f32 *x, f32 *y, u32 i, u32 n, u32 step, u32 stride, f32 max, f32 sum, u32 as_log) {
	if (as_log) {
		sum = log(sum);
		for (; i < n; i += step) y[i * stride] = x[i * stride] - max - sum;
	} else {
		sum = 1 / sum;
		for (; i < n; i += step) y[i * stride] = exp(x[i * stride] - max) * sum;
	}
}

// softmax_warps: a warp per row.
KERNEL(256) void softmax_warps(const f32 *x, f32 *y, u32 rows, u32 n, u32 as_log) {
	u32 lane = thread_x() % WARP, row = block_x() * WARPS + thread_x() / WARP;
	if (row >= rows) return;
	x += row * n, y += row * n;
	f32 max = warp_largest(top(x, lane, n, WARP, 1));
	f32 sum = warp_sum(total(x, lane, n, WARP, 1, max));
	write(x, y, lane, n, WARP, 1, max, sum, as_log);
}

// softmax_blocks: a block per row.
KERNEL(256) void softmax_blocks(const f32 *x, f32 *y, u32 n, u32 as_log) {
	__shared__ f32 maxima[WARPS], sums[WARPS];
	u32 i = thread_x(), warp = i / WARP;
	x += block_x() * n, y += block_x() * n;
	f32 max = warp_largest(top(x, i, n, WARP * WARPS, 1));
	if (i % WARP == 0) maxima[warp] = max;
	barrier();
	max = maxima[0];
	for (u32 w = 1; w < WARPS; w++) max = largest(maxima[w], max);
	f32 sum = warp_sum(total(x, i, n, WARP * WARPS, 1, max));
	if (i % WARP == 0) sums[warp] = sum;
	barrier();
	sum = sums[0];
	for (u32 w = 1; w < WARPS; w++) sum += sums[w];
	write(x, y, i, n, WARP * WARPS, 1, max, sum, as_log);
}

// softmax_columns: a thread for each of `inner` columns of each of the (n, inner) matrices.
KERNEL(256) void softmax_columns(const f32 *x, f32 *y, u32 columns, u32 n, u32 inner, u32 inner_magic, u32 inner_shift, u32 as_log) {
	u32 i = global_x();
	if (i >= columns) return;
	u32 matrix = divide(i, inner_magic, inner_shift), at = matrix * n * inner + (i - matrix * inner);
	x += at, y += at;
	f32 max = top(x, 0, n, 1, inner);
	f32 sum = total(x, 0, n, 1, inner, max);
	write(x, y, 0, n, 1, inner, max, sum, as_log);
}
