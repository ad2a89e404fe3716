// Elementary functions on vectors of floats, correct to 4 units in the last place (tested in math_test.go against float64).
// Polynomials are weighted minimax fits, made for this file. NaN gives NaN; denormal arguments and results count as zero.
#ifndef GOMX_SIMD_MATH_H
#define GOMX_SIMD_MATH_H

#include "simd.h"

#define LOG2E 1.44269504f
#define LN2_HIGH 0.693145752f  // 15 bits, so that n·LN2_HIGH is exact
#define LN2_LOW 1.42860677e-6f // ln 2 = LN2_HIGH + LN2_LOW

INLINE vf v_round(vf x) { // to the nearest integer, ties to even; |x| < 2^22
	const vf magic = v_set1(12582912.0f); // 1.5·2^23: below it no fraction is left
	return (x + magic) - magic;
}

INLINE vi v_to_int(vf x) { return __builtin_convertvector(x, vi); }
INLINE vf v_from_int(vi x) { return __builtin_convertvector(x, vf); }

INLINE int v_any(vi mask) {
#if GOMX_LEVEL == 2
	return _mm512_movepi32_mask((__m512i)mask) != 0;
#elif GOMX_LEVEL == 1
	return _mm256_movemask_ps((__m256)mask) != 0;
#else
	return (mask[0] | mask[1] | mask[2] | mask[3]) != 0;
#endif
}

INLINE vf v_copysign(vf x, vf sign) { return (vf)(((vi)x & 0x7fffffff) | ((vi)sign & (int32_t)0x80000000)); }

INLINE vf v_pow2(vi n) { return (vf)((n + 127) << 23); } // −126 ≤ n ≤ 127

// x·2^n for integers n in float.
INLINE vf v_scale(vf x, vf n) {
#if GOMX_LEVEL == 2
	return (vf)_mm512_scalef_ps((__m512)x, (__m512)n);
#else
	vi i = v_to_int(n), half = i >> 1;
	return x * v_pow2(half) * v_pow2(i - half);
#endif
}

// Splits x = n·ln 2 + r with |r| ≤ ln(2)/2.
INLINE vf v_reduce_exp(vf x, vf *r) {
	vf n = v_round(x * LOG2E);
	*r = v_fma(n, v_set1(-LN2_LOW), v_fma(n, v_set1(-LN2_HIGH), x));
	return n;
}

// exp(r) − 1 for |r| ≤ ln(2)/2, to 1e-8 of it.
INLINE vf v_expm1_small(vf r) {
	vf p = v_set1(0.00139465545f);
	p = v_fma(p, r, v_set1(0.00836664395f));
	p = v_fma(p, r, v_set1(0.0416662806f));
	p = v_fma(p, r, v_set1(0.166665425f));
	p = v_fma(p, r, v_set1(0.500000006f));
	return v_fma(p, r * r, r);
}

INLINE vf v_exp(vf x) {
	vf r, n = v_reduce_exp(v_min(v_set1(89.0f), v_max(v_set1(-104.0f), x)), &r);
	return v_scale(v_expm1_small(r) + 1.0f, n);
}

// exp(x) − 1 for −17 ≤ x ≤ 60, without loss near 0.
INLINE vf v_expm1_mid(vf x) {
	vf r, n = v_reduce_exp(x, &r);
	vf scale = v_pow2(v_to_int(n));
	return v_fma(scale, v_expm1_small(r), scale - 1.0f);
}

INLINE vf v_log(vf x) {
	// x = 2^e·m with m in [√½, √2).
	const int32_t root_half = 0x3f3504f3;
	vi bits = (vi)x - root_half;
	vf e = v_from_int(bits >> 23);
	vf f = (vf)((bits & 0x007fffff) + root_half) - 1.0f;
	vf q = v_set1(-0.0785961151f);
	q = v_fma(q, f, v_set1(0.128816475f));
	q = v_fma(q, f, v_set1(-0.131287548f));
	q = v_fma(q, f, v_set1(0.141811919f));
	q = v_fma(q, f, v_set1(-0.16624554f));
	q = v_fma(q, f, v_set1(0.200022863f));
	q = v_fma(q, f, v_set1(-0.250008104f));
	q = v_fma(q, f, v_set1(0.333333167f));
	vf s = f * f;
	vf low = v_fma(e, v_set1(LN2_LOW), v_fma(q * f, s, s * -0.5f));
	vf y = v_fma(e, v_set1(LN2_HIGH), f + low);
	y = v_select(x < v_set1(1.17549435e-38f), v_set1(-INFINITY), y); // zero; denormals count as zero
	y = v_select(x < v_zero(), v_set1(NAN), y);
	y = v_select(x == v_set1(INFINITY), x, y);
	return v_select(x != x, x, y);
}

// log(1 + t) for t ≥ 0: log(u) corrected for what rounding u = 1 + t lost.
INLINE vf v_log1p_positive(vf t) {
	vf u = t + 1.0f;
	vf lost = (t - (u - 1.0f)) / u;
	return v_log(u) + lost;
}

INLINE vf v_sigmoid(vf x) { return 1.0f / (1.0f + v_exp(-x)); }

INLINE vf v_softplus(vf x) {
	vf y = v_max(v_zero(), x) + v_log1p_positive(v_exp(-v_abs(x)));
	return v_select(x != x, x, y);
}

// tanh|x| = E/(E + 2) with E = exp(2|x|) − 1; 1 from |x| = 10 on.
INLINE vf v_tanh(vf x) {
	vf e = v_expm1_mid(v_min(v_set1(20.0f), v_abs(x) * 2.0f));
	return v_copysign(e / (e + 2.0f), x);
}

// erf x = x + x·P(x²) near 0, else 1 − exp(−t − t·R(t)) with t = |x|.
INLINE vf v_erf(vf x) {
	vf t = v_min(v_set1(4.0f), v_abs(x)), s = t * t;
	vf p = v_set1(8.36012041e-05f);
	p = v_fma(p, s, v_set1(-0.000814096411f));
	p = v_fma(p, s, v_set1(0.00520094468f));
	p = v_fma(p, s, v_set1(-0.0268593954f));
	p = v_fma(p, s, v_set1(0.112836962f));
	p = v_fma(p, s, v_set1(-0.376126338f));
	p = v_fma(p, s, v_set1(0.128379167f));
	vf near = v_fma(p, x, x);
	vf r = v_set1(1.15222759e-05f);
	r = v_fma(r, t, v_set1(-0.000325652565f));
	r = v_fma(r, t, v_set1(0.00365376353f));
	r = v_fma(r, t, v_set1(-0.023785346f));
	r = v_fma(r, t, v_set1(0.106263145f));
	r = v_fma(r, t, v_set1(0.635135913f));
	r = v_fma(r, t, v_set1(0.128652162f));
	vf far = v_copysign(1.0f - v_exp(-v_fma(r, t, t)), x);
	return v_select(v_abs(x) < v_set1(0.925f), near, far);
}

// sin x, or cos x with quarter = 1: x = n·π/2 + r, and the quarter that n + quarter falls in says which polynomial and sign.
INLINE vf v_sin_quarter(vf x, int32_t quarter) {
	vf n = v_round(v_min(v_set1(1e5f), v_max(v_set1(-1e5f), x * 0.636619772f)));
	vf r = x; // π/2 in four parts of 12 bits, so that the products are exact without fused multiply-add too
	r = v_fma(n, v_set1(-0x1.92p+0f), r);
	r = v_fma(n, v_set1(-0x1.fb4p-12f), r);
	r = v_fma(n, v_set1(-0x1.444p-24f), r);
	r = v_fma(n, v_set1(-0x1.68c234p-39f), r);
	vf s = r * r;
	vf sine = v_fma(v_fma(v_fma(v_set1(2.71823727e-06f), s, v_set1(-0.000198393271f)), s, v_set1(0.00833332936f)), s, v_set1(-0.166666666f));
	sine = v_fma(sine * s, r, r);
	vf cosine = v_fma(v_fma(v_set1(2.44324128e-05f), s, v_set1(-0.00138873099f)), s, v_set1(0.0416666456f));
	cosine = v_fma(cosine, s * s, v_fma(s, v_set1(-0.5f), v_set1(1.0f)));
	vi q = v_to_int(n) + quarter;
	vf y = v_select((q & 1) != 0, cosine, sine);
	return (vf)((vi)y ^ ((q & 2) << 30));
}

// Arguments too large for the reduction, infinities and NaN go to the C library one by one.
INLINE vf v_sin(vf x) {
	vf y = v_sin_quarter(x, 0);
	vi far = ~(v_abs(x) < v_set1(6000.0f));
	if (v_any(far))
		for (int i = 0; i < VL; i++)
			if (far[i]) y[i] = sinf(x[i]);
	return y;
}

INLINE vf v_cos(vf x) {
	vf y = v_sin_quarter(x, 1);
	vi far = ~(v_abs(x) < v_set1(6000.0f));
	if (v_any(far))
		for (int i = 0; i < VL; i++)
			if (far[i]) y[i] = cosf(x[i]);
	return y;
}

// x^y in double precision, half a vector at a time, for 0 < x < ∞ and a result that is neither denormal nor infinite.
typedef double vd __attribute__((vector_size(VL * 4)));
typedef int64_t vl __attribute__((vector_size(VL * 4)));
typedef float vh __attribute__((vector_size(VL * 2)));

INLINE vh v_pow_half(vh xs, vh ys) {
	vd x = __builtin_convertvector(xs, vd), y = __builtin_convertvector(ys, vd);
	const int64_t root_half = 0x3fe6a09e667f3bcd;
	vl bits = (vl)x - root_half;
	vd e = __builtin_convertvector(bits >> 52, vd);
	vd m = (vd)((bits & 0x000fffffffffffff) + root_half);
	vd s = (m - 1.0) / (m + 1.0), z = s * s; // log m = 2·artanh s
	vd l = 1.0 / 13 + z * (1.0 / 15);
	l = 1.0 / 11 + z * l;
	l = 1.0 / 9 + z * l;
	l = 1.0 / 7 + z * l;
	l = 1.0 / 5 + z * l;
	l = 1.0 / 3 + z * l;
	vd log2x = e + (s + s * z * l) * 2.8853900817779268; // 2·log2(e)
	vd t = y * log2x;
	vl in_range = (t > -200.0) & (t < 200.0); // others overflow float: any large t will do
	t = (vd)(((vl)t & in_range) | ((vl)((vd){0} + 200.0) & ~in_range));
	const double magic = 6755399441055744.0; // 1.5·2^52
	vd n = (t + magic) - magic;
	vd r = (t - n) * 0.6931471805599453;
	vd p = 1.0 / 5040 + r * (1.0 / 40320);
	p = 1.0 / 720 + r * p;
	p = 1.0 / 120 + r * p;
	p = 1.0 / 24 + r * p;
	p = 1.0 / 6 + r * p;
	p = 0.5 + r * p;
	p = 1.0 + r * (1.0 + r * p);
	vd scale = (vd)((__builtin_convertvector(n, vl) + 1023) << 52);
	return __builtin_convertvector(p * scale, vh);
}

INLINE vf v_pow(vf x, vf y) {
	vh xh[2], yh[2], zh[2];
	memcpy(xh, &x, sizeof x);
	memcpy(yh, &y, sizeof y);
	for (int i = 0; i < 2; i++) zh[i] = v_pow_half(xh[i], yh[i]);
	vf z;
	memcpy(&z, zh, sizeof z);
	const vf low = v_set1(1.2e-38f), high = v_set1(3.3e38f);
	vi odd = ~((x >= low) & (x <= high) & (v_abs(y) <= high) & (z > low) & (z < high));
	if (v_any(odd))
		for (int i = 0; i < VL; i++)
			if (odd[i]) z[i] = powf(x[i], y[i]);
	return z;
}

#endif
