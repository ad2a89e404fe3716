// Random numbers by Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): the very counters of
// backend.RandomStream, so a mask has the same bits on every device.
#include "math.h"

// multiply_high keeps products in 32 bits, where the compiler would make 64 of them.
DEVICE u32 multiply_high(u32 a, u32 b) { return __nvvm_mulhi_ui(a, b); }

// stream is what all numbers of a call share. rng is {seed, step, first sample, 0}; `sample` numbers make a sample.
struct stream {
	u32 key[2], node, step;
	u64 first; // global index of the first number
};

DEVICE stream stream_of(const i64 *rng, u32 sample, u32 node) {
	return {{(u32)rng[0], (u32)((u64)rng[0] >> 32)}, node, (u32)rng[1], (u64)rng[2] * sample};
}

struct words {
	u32 w[4];
};

DEVICE words philox(const stream &s, u64 block) {
	u32 a = (u32)block, b = (u32)(block >> 32), c = s.node, d = s.step, k0 = s.key[0], k1 = s.key[1];
#pragma unroll
	for (u32 round = 0; round < 10; round++) {
		u32 high_a = multiply_high(a, 0xD2511F53u), low_a = a * 0xD2511F53u;
		u32 high_c = multiply_high(c, 0xCD9E8D57u), low_c = c * 0xCD9E8D57u;
		a = high_c ^ b ^ k0, b = low_c, c = high_a ^ d ^ k1, d = low_a;
		k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
	}
	return {{a, b, c, d}};
}

// uniform turns a word into a number in [0, 1).
DEVICE f32 uniform(u32 word) { return (f32)(word >> 8) * 0x1p-24f; }

// cosine is cos(2πu) for u in [0, 1): 4u = q + f with |f| ≤ ½, without rounding; polynomials for ±π/4.
DEVICE f32 cosine(f32 u) {
	i32 q = (i32)(u * 4 + 0.5f);
	f32 r = (u * 4 - (f32)q) * 1.57079633f, s = r * r;
	f32 sine = fma(fma(fma(2.71823727e-06f, s, -0.000198393271f), s, 0.00833332936f), s, -0.166666666f);
	sine = fma(sine * s, r, r);
	f32 cosine = fma(fma(2.44324128e-05f, s, -0.00138873099f), s, 0.0416666456f);
	cosine = fma(cosine, s * s, fma(s, -0.5f, 1));
	f32 y = q & 1 ? -sine : cosine; // cos(π/2 + r) = −sin r, cos(π + r) = −cos r
	return q & 2 ? -y : y;
}

// normal is Box–Muller on two words, the first of which becomes a number in (0, 1].
DEVICE f32 normal(u32 first, u32 second) {
	return __nvvm_sqrt_rn_f(log((f32)((first >> 8) + 1) * 0x1p-24f) * -2) * cosine(uniform(second));
}

// store writes those of the N numbers of a block that lie among the n numbers of y, where the first would be at y[at].
template <u32 N> DEVICE void store(f32 *y, i64 at, u32 n, const f32 *v) {
#pragma unroll
	for (u32 k = 0; k < N; k++)
		if (at + k >= 0 && at + k < n) y[at + k] = v[k];
}

// A thread makes the numbers of a block, from the block on that holds the first number: four uniform ones or two normal ones.
KERNEL(256) void random_uniform(const i64 *rng, f32 *y, u32 n, u32 sample, u32 node) {
	stream s = stream_of(rng, sample, node);
	u64 block = s.first / 4 + global_x();
	words r = philox(s, block);
	f32 v[4] = {uniform(r.w[0]), uniform(r.w[1]), uniform(r.w[2]), uniform(r.w[3])};
	store<4>(y, (i64)(block * 4 - s.first), n, v);
}

KERNEL(256) void random_normal(const i64 *rng, f32 *y, u32 n, u32 sample, u32 node) {
	stream s = stream_of(rng, sample, node);
	u64 block = s.first / 2 + global_x();
	words r = philox(s, block);
	f32 v[2] = {normal(r.w[0], r.w[1]), normal(r.w[2], r.w[3])};
	store<2>(y, (i64)(block * 2 - s.first), n, v);
}
