// Pooling and its gradients, a thread per element. A gradient is collected, not spread: each element of the data looks at the
// windows over it in order, so no two threads add to the same number.
#include "divide.h"

// Shapes with three spatial axes, fastest first; two become three by a last one of 1. `size` is that of the output, or for
// gradients of the data: what the n threads count.
struct pool_shape {
	u32 n, average, count_pad, power;
	u32 size[3], size_magic[3], size_shift[3];
	u32 in[3], out[3], kernel[3], pad[3];
	u32 stride[3], stride_magic[3], stride_shift[3];
};

// span is a range along an axis: the data under a window, or the windows over an element.
struct span {
	u32 lo, hi;
};

// place is a number taken apart: positions along the axes, and the plane.
struct place {
	u32 at[3], plane;
};

DEVICE place place_of(const pool_shape &s, u32 i) {
	place p;
#pragma unroll
	for (u32 a = 0; a < 3; a++) {
		u32 next = divide(i, s.size_magic[a], s.size_shift[a]);
		p.at[a] = i - next * s.size[a];
		i = next;
	}
	p.plane = i;
	return p;
}

DEVICE span window(const pool_shape &s, u32 a, u32 out) {
	i32 from = (i32)(out * s.stride[a]) - (i32)s.pad[a];
	return {(u32)max(from, 0), min((u32)(from + (i32)s.kernel[a]), s.in[a])};
}

DEVICE span windows(const pool_shape &s, u32 a, u32 in) {
	u32 i = in + s.pad[a], k = s.kernel[a];
	u32 first = i < k ? 0 : divide(i - k, s.stride_magic[a], s.stride_shift[a]) + 1;
	return {first, min(divide(i, s.stride_magic[a], s.stride_shift[a]) + 1, s.out[a])};
}

// size_of is what the average of window o divides by: the positions under it, those of the border included with count_pad.
DEVICE f32 size_of(const pool_shape &s, const u32 *o) {
	u32 n = 1;
#pragma unroll
	for (u32 a = 0; a < 3; a++) {
		span w = window(s, a, o[a]);
		u32 from = o[a] * s.stride[a];
		n *= s.count_pad ? min(from + s.kernel[a], s.in[a] + 2 * s.pad[a]) - from : w.hi - w.lo;
	}
	return (f32)n;
}

// data_under calls f with the position, in its plane, of each element under window o, in order.
template <class F> DEVICE void data_under(const pool_shape &s, const u32 *o, F f) {
	span d = window(s, 2, o[2]), h = window(s, 1, o[1]), w = window(s, 0, o[0]);
	for (u32 z = d.lo; z < d.hi; z++)
		for (u32 r = h.lo; r < h.hi; r++)
#pragma nounroll
			for (u32 at = (z * s.in[1] + r) * s.in[0] + w.lo, n = w.hi - w.lo; n > 0; n--, at++)
				f(at);
}

// windows_over calls f with each window over element i and with its number among those of the plane, in order.
template <class F> DEVICE void windows_over(const pool_shape &s, const u32 *i, F f) {
	span d = windows(s, 2, i[2]), h = windows(s, 1, i[1]), w = windows(s, 0, i[0]);
	for (u32 z = d.lo; z < d.hi; z++)
		for (u32 r = h.lo; r < h.hi; r++)
#pragma nounroll
			for (u32 c = w.lo; c < w.hi; c++) {
				u32 o[3] = {c, r, z};
				f(o, (z * s.out[1] + r) * s.out[0] + c);
			}
}

DEVICE u32 in_size(const pool_shape &s) { return s.in[0] * s.in[1] * s.in[2]; }
DEVICE u32 out_size(const pool_shape &s) { return s.out[0] * s.out[1] * s.out[2]; }

enum : u32 { NONE = 0xffffffffu };

// A NaN counts as the largest.
DEVICE bool above(f32 x, f32 top) { return x > top || (x != x && top == top); }

KERNEL(256) void pool_max(const f32 *x, f32 *y, pool_shape s) {
	u32 i = global_x();
	if (i >= s.n) return;
	place p = place_of(s, i);
	x += p.plane * in_size(s);
	f32 top = -__builtin_inff();
	data_under(s, p.at, [&](u32 at) { top = above(x[at], top) ? x[at] : top; });
	y[i] = top;
}

// pool_sum gives sums or averages.
KERNEL(256) void pool_sum(const f32 *x, f32 *y, pool_shape s) {
	u32 i = global_x();
	if (i >= s.n) return;
	place p = place_of(s, i);
	x += p.plane * in_size(s);
	f32 sum = 0;
	data_under(s, p.at, [&](u32 at) { sum += x[at]; });
	y[i] = s.average ? sum / size_of(s, p.at) : sum;
}

DEVICE f32 power(f32 x, u32 p) {
	f32 y = x;
	for (; p > 1; p--) y *= x;
	return y;
}

// root is s^(1/p): a first value from logarithms and one step of Newton's method.
DEVICE f32 root(f32 s, u32 p) {
	if (p == 1 || !(s > 0 && s < __builtin_inff())) return s;
	if (p == 2) return __nvvm_sqrt_rn_f(s);
	f32 r = __nvvm_ex2_approx_f(__nvvm_lg2_approx_f(s) / (f32)p), lower = power(r, p - 1);
	return r - (r * lower - s) / ((f32)p * lower);
}

// pool_lp gives (Σ |x|^power)^(1/power).
KERNEL(256) void pool_lp(const f32 *x, f32 *y, pool_shape s) {
	u32 i = global_x();
	if (i >= s.n) return;
	place p = place_of(s, i);
	x += p.plane * in_size(s);
	f32 sum = 0;
	data_under(s, p.at, [&](u32 at) { sum += power(__builtin_fabsf(x[at]), s.power); });
	y[i] = root(sum, s.power);
}

// pool_argmax gives the position, in its plane, of the first largest element under each window.
KERNEL(256) void pool_argmax(const f32 *x, u32 *first, pool_shape s) {
	u32 i = global_x();
	if (i >= s.n) return;
	place p = place_of(s, i);
	x += p.plane * in_size(s);
	f32 top = 0;
	u32 best = NONE;
	data_under(s, p.at, [&](u32 at) {
		f32 v = x[at];
		bool better = best == NONE || above(v, top);
		top = better ? v : top;
		best = better ? at : best;
	});
	first[i] = best;
}

// pool_max_grad: an element gets the gradients of the windows whose first maximum it is.
KERNEL(256) void pool_max_grad(const f32 *dy, const u32 *first, f32 *dx, pool_shape s) {
	u32 i = global_x();
	if (i >= s.n) return;
	place p = place_of(s, i);
	u32 own = i - p.plane * in_size(s);
	dy += p.plane * out_size(s), first += p.plane * out_size(s);
	f32 sum = 0;
	windows_over(s, p.at, [&](const u32 *, u32 number) { sum += first[number] == own ? dy[number] : 0; });
	dx[i] = sum;
}

KERNEL(256) void pool_sum_grad(const f32 *dy, f32 *dx, pool_shape s) {
	u32 i = global_x();
	if (i >= s.n) return;
	place p = place_of(s, i);
	dy += p.plane * out_size(s);
	f32 sum = 0;
	windows_over(s, p.at, [&](const u32 *o, u32 number) { sum += s.average ? dy[number] / size_of(s, o) : dy[number]; });
	dx[i] = sum;
}

// pool_lp_grad: x·|x|^(power−2)·y^(1−power), and 0 where y is 0.
KERNEL(256) void pool_lp_grad(const f32 *dy, const f32 *x, const f32 *y, f32 *dx, pool_shape s) {
	u32 i = global_x();
	if (i >= s.n) return;
	place p = place_of(s, i);
	y += p.plane * out_size(s), dy += p.plane * out_size(s);
	f32 sum = 0, size = __builtin_fabsf(x[i]), sign = __builtin_copysignf(1, x[i]);
	windows_over(s, p.at, [&](const u32 *, u32 number) {
		f32 top = y[number], slope = sign;
		for (u32 k = 1; k < s.power; k++) slope *= size / top;
		if (top != 0) sum += slope * dy[number];
	});
	dx[i] = sum;
}
