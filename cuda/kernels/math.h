// Elementary functions of floats: exponentials and logarithms. Polynomials are weighted minimax fits, made for this project.
#ifndef GOMX_MATH_H
#define GOMX_MATH_H

#include "common.h"

#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")

#define LOG2E 1.44269502f
#define LOG2E_LOW 1.92596299e-8f // log₂e = LOG2E + LOG2E_LOW
#define LN2 0.693147182f
#define LN2_LOW -1.90465421e-9f // ln 2 = LN2 + LN2_LOW

DEVICE u32 bits(f32 x) { return __builtin_bit_cast(u32, x); }
DEVICE f32 from_bits(u32 x) { return __builtin_bit_cast(f32, x); }
DEVICE f32 power_of_2(f32 n) { return from_bits((u32)((i32)n + 127) << 23); } // −126 ≤ n ≤ 127
DEVICE f32 rint(f32 x) { return __builtin_rintf(x); }
DEVICE f64 fma(f64 a, f64 b, f64 c) { return __builtin_fma(a, b, c); } // here, since horner is for both precisions

// horner is the polynomial with coefficients c, lowest first.
template <class T> DEVICE T horner(T, T c) { return c; }
template <class T, class... C> DEVICE T horner(T x, T c, C... more) { return fma(horner(x, more...), x, c); }

// exp of hi + lo, two numbers the second of which is no more than what hi has lost: 2^(hi·log₂e), times what rounding took
// from the exponent as a factor of its own.
DEVICE f32 exp(f32 hi, f32 lo) {
	hi = hi < -110.0f ? -110.0f : hi; // 0 all the same, and no ∞ − ∞
	f32 t = hi * LOG2E, lost = fma(hi, LOG2E, -t) + hi * LOG2E_LOW, y = __nvvm_ex2_approx_f(t);
	return y == INFINITY ? y : fma(y, fma(lost, LN2, lo), y);
}
DEVICE f32 exp(f32 x) { return exp(x, 0.0f); }

// expm1 is exp(x) − 1 without loss near 0: x = n·ln 2 + r, and 2^n·(exp(r) − 1) + 2^n − 1, by halves so that n may be 128.
DEVICE f32 expm1(f32 x) {
	x = x < -20.0f ? -20.0f : x > 89.0f ? 89.0f : x;
	f32 n = rint(x * LOG2E), r = fma(n, -LN2_LOW, fma(n, -LN2, x)), half = power_of_2(n - 1);
	f32 e = fma(r * r, horner(r, 0.500000006f, 0.166665425f, 0.0416662806f, 0.00836664395f, 0.00139465545f), r);
	return 2 * fma(half, e, half - 0.5f);
}

// log_by gives e·unit + scale·log(1 + f) for x = 2^e·(1 + f) with 1 + f in [√½, √2), unit in two parts.
DEVICE f32 log_by(f32 x, f32 unit, f32 unit_low, f32 scale) {
	const u32 root_half = 0x3f3504f3;
	bool tiny = x < 0x1p-126f;
	u32 b = bits(tiny ? x * 0x1p23f : x) - root_half;
	f32 e = (f32)((i32)b >> 23) - (tiny ? 23.0f : 0.0f), f = from_bits((b & 0x007fffff) + root_half) - 1;
	f32 q = horner(f, 0.333333167f, -0.250008104f, 0.200022863f, -0.16624554f, 0.141811919f, -0.131287548f, 0.128816475f, -0.0785961151f);
	f32 s = f * f, l = f + fma(q * f, s, s * -0.5f), y = fma(e, unit, fma(e, unit_low, scale * l));
	if (!(x > 0 && x < INFINITY)) y = x == 0 ? -INFINITY : x < 0 ? NAN : x;
	return y;
}
DEVICE f32 log(f32 x) { return log_by(x, LN2, LN2_LOW, 1); }
DEVICE f32 log2(f32 x) { return log_by(x, 1, 0, LOG2E); }
DEVICE f32 log10(f32 x) { return log_by(x, 0.30103001f, -1.43209888e-8f, 0.434294492f); }

#endif
