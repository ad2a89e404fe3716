// Conversions between numbers. Modes of rounding: 'n' to nearest even, 'z' towards 0, 'm' down, 'p' up.
#ifndef SIMGPU_CONVERT_H
#define SIMGPU_CONVERT_H

// clamp gives the nearest number that D has.
template <class D, class S> static inline D clamp(S a) {
	if (__int128(a) < __int128(lowest<D>))
		return lowest<D>;
	if (__int128(a) > __int128(highest<D>))
		return highest<D>;
	return D(a);
}

static inline f64 whole(f64 a, char mode) {
	return mode == 'n' ? __builtin_rint(a) : mode == 'z' ? __builtin_trunc(a) : mode == 'm' ? __builtin_floor(a) : __builtin_ceil(a);
}

// to_int rounds and clamps. NaN is 0, or where 64 bits take part the bit of the sign.
template <class D, class S> static inline D to_int(S x, char mode) {
	const f64 a = whole(x, mode);
	if (a != a)
		return sizeof(S) == 8 || sizeof(D) == 8 ? D(u64(1) << (width<D> - 1)) : D(0);
	const f64 end = is_signed<D> ? f64(u64(1) << (width<D> - 1)) : 2 * f64(u64(1) << (width<D> - 1));
	if (a >= end)
		return highest<D>;
	if (a < f64(lowest<D>))
		return lowest<D>;
	return D(a);
}

extern "C" {
f32 sim_f32_of_s64(s64 a, char mode);
f32 sim_f32_of_u64(u64 a, char mode);
f64 sim_f64_of_s64(s64 a, char mode);
f64 sim_f64_of_u64(u64 a, char mode);
f32 sim_f32_of_f64(f64 a, char mode);
}

// of_half gives the value of the 16 bits of a half.
static inline f32 of_half(u16 h) {
	const u32 sign = u32(h & 0x8000) << 16, exponent = h >> 10 & 31, fraction = h & 0x3ff;
	if (exponent == 31)
		return as_f32(sign | 0x7f800000 | fraction << 13);
	if (exponent == 0)
		return as_f32(sign | bits32(f32(fraction) * 0x1p-24f));
	return as_f32(sign | (exponent + 112) << 23 | fraction << 13);
}

// to_half rounds once, from any number that a double holds.
static inline u16 to_half(f64 a, char mode) {
	const u16 sign = bits64(a) >> 63 ? 0x8000 : 0;
	if (a != a)
		return 0x7fff;
	const f64 size = __builtin_fabs(a);
	const bool away = mode == 'p' ? !sign : mode == 'm' && sign; // from 0
	if (size == __builtin_inf())
		return sign | 0x7c00;
	if (size >= 65536)
		return sign | (mode == 'n' || away ? 0x7c00 : 0x7bff);
	const s32 exponent = s32(bits64(size) >> 52) - 1023;
	const f64 unit = as_f64(u64((exponent < -14 ? -14 : exponent) - 10 + 1023) << 52); // of the last place
	const f64 steps = mode == 'n' ? __builtin_rint(size / unit) : away ? __builtin_ceil(size / unit) : __builtin_trunc(size / unit);
	const f64 r = steps * unit;
	if (r >= 65536)
		return sign | 0x7c00;
	if (r < 0x1p-14)
		return sign | u16(r * 0x1p24);
	const u64 b = bits64(r);
	return sign | u16(((b >> 52) - 1023 + 15) << 10 | (b >> 42 & 0x3ff));
}

#endif
