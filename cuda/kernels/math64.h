// The functions of math.h in double precision.
#ifndef GOMX_MATH64_H
#define GOMX_MATH64_H

#include "math.h"

DEVICE u64 bits(f64 x) { return __builtin_bit_cast(u64, x); }
DEVICE f64 from_bits(u64 x) { return __builtin_bit_cast(f64, x); }
DEVICE f64 power_of_2(f64 n) { return from_bits((u64)((i64)n + 1023) << 52); } // −1022 ≤ n ≤ 1023
DEVICE f64 rint(f64 x) { return __builtin_rint(x); }
DEVICE f32 floor(f32 x) { return __builtin_floorf(x); }
DEVICE f64 floor(f64 x) { return __builtin_floor(x); }
DEVICE f32 trunc(f32 x) { return __builtin_truncf(x); }
DEVICE f64 trunc(f64 x) { return __builtin_trunc(x); }
DEVICE f32 sqrt(f32 x) { return __builtin_sqrtf(x); }
DEVICE f64 sqrt(f64 x) { return __builtin_sqrt(x); }
DEVICE f32 abs(f32 x) { return __builtin_fabsf(x); }
DEVICE f64 abs(f64 x) { return __builtin_fabs(x); }
DEVICE f32 copysign(f32 x, f32 s) { return from_bits((bits(x) & 0x7fffffff) | (bits(s) & 0x80000000)); }
DEVICE f64 copysign(f64 x, f64 s) { return from_bits((bits(x) & 0x7fffffffffffffff) | (bits(s) & 0x8000000000000000)); }

#define LN2_64 0.6931471805599453
#define LN2_LOW_64 2.3190468138462996e-17

// reduce_exp splits x = n·ln 2 + r and gives exp(r) − 1 − r.
DEVICE f64 reduce_exp(f64 x, f64 lo, f64 *n, f64 *r) {
	*n = rint(x * 1.4426950408889634);
	*r = fma(*n, -LN2_LOW_64, fma(*n, -LN2_64, x)) + lo;
	return *r * *r * horner(*r, 0.5, 0.16666666666666677, 0.0416666666666667, 0.008333333333321615, 0.0013888888888866837, 0.000198412698861588,
		2.480158736055721e-05, 2.7557244181647936e-06, 2.7557242759445893e-07, 2.510904498655576e-08, 2.0924443241237916e-09);
}

// exp of hi + lo, as in math.h.
DEVICE f64 exp(f64 hi, f64 lo) {
	hi = hi < -750.0 ? -750.0 : hi > 710.0 ? 710.0 : hi; // 0 and ∞ all the same
	f64 n, r, e = reduce_exp(hi, lo, &n, &r), half = rint(n * 0.5);
	return (1 + (r + e)) * power_of_2(half) * power_of_2(n - half);
}
DEVICE f64 exp(f64 x) { return exp(x, 0.0); }

DEVICE f64 expm1(f64 x) {
	x = x < -40.0 ? -40.0 : x > 710.0 ? 710.0 : x;
	f64 n, r, e = reduce_exp(x, 0.0, &n, &r), half = power_of_2(n - 1);
	return 2 * fma(half, r + e, half - 0.5);
}

// log_by is that of math.h; log(1 + f) = 2·artanh(s) with s = f/(2 + f).
DEVICE f64 log_by(f64 x, f64 unit, f64 unit_low, f64 scale) {
	const u64 root_half = 0x3fe6a09e667f3bcd;
	bool tiny = x < 0x1p-1022;
	u64 b = bits(tiny ? x * 0x1p52 : x) - root_half;
	f64 e = (f64)(i32)((i64)b >> 52) - (tiny ? 52.0 : 0.0), f = from_bits((b & 0x000fffffffffffff) + root_half) - 1;
	f64 s = f / (2 + f), z = s * s, half = 0.5 * f * f;
	f64 q = z * horner(z, 0.6666666666666734, 0.3999999999941432, 0.2857142874247482, 0.22222198563490062, 0.18183564866501079, 0.15314035838270837,
		0.14796105422109795);
	f64 l = f - (half - s * (half + q)), y = fma(e, unit, fma(e, unit_low, scale * l));
	if (!(x > 0 && x < INFINITY)) y = x == 0 ? -INFINITY : x < 0 ? NAN : x;
	return y;
}
DEVICE f64 log(f64 x) { return log_by(x, LN2_64, LN2_LOW_64, 1); }
DEVICE f64 log2(f64 x) { return log_by(x, 1, 0, 1.4426950408889634); }
DEVICE f64 log10(f64 x) { return log_by(x, 0.3010299956639812, -2.8037281277851704e-18, 0.4342944819032518); }

#endif
