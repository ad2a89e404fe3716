// Functions of Map that the C library lacks or defines otherwise; backend/expr says what they are.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE // lgamma_r
#endif
#include <math.h>

#include "map.h"

// To the nearest integer, ties down.
double gomx_rint(double x) {
	double f = floor(x), c = ceil(x);
	return x - f <= c - x ? f : c;
}

// The remainder with the sign of the divisor, 0 when that is 0.
double gomx_mod(double x, double y) {
	if (y == 0) return 0;
	double m = fmod(x, y);
	return m != 0 && (m < 0) != (y < 0) ? m + y : m;
}

double gomx_lgamma(double x) {
#if defined(__linux__)
	int sign; // lgamma itself writes a global variable
	return lgamma_r(x, &sign);
#else
	return lgamma(x);
#endif
}

// The derivative of log Γ: reflection for negative x, recurrence up to 6, then the asymptotic series (Abramowitz and Stegun
// 6.3.7, 6.3.5, 6.3.18).
double gomx_digamma(double x) {
	if (x <= 0) {
		if (x == floor(x)) return NAN;
		const double pi = 3.14159265358979323846;
		return gomx_digamma(1 - x) - pi / tan(pi * x);
	}
	double v = 0;
	for (; x < 6; x++) v -= 1 / x;
	double i = 1 / (x * x);
	return v + log(x) - 0.5 / x - i * (1.0 / 12 - i * (1.0 / 120 - i * (1.0 / 252 - i * (1.0 / 240 - i * (1.0 / 132)))));
}

// The inverse of erf: a start from the first terms of its asymptotic expansion (Winitzki 2008), then Newton's method with
// Halley's correction on whichever of erf and erfc keeps its digits.
double gomx_erfinv(double x) {
	if (!(fabs(x) < 1)) return fabs(x) == 1 ? x * INFINITY : NAN;
	const double pi = 3.14159265358979323846, a = 0.147;
	double l = log1p(-x * x), t = 2 / (pi * a) + l / 2;
	double y = copysign(sqrt(sqrt(t * t - l / a) - t), x);
	for (int i = 0; i < 3; i++) {
		double err = fabs(x) < 0.5 ? erf(y) - x : ((1 - fabs(x)) - erfc(fabs(y))) * copysign(1, x);
		double step = err / (2 / sqrt(pi) * exp(-y * y));
		y -= step / (1 + y * step);
	}
	return y;
}
