// The error function and the gamma function with their relatives, in double precision; single precision rounds them, but for
// erf, which networks use.
#ifndef GOMX_SPECIAL_H
#define GOMX_SPECIAL_H

#include "power.h"
#include "trig.h"

// erf is x + x·P(x²) near 0, else 1 − exp(−t − t·R(t)) with t = |x|.
DEVICE f32 erf(f32 x) {
	f32 t = abs(x) > 4.0f ? 4.0f : abs(x), s = t * t;
	f32 near = fma(horner(s, 0.128379167f, -0.376126338f, 0.112836962f, -0.0268593954f, 0.00520094468f, -0.000814096411f, 8.36012041e-05f), x, x);
	f32 r = horner(t, 0.128652162f, 0.635135913f, 0.106263145f, -0.023785346f, 0.00365376353f, -0.000325652565f, 1.15222759e-05f);
	return t < 0.925f ? near : copysign(1 - exp(-fma(r, t, t)), x);
}

// erf_near is erf for |x| ≤ ¾, erfc_far is 1 − erf for x ≥ ¾: exp(−x²)·P((x − 2)/(x + 2)).
DEVICE f64 erf_near(f64 x) {
	return fma(horner(x * x, 0.1283791670955126, -0.37612638903183715, 0.11283791670952481, -0.02686617064440247, 0.005223977615122183,
		-0.0008548326169083662, 0.00012055288776918893, -1.4924176630082593e-05, 1.6430388118454044e-06, -1.5937599297547063e-07,
		1.1463755587100098e-08), x, x);
}
DEVICE f64 erfc_far(f64 x) {
	f64 square = x * x, p = horner((x - 2) / (x + 2), 0.25539567631050575, -0.4271858474139584, 0.24165819424246668, -0.07897858101573192,
		0.003732892404303116, 0.0069974617392280425, -0.0008471432498589509, -0.0009819770289151376, 4.3555581876930386e-05, 0.00017436122965499643,
		2.752564639081447e-05, -2.7580657703593e-05, -1.3968232335018648e-05, 1.396943850220528e-06, 3.7842316147439345e-06, 1.1723800137012586e-06,
		-5.136122580181206e-07, -4.404623617144813e-07, 8.032700357242068e-09);
	return exp(-square, -fma(x, x, -square)) * p;
}
DEVICE f64 erf(f64 x) {
	f64 a = abs(x);
	return a < 0.75 ? erf_near(x) : copysign(1 - erfc_far(a > 6.0 ? 6.0 : a), x);
}

// erfinv starts from x·P(−log(1 − x²)), right to 19 bits, and has three times as many after a step of Halley's method, on
// whichever of erf and 1 − erf keeps its digits.
DEVICE f64 erfinv(f64 x) {
	f64 a = abs(x), rest = 1 - a, w = -log(rest * (1 + a)), v = sqrt(w) - 4;
	if (!(a < 1)) return a == 1 ? copysign((f64)INFINITY, x) : NAN;
	f64 near = horner(w - 2.5, 1.50140941, 0.246640727, -0.00417770771, -0.00125370745, 0.000218602203, -4.3967857e-06, -3.52886263e-06, 3.43727464e-07,
		2.85350463e-08);
	f64 far = horner(v, 3.83978033, 1.00951254, 0.00130442216, -0.000944165338, 0.000238623936, -2.7584636e-05, 9.88151296e-05, -7.87442696e-05,
		1.66287791e-05);
	f64 y = a * (w < 5 ? near : far);
	f64 error = y < 0.75 ? erf_near(y) - a : rest - erfc_far(y), step = error * 0.8862269254527580 * exp(y * y);
	return copysign(y - step / (1 + y * step), x);
}

// stirling is log Γ(x) for x ≥ 10, in two parts (Abramowitz and Stegun 6.1.41).
DEVICE pair<f64> stirling(f64 x) {
	f64 i = 1 / x, z = i * i;
	f64 series = i * horner(z, 1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156);
	pair<f64> l = log_pair(x);
	f64 h = x - 0.5, t = h * l.hi, t_low = fma(h, l.hi, -t) + h * l.lo;
	f64 y = t - x, y_low = (t - y) - x + t_low; // t > x
	f64 sum = y + 0.9189385332046728;
	return {sum, (y - sum) + 0.9189385332046728 + y_low + series};
}

// Sine and cosine of πx, which is reduced without error.
DEVICE f64 sin_pi(f64 x, i32 quarter) {
	f64 n = rint(2 * x), r = x - 0.5 * n;
	return turn(PI_64 * r, (i32)(n - 4 * floor(n * 0.25)) + quarter);
}

// reduce_gamma writes Γ(x), 0 < x < 10, as above·Γ(2 + f)/below with |f| ≤ ½, f without error, and gives log Γ(2 + f) = f·P(f).
DEVICE f64 reduce_gamma(f64 x, f64 *above, f64 *below) {
	*above = 1, *below = 1;
	if (x < 0.5) *below = x * (x + 1);
	else if (x < 1.5) *below = x--;
	else {
#pragma nounroll
		for (; x >= 2.5; x--) *above *= x - 1;
		x -= 2;
	}
	return x * horner(x, 0.42278433509846713, 0.32246703342411326, -0.06735230105319831, 0.02058080842778057, -0.00738555102864972, 0.0028905103310236445,
		-0.0011927539127579568, 0.0005096695156784863, -0.00022315473517506643, 9.945767000047019e-05, -4.492653101488172e-05, 2.05056176556497e-05,
		-9.437237563055402e-06, 4.3845885637325925e-06, -2.0497508728635513e-06, 9.203174985713979e-07, -4.200507175098552e-07, 2.7849172507521707e-07,
		-1.4328803246184132e-07);
}

// Of negative x, Γ(x) = −π/(x·sin(πx)·Γ(−x)).
DEVICE f64 gamma(f64 x) {
	f64 a = abs(x), y, above = 1, below = 1;
	if (x != x || a == 0) return 1 / x;
	if (x < 0 && floor(x) == x) return NAN;
	if (a < 10) y = exp(reduce_gamma(a, &above, &below)) * above / below;
	else if (a < 180) {
		pair<f64> l = stirling(a);
		y = exp(l.hi, l.lo);
	} else y = INFINITY;
	return x < 0 ? -PI_64 / (x * sin_pi(x, 0) * y) : y;
}

DEVICE f64 lgamma(f64 x) {
	f64 a = abs(x), y, above, below;
	if (x != x) return x;
	if (a == INFINITY || (x <= 0 && floor(x) == x)) return INFINITY;
	if (a < 10) {
		y = reduce_gamma(a, &above, &below);
		y += log(a < 2 ? below : above) * (a < 2 ? -1 : 1);
	} else if (a < 1e17) {
		pair<f64> l = stirling(a);
		y = l.hi + l.lo;
	} else y = a * (log(a) - 1);
	return x < 0 ? log(PI_64 / abs(x * sin_pi(x, 0))) - y : y;
}

// digamma is the derivative of log Γ: reflection for negative x, recurrence up to 10, then the asymptotic series (Abramowitz
// and Stegun 6.3.7, 6.3.5, 6.3.18).
DEVICE f64 digamma(f64 x) {
	if (x <= 0 && floor(x) == x) return NAN;
	f64 a = x < 0 ? 1 - x : x, v = 0;
#pragma nounroll
	for (; a < 10; a++) v -= 1 / a;
	f64 i = 1 / a, z = i * i, y = v + log(a) - 0.5 * i - z * horner(z, 1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12);
	return x < 0 ? y - PI_64 * sin_pi(x, 1) / sin_pi(x, 0) : y;
}

DEVICE f32 erfinv(f32 x) { return (f32)erfinv((f64)x); }
DEVICE f32 gamma(f32 x) { return (f32)gamma((f64)x); }
DEVICE f32 lgamma(f32 x) { return (f32)lgamma((f64)x); }
DEVICE f32 digamma(f32 x) { return (f32)digamma((f64)x); }

#endif
