// Powers, cube roots and remainders, in both precisions.
#ifndef GOMX_POWER_H
#define GOMX_POWER_H

#include "hyperbolic.h"

// pair is a number in two parts, the second less than the last place of the first.
template <class T> struct pair {
	T hi, lo;
};

DEVICE f32 log_tail(f32 z) { return horner(z, 0.400001526f, 0.28547129f, 0.234187007f); }
DEVICE f64 log_tail(f64 z) {
	return horner(z, 0.40000000000002256, 0.28571428570099233, 0.222222225199794, 0.18181784362468267, 0.15386757534841045, 0.13256813209793547,
		0.13196369265998947);
}

// log_fraction is log(1 + f) with a few more bits than T has: s·(2 + z·(⅔ + z·tail(z))) with s = f/(2 + f), z = s².
template <class T> DEVICE pair<T> log_fraction(T f) {
	const T third = T(2.0 / 3), third_low = choose(f, -1.98682155e-08f, 3.700743415417188e-17); // of 2/3
	T d = 2 + f, lost = f - (d - 2), s = f / d, s_low = (fma(-s, d, f) - s * lost) / d;
	T z = s * s, z_low = fma(s, s, -z) + 2 * s * s_low;
	T q = z * log_tail(z), c = third + q, c_low = (third - c) + q + third_low;
	T p = z * c, p_low = fma(z, c, -p) + (z * c_low + z_low * c);
	T t = s * p, t_low = fma(s, p, -t) + (s * p_low + s_low * p);
	T y = 2 * s + t;
	return {y, (2 * s - y) + t + (2 * s_low + t_low)};
}

// log_pair is e·ln 2 + log(1 + f). What the sum loses is exact: e·ln 2 and y are multiples of the last place of ln 2.
template <class T> DEVICE pair<T> log_pair(T e, T f, T ln2, T ln2_low) {
	pair<T> l = log_fraction(f);
	T y = fma(e, ln2, l.hi), lost = fma(e, ln2, -y) + l.hi;
	return {y, lost + fma(e, ln2_low, l.lo)};
}

// log_pair is log(x) for finite x > 0, split as log_by splits it.
DEVICE pair<f32> log_pair(f32 x) {
	const u32 root_half = 0x3f3504f3;
	bool tiny = x < 0x1p-126f;
	u32 b = bits(tiny ? x * 0x1p23f : x) - root_half;
	f32 e = (f32)((i32)b >> 23) - (tiny ? 23.0f : 0.0f), f = from_bits((b & 0x007fffff) + root_half) - 1;
	return log_pair(e, f, LN2, LN2_LOW);
}
DEVICE pair<f64> log_pair(f64 x) {
	const u64 root_half = 0x3fe6a09e667f3bcd;
	bool tiny = x < 0x1p-1022;
	u64 b = bits(tiny ? x * 0x1p52 : x) - root_half;
	f64 e = (f64)(i32)((i64)b >> 52) - (tiny ? 52.0 : 0.0), f = from_bits((b & 0x000fffffffffffff) + root_half) - 1;
	return log_pair(e, f, LN2_64, LN2_LOW_64);
}

// exp_product is exp(x·y) for x in two parts.
template <class T> DEVICE T exp_product(pair<T> x, T y) {
	T t = x.hi * y, low = fma(x.hi, y, -t) + x.lo * y;
	if (abs(t) > 1000) return t > 0 ? INFINITY : 0;
	return exp(t, low);
}

// pow has the special cases of IEEE 754, as Go's and C's.
template <class T> DEVICE T pow(T x, T y) {
	T a = abs(x), r;
	if (y == 0 || x == 1) return 1;
	if (x != x || y != y) return NAN;
	if (a == 0 || a == INFINITY || abs(y) == INFINITY) r = a == 1 ? 1 : (a < 1) == (y > 0) ? 0 : INFINITY;
	else r = exp_product(log_pair(a), y);
	if (copysign(T(1), x) > 0) return r;
	bool whole = floor(y) == y, odd = whole && floor(y * T(0.5)) * 2 != y; // large numbers, and ∞, are even
	if (!whole && a > 0 && a < INFINITY) return NAN;
	return odd ? -r : r;
}

// A third of the bits that hold the exponent is near the root; each step of Halley's method has three times the digits.
template <class T> DEVICE T cbrt_step(T y, T a) {
	T cube = y * y * y;
	return y + y * ((a - cube) / (2 * cube + a));
}
DEVICE f32 cbrt(f32 x) {
	bool tiny = abs(x) < 0x1p-126f;
	f32 a = tiny ? abs(x) * 0x1p24f : abs(x), y = from_bits(bits(a) / 3 + 0x2a510000);
	y = cbrt_step(cbrt_step(y, a), a) * (tiny ? 0x1p-8f : 1.0f);
	return a > 0 && a < INFINITY ? copysign(y, x) : x;
}
DEVICE f64 cbrt(f64 x) {
	bool tiny = abs(x) < 0x1p-1022;
	f64 a = tiny ? abs(x) * 0x1p54 : abs(x), y = from_bits(bits(a) / 3 + 0x2a9f800000000000);
	y = cbrt_step(cbrt_step(cbrt_step(y, a), a), a) * (tiny ? 0x1p-18 : 1.0);
	return a > 0 && a < INFINITY ? copysign(y, x) : x;
}

// remainder is a mod b for a ≥ 0, b > 0, both finite: a is divided by b·2^n for falling n, each time so near that the whole
// quotient and the rest are exact. U is T's bits, MANTISSA how many of them are the fraction.
template <i32 MANTISSA, class T, class U> DEVICE T remainder(T a, T b, U) {
	const U fraction = ((U)1 << MANTISSA) - 1;
	bool denormal = bits(b) >> MANTISSA == 0;
	U m = bits(denormal ? b * power_of_2(T(MANTISSA)) : b);
	i32 exponent = (i32)(m >> MANTISSA) - (denormal ? MANTISSA : 0);
#pragma nounroll
	while (a >= b) {
		i32 e = (i32)(bits(a) >> MANTISSA) - (MANTISSA - 2);
		T t = e <= exponent ? b : e > 0 ? from_bits((U)e << MANTISSA | (m & fraction)) : b * power_of_2(T(e - exponent));
		a = fma(-trunc(a / t), t, a);
		if (a < 0) a += t; // the quotient was rounded up
	}
	return a;
}
DEVICE f32 remainder(f32 a, f32 b) { return remainder<23>(a, b, (u32)0); }
DEVICE f64 remainder(f64 a, f64 b) { return remainder<52>(a, b, (u64)0); }

// mod has the sign of the divisor; it is 0 when that is 0.
template <class T> DEVICE T mod(T x, T y) {
	T a = abs(x), b = abs(y);
	if (y == 0) return 0;
	if (!(a < INFINITY) || y != y) return NAN;
	T m = b < INFINITY ? remainder(a, b) : a;
	if (x < 0) m = -m;
	return m != 0 && (m < 0) != (y < 0) ? m + y : m;
}

#endif
