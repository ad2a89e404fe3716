// Compares the functions of kernels/special.h, compiled for this machine, with long double, and prints a line for each and
// range: name, greatest error in units of the last place, where.
#include <stdio.h>

static unsigned __nvvm_read_ptx_sreg_tid_x() { return 0; }
static unsigned __nvvm_read_ptx_sreg_tid_y() { return 0; }
static unsigned __nvvm_read_ptx_sreg_ctaid_x() { return 0; }
static unsigned __nvvm_read_ptx_sreg_ctaid_y() { return 0; }
static unsigned __nvvm_read_ptx_sreg_ctaid_z() { return 0; }
static unsigned __nvvm_read_ptx_sreg_ntid_x() { return 0; }
static unsigned __nvvm_read_ptx_sreg_nctaid_x() { return 0; }
static unsigned __nvvm_read_ptx_sreg_nctaid_y() { return 0; }
static float __nvvm_shfl_sync_bfly_f32(unsigned, float v, int, int) { return v; }
static int __nvvm_shfl_sync_bfly_i32(unsigned, int v, int, int) { return v; }
static void __syncthreads() {}
static float __nvvm_ex2_approx_f(float x) { return __builtin_exp2f(x); }

#include "../kernels/special.h"

typedef long double wide;

static wide ref_sigmoid(wide x) { return 1 / (1 + __builtin_expl(-x)); }
static wide ref_softplus(wide x) { return (x > 0 ? x : 0) + __builtin_log1pl(__builtin_expl(-__builtin_fabsl(x))); }
static wide ref_digamma(wide x) {
	const wide pi = 3.14159265358979323846264338328L;
	if (x <= 0) return ref_digamma(1 - x) - pi / __builtin_tanl(pi * (x - __builtin_rintl(x)));
	wide v = 0;
	for (; x < 30; x++) v -= 1 / x;
	wide i = 1 / (x * x);
	return v + __builtin_logl(x) - 0.5L / x - i * (1 / 12.0L - i * (1 / 120.0L - i * (1 / 252.0L - i * (1 / 240.0L - i * (1 / 132.0L)))));
}
// Newton's method, from what is to be tested.
static wide ref_erfinv(wide x) {
	wide a = __builtin_fabsl(x), y = erfinv((f64)a);
	for (int i = 0; i < 3; i++) {
		wide e = a < 0.5L ? __builtin_erfl(y) - a : (1 - a) - __builtin_erfcl(y);
		y -= e * 0.886226925452758013649083741670572591L * __builtin_expl(y * y);
	}
	return x < 0 ? -y : y;
}
static wide ref_gamma(wide x) { return __builtin_tgammal(x); }
static wide ref_lgamma(wide x) { return __builtin_lgammal(x); }
static wide ref_mod(wide x, wide y) {
	wide m = __builtin_fmodl(x, y);
	return m != 0 && (m < 0) != (y < 0) ? m + y : m;
}

static u64 state = 88172645463325252ull;
static f64 uniform() {
	state ^= state << 13, state ^= state >> 7, state ^= state << 17;
	return (f64)(state >> 11) * 0x1p-53;
}

// error is the distance in units of the last place of T that `want` has, or `floor` if that is larger.
template <class T> static wide error(T got, wide want, f64 floor, int mantissa, int least) {
	if (want != want || got != got) return (want != want) == (got != got) ? 0 : INFINITY;
	if ((wide)got == want || got == (T)want) return 0;
	if (__builtin_isinf(got)) return INFINITY;
	int e = __builtin_ilogbl(__builtin_fabsl(want) > floor ? want : floor) - mantissa;
	return __builtin_fabsl(got - want) / __builtin_ldexpl(1, e < least ? least : e);
}
static wide error(f32 got, wide want, f64 floor) { return error(got, want, floor, 23, -149); }
static wide error(f64 got, wide want, f64 floor) { return error(got, want, floor, 52, -1074); }

// sample gives numbers between lo and hi: evenly, near 0 or near an end.
template <class T> static T sample(f64 lo, f64 hi, int i) {
	f64 u = uniform(), x = lo + (hi - lo) * u;
	switch (i % 4) {
	case 1: x = (x < 0 ? -1 : 1) * __builtin_exp2(-40 * uniform()), x = x < lo || x > hi ? lo + (hi - lo) * u : x; break;
	case 2: x = i % 8 == 2 ? hi - (hi - lo) * __builtin_exp2(-24 * u) : lo + (hi - lo) * __builtin_exp2(-24 * u); break;
	}
	return (T)x;
}

#ifndef SAMPLES
#define SAMPLES 100000
#endif

template <class T> static void one(const char *name, const char *type, T (*f)(T), wide (*ref)(wide), f64 lo, f64 hi, f64 floor = 0) {
	wide worst = 0;
	T at = 0;
	for (int i = 0; i < SAMPLES; i++) {
		T x = sample<T>(lo, hi, i);
		wide e = error(f(x), ref((wide)x), floor);
		if (e > worst) worst = e, at = x;
	}
	printf("%s_%s %.3Lg %.17g\n", name, type, worst, (f64)at);
}

template <class T> static void two(const char *name, const char *type, T (*f)(T, T), wide (*ref)(wide, wide), f64 lo, f64 hi, f64 lo2, f64 hi2) {
	wide worst = 0;
	T at = 0;
	for (int i = 0; i < SAMPLES; i++) {
		T x = sample<T>(lo, hi, i), y = sample<T>(lo2, hi2, i / 4);
		wide e = error(f(x, y), ref((wide)x, (wide)y), 0);
		if (e > worst) worst = e, at = x;
	}
	printf("%s_%s %.3Lg %.17g\n", name, type, worst, (f64)at);
}

#define ONE(name, ref, ...) one<f32>(#name, "f32", name, ref, __VA_ARGS__), one<f64>(#name, "f64", name, ref, __VA_ARGS__)
#define TWO(name, ref, ...) two<f32>(#name, "f32", name, ref, __VA_ARGS__), two<f64>(#name, "f64", name, ref, __VA_ARGS__)

int main() {
	one<f32>("exp", "f32", exp, __builtin_expl, -103, 90), one<f64>("exp", "f64", exp, __builtin_expl, -745, 711);
	one<f32>("expm1", "f32", expm1, __builtin_expm1l, -30, 90), one<f64>("expm1", "f64", expm1, __builtin_expm1l, -50, 711);
	ONE(log, __builtin_logl, 0, 3e38);
	ONE(log, __builtin_logl, 0, 10);
	ONE(log2, __builtin_log2l, 0, 10);
	ONE(log10, __builtin_log10l, 0, 10);
	ONE(log1p, __builtin_log1pl, -1, 10);
	ONE(sin, __builtin_sinl, -100, 100);
	ONE(cos, __builtin_cosl, -100, 100);
	ONE(tan, __builtin_tanl, -100, 100);
	ONE(sin, __builtin_sinl, -2e6, 2e6);
	ONE(cos, __builtin_cosl, -2e5, 2e5);
	ONE(tan, __builtin_tanl, -2e15, 2e15);
	ONE(sin, __builtin_sinl, 1e18, 9e18);
	ONE(asin, __builtin_asinl, -1, 1);
	ONE(acos, __builtin_acosl, -1, 1);
	ONE(atan, __builtin_atanl, -20, 20);
	ONE(sinh, __builtin_sinhl, -89.5, 89.5);
	ONE(cosh, __builtin_coshl, -89.5, 89.5);
	ONE(tanh, __builtin_tanhl, -12, 12);
	ONE(asinh, __builtin_asinhl, -1e5, 1e5);
	ONE(acosh, __builtin_acoshl, 1, 1e5);
	ONE(acosh, __builtin_acoshl, 1, 2);
	ONE(atanh, __builtin_atanhl, -1, 1);
	ONE(sigmoid, ref_sigmoid, -87, 87);
	ONE(softplus, ref_softplus, -87, 87);
	ONE(erf, __builtin_erfl, -6, 6);
	ONE(erfinv, ref_erfinv, -1, 1);
	one<f32>("gamma", "f32", gamma, ref_gamma, -30, 35), one<f64>("gamma", "f64", gamma, ref_gamma, 0, 172);
	one<f64>("gamma", "f64", gamma, ref_gamma, -30, 35);
	ONE(lgamma, ref_lgamma, 0, 100);
	ONE(lgamma, ref_lgamma, 0, 4);
	ONE(lgamma, ref_lgamma, -100, 0, 100); // zeros between the poles
	ONE(digamma, ref_digamma, 0, 100, 2); // zero at 1.46
	ONE(digamma, ref_digamma, -10, 0, 50);
	ONE(cbrt, __builtin_cbrtl, -100, 100);
	TWO(pow, __builtin_powl, 0, 8, -10, 10);
	TWO(pow, __builtin_powl, 0.5, 2, -100, 100);
	TWO(pow, __builtin_powl, 0, 3e38, -1, 1);
	TWO(mod, ref_mod, -10, 10, -10, 10);
	TWO(mod, ref_mod, -1e30, 1e30, -10, 10);
	TWO(hypot, __builtin_hypotl, -10, 10, -10, 10);
}
