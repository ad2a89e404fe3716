// Circular functions and their inverses, in both precisions.
#ifndef GOMX_TRIG_H
#define GOMX_TRIG_H

#include "math64.h"

#define PI_64 3.141592653589793

// Sine and cosine of |r| ≤ π/4.
DEVICE f32 sin_small(f32 r) { return fma(r * r * horner(r * r, -0.166666666f, 0.00833332936f, -0.000198393271f, 2.71823727e-06f), r, r); }
DEVICE f32 cos_small(f32 r) {
	f32 s = r * r;
	return fma(s * s, horner(s, 0.0416666456f, -0.00138873099f, 2.44324128e-05f), fma(s, -0.5f, 1.0f));
}
DEVICE f64 sin_small(f64 r) {
	f64 s = r * r;
	return fma(s * r, horner(s, -0.16666666666666666, 0.008333333333333323, -0.0001984126984125465, 2.755731921398508e-06, -2.5052104860761642e-08,
		1.6058360438752038e-10, -7.578403234254334e-13), r);
}
DEVICE f64 cos_small(f64 r) {
	f64 s = r * r, half = 0.5 * s, y = 1 - half, lost = (1 - y) - half;
	return y + fma(s * s, horner(s, 0.041666666666666664, -0.0013888888888888874, 2.480158730157113e-05, -2.7557319215198424e-07, 2.0876754323574222e-09,
		-1.1470288271910895e-11, 4.737880161963796e-14), lost);
}

// turn is sine or, a quarter further, cosine of r + quarter·π/2.
template <class T> DEVICE T turn(T r, i32 quarter) {
	T y = quarter & 1 ? cos_small(r) : sin_small(r);
	return quarter & 2 ? -y : y;
}

// The bits of 2/π behind the point, after a word of zeros.
__device__ const u64 two_over_pi[] = {
	0x0000000000000000, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0, 0x06492eea09d1921c,
	0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f,
	0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
};

DEVICE u64 multiply_high(u64 a, u64 b) { return (u64)((unsigned __int128)a * b >> 64); }

// reduce_far splits |x| ≥ 2^12 into quarter·π/2 + r, all bits counted: x = m·2^e, of 2/π only those bits matter that m·2^e
// does not turn into whole circles. Payne and Hanek, "Radian reduction for trigonometric functions" (1983).
DEVICE f64 reduce_far(f64 x, i32 *quarter) {
	u64 b = bits(x), m = (b & 0x000fffffffffffff) | 0x0010000000000000;
	i32 from = (i32)(b >> 52 & 0x7ff) - 1075 + 62, word = from >> 6, bit = from & 63; // e + 64 − 2: two bits count quarters
	u64 w[3];
	for (i32 i = 0; i < 3; i++) w[i] = bit == 0 ? two_over_pi[word + i] : two_over_pi[word + i] << bit | two_over_pi[word + i + 1] >> (64 - bit);
	u64 low = m * w[1], carry = multiply_high(m, w[2]), mid = low + carry, high = m * w[0] + multiply_high(m, w[1]) + (mid < low);
	i32 q = (i32)(high >> 62);
	high = high << 2 | mid >> 62, mid <<= 2;
	q += (i32)(high >> 63); // to the nearest quarter, so that the rest, seen as a signed number, is at most half of one
	f64 r = fma((f64)(i64)high, 0x1p-64, (f64)mid * 0x1p-128) * (PI_64 / 2);
	bool negative = b >> 63;
	*quarter = negative ? -q : q;
	return negative ? -r : r;
}

// reduce splits x into quarter·π/2 + r with |r| ≤ π/4, π/2 in three parts.
DEVICE f64 reduce(f64 x, i32 *quarter) {
	if (!(abs(x) < 0x1p20)) {
		if (!(abs(x) < INFINITY)) return NAN;
		return reduce_far(x, quarter);
	}
	f64 n = rint(x * 0.6366197723675814);
	*quarter = (i32)n;
	return fma(n, 1.4973849048591698e-33, fma(n, -6.123233995736766e-17, fma(n, -1.5707963267948966, x)));
}

DEVICE f64 sin(f64 x) {
	i32 quarter = 0;
	f64 r = reduce(x, &quarter);
	return turn(r, quarter);
}
DEVICE f64 cos(f64 x) {
	i32 quarter = 0;
	f64 r = reduce(x, &quarter);
	return turn(r, quarter + 1);
}
DEVICE f64 tan(f64 x) {
	i32 quarter = 0;
	f64 r = reduce(x, &quarter), s = sin_small(r), c = cos_small(r);
	return quarter & 1 ? -c / s : s / c;
}

DEVICE f32 reduce(f32 x, i32 *quarter) {
	if (!(abs(x) < 0x1p17f)) return (f32)reduce((f64)x, quarter);
	f32 n = rint(x * 0.636619747f);
	*quarter = (i32)n;
	return fma(n, 1.71512451e-15f, fma(n, 4.37113883e-08f, fma(n, -1.57079637f, x)));
}

DEVICE f32 sin(f32 x) {
	i32 quarter = 0;
	f32 r = reduce(x, &quarter);
	return turn(r, quarter);
}
DEVICE f32 cos(f32 x) {
	i32 quarter = 0;
	f32 r = reduce(x, &quarter);
	return turn(r, quarter + 1);
}
DEVICE f32 tan(f32 x) {
	i32 quarter = 0;
	f32 r = reduce(x, &quarter), s = sin_small(r), c = cos_small(r);
	return quarter & 1 ? -c / s : s / c;
}

// atan_small is for |x| ≤ 1.
DEVICE f32 atan_small(f32 x) {
	return fma(x * x * horner(x * x, -0.333333284f, 0.19999671f, -0.142798334f, 0.11058224f, -0.0881109163f, 0.0674159825f, -0.0446899608f, 0.022539882f,
		-0.00731796399f, 0.0011137902f), x, x);
}
DEVICE f64 atan_small(f64 x) {
	return fma(x * x * horner(x * x, -0.33333333333333287, 0.19999999999990445, -0.14285714285036555, 0.11111111086445247, -0.09090908547217413,
		0.07692299711310316, -0.0666658371869678, 0.058817161274694905, -0.052594336594229366, 0.04744925635149378, -0.042863895232936246,
		0.038210032200565895, -0.032785371876331675, 0.02615158741593174, -0.018614113655342508, 0.01131758048113435, -0.005612344068853364,
		0.0021515685081442974, -0.0005928871655622523, 0.0001038707254632873, -8.65410134430124e-06), x, x);
}

template <class T> DEVICE T atan(T x) {
	T a = abs(x), y = atan_small(a > 1 ? 1 / a : a);
	return copysign(a > 1 ? T(PI_64 / 2) - y : y, x);
}

// asin_small is asin(s) − s for |s| ≤ ½, given s².
DEVICE f32 asin_small(f32 s, f32 z) { return s * z * horner(z, 0.166666597f, 0.0750050396f, 0.0445169546f, 0.0318077244f, 0.0144385863f, 0.0375164784f); }
DEVICE f64 asin_small(f64 s, f64 z) {
	return s * z * horner(z, 0.1666666666666676, 0.07499999999970798, 0.04464285717461354, 0.030381942707718775, 0.022372214989116564,
		0.01735161199259226, 0.013980820748469331, 0.01139891088866178, 0.01078025911544664, 0.0037063876828999183, 0.021707493703086157,
		-0.02099912394206036, 0.032628660141401235);
}

// Beyond ½, asin(x) = π/2 − 2·asin(√((1 − x)/2)).
template <class T> DEVICE T asin(T x) {
	T a = abs(x), far = T(0.5) * (1 - a), s = a > T(0.5) ? sqrt(far) : a, y = s + asin_small(s, a > T(0.5) ? far : a * a);
	return copysign(a > T(0.5) ? T(PI_64 / 2) - 2 * y : y, x);
}

template <class T> DEVICE T acos(T x) {
	T a = abs(x), far = T(0.5) * (1 - a), s = a > T(0.5) ? sqrt(far) : x, y = s + asin_small(s, a > T(0.5) ? far : a * a);
	if (a > T(0.5)) return x > 0 ? 2 * y : T(PI_64) - 2 * y;
	return T(PI_64 / 2) - y;
}

#endif
