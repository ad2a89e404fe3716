// Kernels for the tests of the simulated driver: right ones, and ones with a planted bug. kernels.ptx is what clang-19
// makes of them with the flags of scripts/ptx.sh.
#include "../../../cuda/kernels/common.h"

KERNEL(256) void saxpy(f32 *y, const f32 *x, f32 a, u32 n) {
	u32 i = global_x();
	if (i < n)
		y[i] = fma(a, x[i], y[i]);
}

// add_one is the shortest chain: what runs twice or not at all shows.
KERNEL(1) void add_one(f32 *x) { x[0] += 1; }

// scale_from reads its factor from memory, to see what is there when it runs.
KERNEL(256) void scale_from(f32 *y, const f32 *x, const f32 *factor, u32 n) {
	u32 i = global_x();
	if (i < n)
		y[i] = x[i] * factor[0];
}

struct Span {
	f32 *from;
	u32 n;
	f32 value;
};

KERNEL(256) void fill_span(Span s) {
	u32 i = global_x();
	if (i < s.n)
		s.from[i] = s.value;
}

DEVICE void sum_block(f32 *out, const f32 *x, bool wait) {
	__shared__ f32 part[256];
	u32 t = thread_x();
	part[t] = x[t];
	if (wait)
		barrier();
	for (u32 half = 128; half > 0; half /= 2) {
		if (t < half)
			part[t] += part[t + half];
		if (wait)
			barrier();
	}
	if (t == 0)
		out[0] = part[0];
}

KERNEL(256) void sum(f32 *out, const f32 *x) { sum_block(out, x, true); }

// Bug: no barrier between the steps of the sum.
KERNEL(256) void sum_without_barrier(f32 *out, const f32 *x) { sum_block(out, x, false); }

// Bug: the last thread writes one element too many.
KERNEL(256) void past_end(f32 *y, u32 n) {
	u32 i = global_x();
	if (i <= n)
		y[i] = 1;
}

// Bug: it writes far outside its array.
KERNEL(256) void past_end_by(f32 *y, u32 shift) { y[global_x() + shift] = 1; }

// Bug: it writes behind its shared array.
KERNEL(64) void past_shared(f32 *y, u32 shift) {
	__shared__ f32 part[64];
	u32 t = thread_x();
	part[t + shift] = (f32)t;
	barrier();
	y[t] = part[63 - t];
}
