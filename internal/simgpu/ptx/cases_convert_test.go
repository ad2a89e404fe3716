package ptx

import (
	"math"
	"math/big"
)

func compareCases() (all []instructionCase) {
	nan := func(a, b float32) bool { return a != a || b != b }
	all = append(all,
		is("setp.eq.f32", func(a, b float32) bool { return a == b }),
		is("setp.ne.f32", func(a, b float32) bool { return a != b && !nan(a, b) }),
		is("setp.lt.f32", func(a, b float32) bool { return a < b }),
		is("setp.le.f32", func(a, b float32) bool { return a <= b }),
		is("setp.gt.f32", func(a, b float32) bool { return a > b }),
		is("setp.ge.f64", func(a, b float64) bool { return a >= b }),
		is("setp.equ.f32", func(a, b float32) bool { return a == b || nan(a, b) }),
		is("setp.neu.f32", func(a, b float32) bool { return a != b }),
		is("setp.ltu.f32", func(a, b float32) bool { return a < b || nan(a, b) }),
		is("setp.leu.f32", func(a, b float32) bool { return a <= b || nan(a, b) }),
		is("setp.gtu.f32", func(a, b float32) bool { return a > b || nan(a, b) }),
		is("setp.geu.f32", func(a, b float32) bool { return a >= b || nan(a, b) }),
		is("setp.num.f32", func(a, b float32) bool { return !nan(a, b) }),
		is("setp.nan.f32", nan),
		is("setp.gt.ftz.f32", func(a, b float32) bool { return flush(a) > flush(b) }),
		is("setp.lt.s32", func(a, b int32) bool { return a < b }),
		is("setp.lt.u32", func(a, b uint32) bool { return a < b }),
		is("setp.hs.u64", func(a, b uint64) bool { return a >= b }),
		is("setp.le.s16", func(a, b int16) bool { return a <= b }),
		is("setp.gt.s64", func(a, b int64) bool { return a > b }),
		is("setp.ne.b32", func(a, b uint32) bool { return a != b }),
		is("setp.eq.s32 D, A, -1;", func(a int32) bool { return a == -1 }),
		is("setp.lt.and.s32 D, A, B, C;", func(a, b int32, c bool) bool { return a < b && c }),
		is("setp.lt.or.f32 D, A, B, !C;", func(a, b float32, c bool) bool { return a < b || !c }),
		is("{ .reg .pred other; setp.lt.xor.f32 other|D, A, B, C; }", func(a, b float32, c bool) bool { return !(a < b) != c }),
		is("set.gt.u32.f32", func(a, b float32) uint32 {
			if a > b {
				return math.MaxUint32
			}
			return 0
		}),
		is("set.neu.f32.f32", func(a, b float32) float32 {
			if a != b {
				return 1
			}
			return 0
		}),
	)
	return all
}

// toInt clamps, with 0 for NaN.
func toInt(a float64, low, high float64) float64 {
	if a != a {
		return 0
	}
	return max(low, min(high, a))
}

func convertCases() []instructionCase {
	return []instructionCase{
		is("cvt.u32.u16", func(a uint16) uint32 { return uint32(a) }),
		is("cvt.s32.s16", func(a int16) int32 { return int32(a) }),
		is("cvt.s64.s32", func(a int32) int64 { return int64(a) }),
		is("cvt.u64.s32", func(a int32) uint64 { return uint64(int64(a)) }),
		is("cvt.u16.u32", func(a uint32) uint16 { return uint16(a) }),
		is("cvt.s32.s8", func(a uint32) int32 { return int32(int8(a)) }),
		is("cvt.u32.u8", func(a uint32) uint32 { return a & 255 }),
		is("cvt.s8.s32", func(a int32) int32 { return int32(int8(a)) }), // extends into the register
		is("cvt.sat.u8.s32", func(a int32) uint32 { return uint32(max(0, min(255, a))) }),
		is("cvt.sat.s16.s64", func(a int64) int16 { return int16(max(math.MinInt16, min(math.MaxInt16, a))) }),
		is("cvt.sat.s32.u64", func(a uint64) int32 { return int32(min(math.MaxInt32, a)) }),
		is("cvt.sat.u32.s32", func(a int32) uint32 { return uint32(max(0, a)) }),

		is("cvt.rzi.s32.f32", func(a float32) int32 {
			return int32(toInt(math.Trunc(float64(a)), math.MinInt32, math.MaxInt32))
		}),
		is("cvt.rni.s32.f32", func(a float32) int32 {
			return int32(toInt(math.RoundToEven(float64(a)), math.MinInt32, math.MaxInt32))
		}),
		is("cvt.rmi.s32.f32", func(a float32) int32 {
			return int32(toInt(math.Floor(float64(a)), math.MinInt32, math.MaxInt32))
		}),
		is("cvt.rpi.s16.f32", func(a float32) int16 {
			return int16(toInt(math.Ceil(float64(a)), math.MinInt16, math.MaxInt16))
		}),
		is("cvt.rzi.u32.f32", func(a float32) uint32 { return uint32(toInt(math.Trunc(float64(a)), 0, math.MaxUint32)) }),
		is("cvt.rzi.u8.f32", func(a float32) uint32 { return uint32(toInt(math.Trunc(float64(a)), 0, 255)) }),
		is("cvt.rzi.s64.f32", func(a float32) int64 { return toInt64(float64(a)) }),
		is("cvt.rzi.s64.f64", toInt64),
		is("cvt.rzi.u64.f64", func(a float64) uint64 {
			switch {
			case a != a:
				return 1 << 63
			case a >= 0x1p64:
				return math.MaxUint64
			case a <= 0:
				return 0
			case a >= 0x1p63:
				return uint64(a-0x1p63) + 1<<63
			}
			return uint64(a)
		}),
		is("cvt.rzi.s32.f64", func(a float64) int32 {
			if a != a {
				return math.MinInt32
			}
			return int32(toInt(math.Trunc(a), math.MinInt32, math.MaxInt32))
		}),

		is("cvt.rn.f32.s32", func(a int32) float32 { return float32(a) }),
		is("cvt.rn.f32.u32", func(a uint32) float32 { return float32(a) }),
		is("cvt.rn.f32.u64", func(a uint64) float32 { f, _ := new(big.Float).SetUint64(a).Float32(); return f }),
		is("cvt.rn.f64.s64", func(a int64) float64 { return float64(a) }),
		is("cvt.rn.f64.u64", func(a uint64) float64 { f, _ := new(big.Float).SetUint64(a).Float64(); return f }),
		is("cvt.rn.f32.s16", func(a int16) float32 { return float32(a) }),
		is("cvt.rn.f32.u8", func(a uint32) float32 { return float32(uint8(a)) }),
		is("cvt.rn.sat.f32.s32", func(a int32) float32 { return saturate(float32(a)) }),

		is("cvt.f64.f32", func(a float32) float64 { return float64(a) }),
		is("cvt.rn.f32.f64", func(a float64) float32 { return float32(a) }),
		is("cvt.rni.f32.f32", func(a float32) float32 { return float32(math.RoundToEven(float64(a))) }),
		is("cvt.rzi.f32.f32", func(a float32) float32 { return float32(math.Trunc(float64(a))) }),
		is("cvt.rmi.f64.f64", math.Floor),
		is("cvt.rpi.f32.f32", func(a float32) float32 { return float32(math.Ceil(float64(a))) }),
		is("cvt.sat.f32.f32", saturate),
		is("cvt.ftz.f32.f32", flush),
	}
}

func toInt64(a float64) int64 {
	switch {
	case a != a, a < -0x1p63:
		return math.MinInt64
	case a >= 0x1p63:
		return math.MaxInt64
	}
	return int64(a)
}

// Halves as their bits. The reference searches all of them for the nearest.
func halfCases() []instructionCase {
	of := func(h uint16) float64 {
		s, e, f := 1-2*float64(h>>15), int(h>>10&31), float64(h&0x3ff)
		switch {
		case e == 31 && f != 0:
			return math.NaN()
		case e == 31:
			return s * math.Inf(1)
		case e == 0:
			return s * math.Ldexp(f, -24)
		}
		return s * math.Ldexp(f+1024, e-25)
	}
	to := func(a float64, mode byte) uint16 {
		if a != a {
			return 0x7fff
		}
		sign := uint16(0)
		if math.Signbit(a) {
			sign = 0x8000
		}
		a = math.Abs(a)
		below := uint16(0)
		for h := uint16(0); h <= 0x7c00; h++ { // they are in order
			if of(h) <= a {
				below = h
			}
		}
		if of(below) == a || below == 0x7c00 {
			return sign | below
		}
		above := of(below + 1)
		if below == 0x7bff {
			above = 65536 // where infinity would be if it were a number
		}
		up := false
		switch d := (a - of(below)) - (above - a); {
		case mode == 'n':
			up = d > 0 || d == 0 && below&1 == 1
		case mode == 'p':
			up = sign == 0
		case mode == 'm':
			up = sign != 0
		}
		if up {
			below++
		}
		return sign | below
	}
	return []instructionCase{
		is("cvt.f32.f16", func(a uint16) float32 { return float32(of(a)) }),
		is("cvt.f64.f16", func(a uint16) float64 { return of(a) }),
		is("cvt.rn.f16.f32", func(a float32) uint16 { return to(float64(a), 'n') }),
		is("cvt.rz.f16.f32", func(a float32) uint16 { return to(float64(a), 'z') }),
		is("cvt.rp.f16.f32", func(a float32) uint16 { return to(float64(a), 'p') }),
		is("cvt.rm.f16.f64", func(a float64) uint16 { return to(a, 'm') }),
		is("cvt.rn.f16.f64", func(a float64) uint16 { return to(a, 'n') }),
		is("cvt.rn.f16.s32", func(a int32) uint16 { return to(float64(a), 'n') }),
		is("cvt.rzi.s32.f16", func(a uint16) int32 { return int32(toInt(math.Trunc(of(a)), math.MinInt32, math.MaxInt32)) }),
		is("add.f16", func(a, b uint16) uint16 { return to(of(a)+of(b), 'n') }),
		is("mul.f16", func(a, b uint16) uint16 { return to(of(a)*of(b), 'n') }),
		is("neg.f16", func(a uint16) uint16 { return a ^ 0x8000 }),
	}
}
