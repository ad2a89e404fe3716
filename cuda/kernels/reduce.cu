// Reductions and statistics. Every result is a tree of a form that its shape alone decides: a thread combines every step-th
// element, four at a time, then lanes and warps join in order; where that would leave most of a GPU idle, blocks make results
// of parts, which a second launch joins. So the bits are the same in every run and on every device.
#include "divide.h"

enum { WARP = 32, WARPS = 8 };

// The numbers are those of backend.ReduceOp.
enum { SUM, PROD, MAX, MIN, SUM_SQUARES, SUM_ABS, SUM_NAN, PROD_NAN };

// Result o combines `count` elements, number r of which lies at kept(o) + reduced(r). Part p of a result combines the elements
// from p·part.
struct reduce_shape {
	u32 outputs, count, parts, part, op;
	u32 kept_stride, kept_magic, kept_shift, kept_jump;
	u32 reduced_stride, reduced_magic, reduced_shift, reduced_jump;
};

// Up to two dimensions each: the faster one's stride, its size to divide by, and what a carry adds.
DEVICE u32 kept(const reduce_shape &s, u32 o) { return o * s.kept_stride + divide(o, s.kept_magic, s.kept_shift) * s.kept_jump; }

DEVICE u32 reduced(const reduce_shape &s, u32 r) {
	return r * s.reduced_stride + divide(r, s.reduced_magic, s.reduced_shift) * s.reduced_jump;
}

// What threads collect. A NaN makes maximum and minimum NaN; the minimum is the maximum of the negated numbers.
struct sum {
	f32 v;
};
struct product {
	f32 v;
};
struct maximum {
	f32 v;
};

DEVICE void clear(sum &a) { a.v = 0; }
DEVICE void clear(product &a) { a.v = 1; }
DEVICE void clear(maximum &a) { a.v = -__builtin_inff(); }

DEVICE void join(sum &a, sum b) { a.v += b.v; }
DEVICE void join(product &a, product b) { a.v *= b.v; }
DEVICE void join(maximum &a, maximum b) { a.v = a.v > b.v || a.v != a.v ? a.v : b.v; }

DEVICE sum taken(u32 op, sum, f32 x) {
	x = op == SUM_SQUARES ? x * x : op == SUM_ABS ? __builtin_fabsf(x) : x;
	return {op == SUM_NAN && x != x ? 0 : x};
}
DEVICE product taken(u32 op, product, f32 x) { return {op == PROD_NAN && x != x ? 1 : x}; }
DEVICE maximum taken(u32 op, maximum, f32 x) { return {op == MIN ? -x : x}; }

template <class A> DEVICE void add(u32 op, A &a, f32 x) { join(a, taken(op, a, x)); }

template <class A> DEVICE void add(u32 op, A &a, f32 x0, f32 x1, f32 x2, f32 x3) {
	A b = taken(op, a, x0), c = taken(op, a, x2);
	join(b, taken(op, a, x1));
	join(c, taken(op, a, x3));
	join(b, c);
	join(a, b);
}

template <class A> DEVICE A shuffled(A a, i32 mask) { return {shuffle_xor(a.v, mask)}; }

// What statistics collect: how many numbers, their mean and the sum of squared differences to it. Two sets join by the
// formula of Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979).
struct moments {
	f32 n, mean, m2;
};

DEVICE void clear(moments &a) { a = {0, 0, 0}; }

DEVICE void join(moments &a, moments b) {
	if (b.n == 0) return;
	f32 n = a.n + b.n, weight = b.n / n, d = b.mean - a.mean;
	a.m2 = fma(d * d, a.n * weight, a.m2 + b.m2);
	a.mean = fma(d, weight, a.mean);
	a.n = n;
}

DEVICE void add(u32, moments &a, f32 x) { join(a, {1, x, 0}); }

DEVICE void add(u32, moments &a, f32 x0, f32 x1, f32 x2, f32 x3) {
	f32 mean = ((x0 + x1) + (x2 + x3)) * 0.25f;
	x0 -= mean, x1 -= mean, x2 -= mean, x3 -= mean;
	join(a, {4, mean, fma(x0, x0, fma(x1, x1, fma(x2, x2, x3 * x3)))});
}

DEVICE moments shuffled(moments a, i32 mask) { return {shuffle_xor(a.n, mask), shuffle_xor(a.mean, mask), shuffle_xor(a.m2, mask)}; }

// fold combines every step-th element of result o from number r, up to end.
template <class A> DEVICE A fold(const f32 *x, const reduce_shape &s, u32 o, u32 r, u32 end, u32 step) {
	A a;
	clear(a);
	x += kept(s, o);
	for (; r + 3 * step < end; r += 4 * step)
		add(s.op, a, x[reduced(s, r)], x[reduced(s, r + step)], x[reduced(s, r + 2 * step)], x[reduced(s, r + 3 * step)]);
#pragma nounroll
	for (; r < end; r += step) add(s.op, a, x[reduced(s, r)]);
	return a;
}

// join_lanes leaves in lane 0 what the whole warp collected.
template <class A> DEVICE void join_lanes(A &a) {
	for (i32 mask = WARP / 2; mask > 0; mask /= 2) join(a, shuffled(a, mask));
}

// Each of the following combines in its way and tells whether this thread holds a result, and which: part p of result o is
// number o·parts + p.

// by_thread: a thread per result, for results of few elements, or for so many results that every thread has one.
template <class A> DEVICE bool by_thread(const f32 *x, const reduce_shape &s, A &a, u32 &at) {
	at = global_x();
	if (at >= s.outputs) return false;
	a = fold<A>(x, s, at, 0, s.count, 1);
	return true;
}

// by_warp: a warp per result, for elements that lie side by side.
template <class A> DEVICE bool by_warp(const f32 *x, const reduce_shape &s, A &a, u32 &at) {
	u32 lane = thread_x() % WARP;
	at = block_x() * WARPS + thread_x() / WARP;
	if (at >= s.outputs) return false;
	a = fold<A>(x, s, at, lane, s.count, WARP);
	join_lanes(a);
	return lane == 0;
}

// by_block: a block per part of a result, for elements that lie side by side.
template <class A> DEVICE bool by_block(const f32 *x, const reduce_shape &s, A &a, u32 &at) {
	__shared__ A warps[WARPS];
	u32 first = block_y() * s.part;
	a = fold<A>(x, s, block_x(), first + thread_x(), min(first + s.part, s.count), WARP * WARPS);
	join_lanes(a);
	if (thread_x() % WARP == 0) warps[thread_x() / WARP] = a;
	barrier();
	at = block_x() * s.parts + block_y();
	if (thread_x() != 0) return false;
#pragma nounroll
	for (u32 w = 1; w < WARPS; w++) join(a, warps[w]);
	return true;
}

// by_column: a block per part of 32 results that lie side by side; its rows of threads take turns along their elements.
template <class A> DEVICE bool by_column(const f32 *x, const reduce_shape &s, A &a, u32 &at) {
	__shared__ A rows[WARPS][WARP];
	u32 o = block_x() * WARP + thread_x(), first = block_y() * s.part;
	if (o < s.outputs) {
		a = fold<A>(x, s, o, first + thread_y(), min(first + s.part, s.count), WARPS);
		rows[thread_y()][thread_x()] = a;
	}
	barrier();
	at = o * s.parts + block_y();
	if (thread_y() != 0 || o >= s.outputs) return false;
#pragma nounroll
	for (u32 w = 1; w < WARPS; w++) join(a, rows[w][thread_x()]);
	return true;
}

#define REDUCE(by)                                               \
	u32 at;                                                      \
	if (s.op == PROD || s.op == PROD_NAN) {                      \
		product a;                                               \
		if (by(x, s, a, at)) y[at] = a.v;                        \
	} else if (s.op == MAX || s.op == MIN) {                     \
		maximum a;                                               \
		if (by(x, s, a, at)) y[at] = s.op == MIN ? -a.v : a.v;   \
	} else {                                                     \
		sum a;                                                   \
		if (by(x, s, a, at)) y[at] = a.v;                        \
	}

KERNEL(256) void reduce_threads(const f32 *x, f32 *y, reduce_shape s) { REDUCE(by_thread) }
KERNEL(256) void reduce_warps(const f32 *x, f32 *y, reduce_shape s) { REDUCE(by_warp) }
KERNEL(256) void reduce_blocks(const f32 *x, f32 *y, reduce_shape s) { REDUCE(by_block) }
KERNEL(32, 8) void reduce_columns(const f32 *x, f32 *y, reduce_shape s) { REDUCE(by_column) }

// A part keeps the sum of squares, a result the variance. Of nothing both mean and variance are NaN.
#define STATS(by)                                  \
	moments a;                                     \
	u32 at;                                        \
	if (by(x, s, a, at)) {                         \
		mean[at] = a.n > 0 ? a.mean : 0 / a.n;     \
		var[at] = s.parts > 1 ? a.m2 : a.m2 / a.n; \
	}

KERNEL(256) void stats_threads(const f32 *x, f32 *mean, f32 *var, reduce_shape s) { STATS(by_thread) }
KERNEL(256) void stats_warps(const f32 *x, f32 *mean, f32 *var, reduce_shape s) { STATS(by_warp) }
KERNEL(256) void stats_blocks(const f32 *x, f32 *mean, f32 *var, reduce_shape s) { STATS(by_block) }
KERNEL(32, 8) void stats_columns(const f32 *x, f32 *mean, f32 *var, reduce_shape s) { STATS(by_column) }

// stats_join joins the parts of each result, a warp per result.
KERNEL(256) void stats_join(const f32 *means, const f32 *m2s, f32 *mean, f32 *var, reduce_shape s) {
	u32 lane = thread_x() % WARP, o = block_x() * WARPS + thread_x() / WARP;
	if (o >= s.outputs) return;
	moments a = {0, 0, 0};
	for (u32 p = lane; p < s.parts; p += WARP)
		join(a, {(f32)min(s.part, s.count - p * s.part), means[o * s.parts + p], m2s[o * s.parts + p]});
	join_lanes(a);
	if (lane == 0) mean[o] = a.mean, var[o] = a.m2 / a.n;
}
