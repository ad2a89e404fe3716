// PTX arithmetic where C++ has none or leaves it undefined.
#ifndef SIMGPU_ARITH_H
#define SIMGPU_ARITH_H

#pragma GCC optimize("no-math-errno") // square roots of negative numbers need no call

#define as_f32(x) __builtin_bit_cast(f32, (u32)(x))
#define as_f64(x) __builtin_bit_cast(f64, (u64)(x))
#define bits32(x) __builtin_bit_cast(u32, (f32)(x))
#define bits64(x) __builtin_bit_cast(u64, (f64)(x))

template <class T> constexpr u32 width = sizeof(T) * 8;
template <class T> constexpr bool is_signed = T(-1) < T(0);
template <class T> constexpr T lowest = is_signed<T> ? T(u64(1) << (width<T> - 1)) : T(0);
template <class T> constexpr T highest = T(~lowest<T>);

// Division by 0 gives all ones and the dividend, and does not trap; neither does the one quotient that is too large.
template <class T> static inline T div(T a, T b) {
	if (b == 0)
		return T(-1);
	if (is_signed<T> && b == T(-1))
		return T(0 - u64(a));
	return a / b;
}

template <class T> static inline T rem(T a, T b) {
	if (b == 0)
		return a;
	if (is_signed<T> && b == T(-1))
		return 0;
	return a % b;
}

// Shifts by more than the width clear everything but the sign.
template <class T> static inline T shl(T a, u32 n) { return n < width<T> ? T(u64(a) << n) : T(0); }
template <class T> static inline T shr(T a, u32 n) { return T(a >> (n < width<T> ? n : width<T> - 1) >> (n < width<T> || is_signed<T> ? 0 : 1)); }

template <class T> static inline T mul_hi(T a, T b) {
	if constexpr (is_signed<T>)
		return T((__int128)a * b >> width<T>);
	else
		return T((unsigned __int128)a * b >> width<T>);
}

template <class T> static inline T smaller(T a, T b) { return a < b ? a : b; }
template <class T> static inline T larger(T a, T b) { return a > b ? a : b; }
template <class T> static inline T magnitude(T a) { return a < 0 ? T(0 - u64(a)) : a; }
template <class T> static inline T distance(T a, T b, T c) { return T(u64(c) + (a > b ? u64(a) - u64(b) : u64(b) - u64(a))); }

static inline s32 clamp_s32(s64 a) { return a < lowest<s32> ? lowest<s32> : a > highest<s32> ? highest<s32> : s32(a); }
static inline s32 low24(s32 a) { return s32(u32(a) << 8) >> 8; }
static inline u32 low24(u32 a) { return a & 0xffffff; }

// carry and borrow keep the flag of the .cc instructions.
template <class T> static inline T add_carry(T a, T b, bool in, bool *out) {
	const bool c = __builtin_add_overflow(a, b, &a), d = __builtin_add_overflow(a, T(in), &a);
	if (out)
		*out = c | d;
	return a;
}

template <class T> static inline T sub_borrow(T a, T b, bool in, bool *out) {
	const bool c = __builtin_sub_overflow(a, b, &a), d = __builtin_sub_overflow(a, T(in), &a);
	if (out)
		*out = c | d;
	return a;
}

static inline u32 popc(u32 a) { return __builtin_popcount(a); }
static inline u32 popc(u64 a) { return __builtin_popcountll(a); }
static inline u32 clz(u32 a) { return a ? __builtin_clz(a) : 32; }
static inline u32 clz(u64 a) { return a ? __builtin_clzll(a) : 64; }

// bfind gives the highest bit that differs from the sign, all ones when there is none.
template <class T> static inline u32 bfind(T a) {
	u64 v = is_signed<T> && a < 0 ? u64(T(~a)) : u64(a);
	return v ? 63 - __builtin_clzll(v) : ~0u;
}

template <class T> static inline u32 shift_amount(T a) {
	const u32 high = bfind(a);
	return high == ~0u ? high : width<T> - 1 - high;
}

template <class T> static inline T brev(T a) {
	T r = 0;
	for (u32 i = 0; i < width<T>; i++)
		r |= T((a >> i & 1) << (width<T> - 1 - i));
	return r;
}

template <class T> static inline T bfe(T a, u32 b, u32 c) {
	const u32 pos = b & 0xff, len = c & 0xff, msb = width<T> - 1;
	if (len == 0)
		return 0;
	const u64 sign = is_signed<T> ? u64(a) >> smaller(pos + len - 1, msb) & 1 : 0;
	T r = 0;
	for (u32 i = 0; i <= msb; i++)
		r |= T((i < len && pos + i <= msb ? u64(a) >> (pos + i) & 1 : sign) << i);
	return r;
}

template <class T> static inline T bfi(T a, T b, u32 c, u32 d) {
	const u32 pos = c & 0xff, len = d & 0xff;
	for (u32 i = 0; i < len && pos + i < width<T>; i++)
		b = T((b & ~(T(1) << (pos + i))) | (a >> i & 1) << (pos + i));
	return b;
}

static inline u32 lop3(u32 a, u32 b, u32 c, u32 table) {
	u32 r = 0;
	for (u32 i = 0; i < 8; i++)
		if (table >> i & 1)
			r |= (i & 4 ? a : ~a) & (i & 2 ? b : ~b) & (i & 1 ? c : ~c);
	return r;
}

// prmt picks bytes of b:a; mode is 0 or the letters that begin and end its name.
static inline u32 prmt(u32 a, u32 b, u32 c, u32 mode) {
	const u64 from = u64(b) << 32 | a;
	u32 pick[4] = {c & 15, c >> 4 & 15, c >> 8 & 15, c >> 12 & 15}, r = 0;
	const u32 s = c & 3;
	for (u32 i = 0; i < 4 && mode; i++)
		switch (mode) {
		case 1: pick[i] = (s + i) & 7; break;                 // f4e
		case 2: pick[i] = (s - i) & 7; break;                 // b4e
		case 3: pick[i] = s; break;                           // rc8
		case 4: pick[i] = larger(i, s); break;                // ecl
		case 5: pick[i] = smaller(i, s); break;               // ecr
		case 6: pick[i] = (s & 1) * 2 + i % 2; break;         // rc16
		}
	for (u32 i = 0; i < 4; i++) {
		u32 byte = u32(from >> (pick[i] & 7) * 8) & 0xff;
		if (pick[i] & 8)
			byte = byte & 0x80 ? 0xff : 0;
		r |= byte << i * 8;
	}
	return r;
}

static inline u32 funnel_l(u32 a, u32 b, u32 n) { return n ? u32((u64(b) << 32 | a) << n >> 32) : b; } // n up to 32
static inline u32 funnel_r(u32 a, u32 b, u32 n) { return u32((u64(b) << 32 | a) >> n); }

typedef u8 byte_of_u32;
typedef s8 byte_of_s32;
template <class A, class B> static inline u32 dp4a(u32 a, u32 b, u32 c) {
	for (u32 i = 0; i < 4; i++)
		c += u32(s32(A(a >> i * 8)) * s32(B(b >> i * 8)));
	return c;
}

static inline f32 ftz(f32 a) { return (bits32(a) & 0x7f800000) ? a : as_f32(bits32(a) & 0x80000000); }
static inline f32 sat(f32 a) { return a > 0 ? a < 1 ? a : 1 : 0; }
static inline f64 sat(f64 a) { return a > 0 ? a < 1 ? a : 1 : 0; }

// NaN counts as absent, and -0 as smaller than +0.
static inline f32 smaller(f32 a, f32 b) {
	if (a != a)
		return b != b ? as_f32(0x7fffffff) : b;
	return b != b ? a : a == b ? as_f32(bits32(a) | (a == 0 ? bits32(b) : 0)) : a < b ? a : b;
}
static inline f32 larger(f32 a, f32 b) {
	if (a != a)
		return b != b ? as_f32(0x7fffffff) : b;
	return b != b ? a : a == b ? (a == 0 ? as_f32(bits32(a) & bits32(b)) : a) : a > b ? a : b;
}
static inline f64 smaller(f64 a, f64 b) {
	if (a != a)
		return b;
	return b != b ? a : a == b ? as_f64(bits64(a) | (a == 0 ? bits64(b) : 0)) : a < b ? a : b;
}
static inline f64 larger(f64 a, f64 b) {
	if (a != a)
		return b;
	return b != b ? a : a == b ? (a == 0 ? as_f64(bits64(a) & bits64(b)) : a) : a > b ? a : b;
}
template <class T> static inline T smaller_nan(T a, T b) { return a != a || b != b ? T(as_f32(0x7fffffff)) : smaller(a, b); }
template <class T> static inline T larger_nan(T a, T b) { return a != a || b != b ? T(as_f32(0x7fffffff)) : larger(a, b); }

template <class T> static inline bool is_subnormal(T a) { return a != 0 && __builtin_fabs(a) < (sizeof(T) == 4 ? 0x1p-126 : 0x1p-1022); }
template <class T> static inline bool is_finite(T a) { return a - a == 0; }

extern "C" {
// Op '+', '*', '/', 'f' for fma, 's' for square root; mode 'z', 'm' or 'p'.
f32 sim_round_f32(char op, char mode, f32 a, f32 b, f32 c);
f64 sim_round_f64(char op, char mode, f64 a, f64 b, f64 c);
}

// approximate is what an instruction gives that promises no exact result: the exact one, or with noise a neighbour of it.
static inline f32 approximate(const sim_thread *t, f32 exact, u32 input) {
	u64 h = t->block->noise;
	const u32 exponent = bits32(exact) >> 23 & 0xff;
	if (__builtin_expect(h == 0, 1) || exponent == 0 || exponent >= 254)
		return exact;
	h = (h ^ input) * 0x9e3779b97f4a7c15;
	return as_f32(bits32(exact) + u32((h ^ h >> 32) >> 7) % 5 - 2);
}

// gross drops what the fast instructions on float64 ignore: the lower half, and subnormal numbers.
static inline f64 gross(f64 a) {
	const u64 b = bits64(a);
	return as_f64((b & 0x7ff0000000000000) ? b & 0xffffffff00000000 : b & 0x8000000000000000);
}

// div.approx multiplies by the reciprocal, which is lost when it is subnormal.
static inline f32 div_approx(f32 a, f32 b) {
	const f32 size = __builtin_fabsf(b);
	if (size > 0x1p126f && is_finite(b))
		return is_finite(a) || a != a ? a * 0 : as_f32(0x7fffffff);
	return a / b;
}

#endif
