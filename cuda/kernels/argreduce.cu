// Positions of the largest or smallest elements, the first on ties; a NaN counts as both.
#include "divide.h"

enum { WARP = 32, WARPS = 8 };

// best is an element and where it was; at is NONE before there is any.
enum : u32 { NONE = 0xffffffffu };
struct best {
	f32 v;
	u32 at;
};

DEVICE bool beats(f32 a, f32 b, u32 smallest) { return b == b && (a != a || (smallest ? a < b : a > b)); }

// better chooses: of equals, and of NaNs, the one that comes first.
DEVICE best better(best a, best b, u32 smallest) {
	bool tie = !beats(a.v, b.v, smallest) && !beats(b.v, a.v, smallest);
	bool first = b.at == NONE || (a.at != NONE && (tie ? a.at < b.at : beats(a.v, b.v, smallest)));
	return {first ? a.v : b.v, first ? a.at : b.at};
}

// scan looks at every step-th of n elements that lie `stride` apart, from number i.
DEVICE best scan(const f32 *x, u32 i, u32 n, u32 step, u32 stride, u32 smallest) {
	best a = {0, NONE};
	for (; i < n; i += step) {
		f32 v = x[i * stride];
		if (a.at == NONE || beats(v, a.v, smallest)) a = {v, i};
	}
	return a;
}

DEVICE best warp_best(best a, u32 smallest) {
	for (i32 mask = WARP / 2; mask > 0; mask /= 2) a = better(a, {shuffle_xor(a.v, mask), shuffle_xor(a.at, mask)}, smallest);
	return a;
}

// arg_warps: a warp per row.
KERNEL(256) void arg_warps(const f32 *x, f32 *y, u32 rows, u32 n, u32 smallest) {
	u32 lane = thread_x() % WARP, row = block_x() * WARPS + thread_x() / WARP;
	if (row >= rows) return;
	best a = warp_best(scan(x + row * n, lane, n, WARP, 1, smallest), smallest);
	if (lane == 0) y[row] = (f32)a.at;
}

// arg_blocks: a block per row.
KERNEL(256) void arg_blocks(const f32 *x, f32 *y, u32 n, u32 smallest) {
	__shared__ best warps[WARPS];
	best a = warp_best(scan(x + block_x() * n, thread_x(), n, WARP * WARPS, 1, smallest), smallest);
	if (thread_x() % WARP == 0) warps[thread_x() / WARP] = a;
	barrier();
	if (thread_x() != 0) return;
#pragma nounroll
	for (u32 w = 1; w < WARPS; w++) a = better(a, warps[w], smallest);
	y[block_x()] = (f32)a.at;
}

// arg_columns: a thread for each of `inner` columns of each of the (n, inner) matrices.
KERNEL(256) void arg_columns(const f32 *x, f32 *y, u32 columns, u32 n, u32 inner, u32 inner_magic, u32 inner_shift, u32 smallest) {
	u32 i = global_x();
	if (i >= columns) return;
	u32 matrix = divide(i, inner_magic, inner_shift);
	y[i] = (f32)scan(x + matrix * n * inner + (i - matrix * inner), 0, n, 1, inner, smallest).at;
}
