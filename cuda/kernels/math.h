// Elementary functions of floats. Polynomials are weighted minimax fits, made for this project.
#ifndef GOMX_MATH_H
#define GOMX_MATH_H

#include "common.h"

#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")

#define LOG2E 1.44269502f
#define LOG2E_LOW 1.92596299e-8f // log₂e = LOG2E + LOG2E_LOW
#define LN2 0.693147181f
#define LN2_HIGH 0.693145752f  // 15 bits, so that products with exponents are exact
#define LN2_LOW 1.42860677e-6f // ln 2 = LN2_HIGH + LN2_LOW

DEVICE u32 bits(f32 x) { return __builtin_bit_cast(u32, x); }
DEVICE f32 from_bits(u32 x) { return __builtin_bit_cast(f32, x); }

// exp is 2^(x·log₂e), with the part of the product that rounding took away as a factor of its own.
DEVICE f32 exp(f32 x) {
	x = x < -110.0f ? -110.0f : x; // 0 all the same, and no ∞ − ∞
	f32 t = x * LOG2E, lost = fma(x, LOG2E, -t) + x * LOG2E_LOW, y = __nvvm_ex2_approx_f(t);
	return y == INFINITY ? y : fma(y, lost * LN2, y);
}

// log is e·ln 2 + log(1 + f) for x = 2^e·(1 + f) with 1 + f in [√½, √2).
DEVICE f32 log(f32 x) {
	const u32 root_half = 0x3f3504f3;
	bool tiny = x < 1.17549435e-38f;
	u32 b = bits(tiny ? x * 8388608.0f : x) - root_half;
	f32 e = (f32)((i32)b >> 23) - (tiny ? 23.0f : 0.0f), f = from_bits((b & 0x007fffff) + root_half) - 1.0f;
	f32 q = -0.0785961151f;
	q = fma(q, f, 0.128816475f);
	q = fma(q, f, -0.131287548f);
	q = fma(q, f, 0.141811919f);
	q = fma(q, f, -0.16624554f);
	q = fma(q, f, 0.200022863f);
	q = fma(q, f, -0.250008104f);
	q = fma(q, f, 0.333333167f);
	f32 s = f * f, y = fma(e, LN2_HIGH, f + fma(e, LN2_LOW, fma(q * f, s, s * -0.5f)));
	if (!(x > 0 && x < INFINITY)) y = x == 0 ? -INFINITY : x < 0 ? NAN : x;
	return y;
}

#endif
