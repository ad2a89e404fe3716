// Functions made of exponentials, logarithms and roots, in both precisions.
#ifndef GOMX_HYPERBOLIC_H
#define GOMX_HYPERBOLIC_H

#include "math64.h"

// choose is the number for a precision.
DEVICE f32 choose(f32, f32 single, f64) { return single; }
DEVICE f64 choose(f64, f32, f64 both) { return both; }

// log1p is log(1 + x) without loss near 0: the logarithm of 1 + x as rounded, and what rounding took.
template <class T> DEVICE T log1p(T x) {
	T u = 1 + x, y = log(u);
	return u > 0 && u < INFINITY ? y + (x - (u - 1)) / u : y;
}

template <class T> DEVICE T sigmoid(T x) { return 1 / (1 + exp(-x)); }

// softplus is log(1 + exp(x)) without overflow.
template <class T> DEVICE T softplus(T x) { return (x < 0 ? 0 : x) + log1p(exp(-abs(x))); }

template <class T> DEVICE T tanh(T x) {
	T most = choose(x, 10, 20), e = expm1(2 * (abs(x) > most ? most : abs(x))); // 1 from there on
	return copysign(e / (e + 2), x);
}

template <class T> DEVICE T sinh(T x) {
	T a = abs(x), e = expm1(a), half = exp(a * T(0.5)); // the last for what exp(a) itself cannot hold
	return copysign(a < choose(x, 88, 709) ? T(0.5) * (e + e / (e + 1)) : T(0.5) * half * half, x);
}

template <class T> DEVICE T cosh(T x) {
	T a = abs(x), e = exp(a), half = exp(a * T(0.5));
	return a < choose(x, 88, 709) ? T(0.5) * (e + 1 / e) : T(0.5) * half * half;
}

// Of large numbers, whose squares would overflow, asinh and acosh are log(2x).
template <class T> DEVICE T asinh(T x) {
	T a = abs(x), limit = choose(x, 0x1p14f, 0x1p30);
	return copysign(a < limit ? log1p(a + a * a / (1 + sqrt(a * a + 1))) : log(a) + T(LN2_64), x);
}

template <class T> DEVICE T acosh(T x) {
	T t = x - 1, limit = choose(x, 0x1p14f, 0x1p30);
	return x < limit ? log1p(t + sqrt(t * t + 2 * t)) : log(x) + T(LN2_64);
}

template <class T> DEVICE T atanh(T x) {
	T a = abs(x);
	return copysign(T(0.5) * log1p(2 * a / (1 - a)), x);
}

template <class T> DEVICE T hypot(T x, T y) {
	T a = abs(x), b = abs(y), most = a > b ? a : b, least = a > b ? b : a, t = least / most;
	if (a == INFINITY || b == INFINITY) return INFINITY;
	return most == 0 ? a + b : most * sqrt(fma(t, t, T(1))); // NaN with 0, too
}

#endif
