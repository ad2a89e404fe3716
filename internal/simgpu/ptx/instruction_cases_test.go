package ptx

import (
	"math"
	"math/big"
	mb "math/bits"
)

func instructionCases() (all []instructionCase) {
	for _, table := range [][]instructionCase{integerCases(), bitCases(), floatCases(), roundingCases(), compareCases(), convertCases(), halfCases()} {
		all = append(all, table...)
	}
	return all
}

func integerCases() []instructionCase {
	return []instructionCase{
		is("add.u16", func(a, b uint16) uint16 { return a + b }),
		is("add.s32", func(a, b int32) int32 { return a + b }),
		is("add.s64", func(a, b int64) int64 { return a + b }),
		is("add.s32 D, A, -7;", func(a int32) int32 { return a - 7 }),
		is("add.sat.s32", func(a, b int32) int32 {
			return int32(max(math.MinInt32, min(math.MaxInt32, int64(a)+int64(b))))
		}),
		is("sub.s16", func(a, b int16) int16 { return a - b }),
		is("sub.u32", func(a, b uint32) uint32 { return a - b }),
		is("sub.s64", func(a, b int64) int64 { return a - b }),
		is("sub.sat.s32", func(a, b int32) int32 {
			return int32(max(math.MinInt32, min(math.MaxInt32, int64(a)-int64(b))))
		}),
		is("mul.lo.s16", func(a, b int16) int16 { return a * b }),
		is("mul.lo.u16", func(a, b uint16) uint16 { return a * b }),
		is("mul.lo.s32", func(a, b int32) int32 { return a * b }),
		is("mul.lo.s64", func(a, b int64) int64 { return a * b }),
		is("mul.hi.u16", func(a, b uint16) uint16 { return uint16(uint32(a) * uint32(b) >> 16) }),
		is("mul.hi.s16", func(a, b int16) int16 { return int16(int32(a) * int32(b) >> 16) }),
		is("mul.hi.u32", func(a, b uint32) uint32 { return uint32(uint64(a) * uint64(b) >> 32) }),
		is("mul.hi.s32", func(a, b int32) int32 { return int32(int64(a) * int64(b) >> 32) }),
		is("mul.hi.u64", func(a, b uint64) uint64 { h, _ := mb.Mul64(a, b); return h }),
		is("mul.hi.s64", func(a, b int64) int64 {
			p := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
			return new(big.Int).Rsh(p, 64).Int64()
		}),
		is("mul.wide.u16", func(a, b uint16) uint32 { return uint32(a) * uint32(b) }),
		is("mul.wide.s16", func(a, b int16) int32 { return int32(a) * int32(b) }),
		is("mul.wide.u32", func(a, b uint32) uint64 { return uint64(a) * uint64(b) }),
		is("mul.wide.s32", func(a, b int32) int64 { return int64(a) * int64(b) }),
		is("mad.lo.s32", func(a, b, c int32) int32 { return a*b + c }),
		is("mad.lo.u16", func(a, b, c uint16) uint16 { return a*b + c }),
		is("mad.lo.s64", func(a, b, c int64) int64 { return a*b + c }),
		is("mad.hi.u32", func(a, b, c uint32) uint32 { return uint32(uint64(a)*uint64(b)>>32) + c }),
		is("mad.hi.s32", func(a, b, c int32) int32 { return int32(int64(a)*int64(b)>>32) + c }),
		is("mad.wide.u32", func(a, b uint32, c uint64) uint64 { return uint64(a)*uint64(b) + c }),
		is("mad.wide.s32", func(a, b int32, c int64) int64 { return int64(a)*int64(b) + c }),
		is("mad.wide.s16", func(a, b int16, c int32) int32 { return int32(a)*int32(b) + c }),
		is("mul24.lo.u32", func(a, b uint32) uint32 { return (a & 0xffffff) * (b & 0xffffff) }),
		is("mul24.lo.s32", func(a, b int32) int32 { return (a << 8 >> 8) * (b << 8 >> 8) }),
		is("mad24.lo.s32", func(a, b, c int32) int32 { return (a<<8>>8)*(b<<8>>8) + c }),
		is("sad.u32", func(a, b, c uint32) uint32 { return c + max(a, b) - min(a, b) }),
		is("sad.s32", func(a, b, c int32) int32 { return c + max(a, b) - min(a, b) }),
		is("div.u32", func(a, b uint32) uint32 {
			if b == 0 {
				return math.MaxUint32
			}
			return a / b
		}),
		is("div.s32", func(a, b int32) int32 {
			if b == 0 {
				return -1
			}
			return a / b
		}),
		is("div.s64", func(a, b int64) int64 {
			if b == 0 {
				return -1
			}
			return a / b
		}),
		is("div.u16", func(a, b uint16) uint16 {
			if b == 0 {
				return math.MaxUint16
			}
			return a / b
		}),
		is("rem.u32", func(a, b uint32) uint32 {
			if b == 0 {
				return a
			}
			return a % b
		}),
		is("rem.s32", func(a, b int32) int32 {
			if b == 0 {
				return a
			}
			return a % b
		}),
		is("rem.s64", func(a, b int64) int64 {
			if b == 0 {
				return a
			}
			return a % b
		}),
		is("abs.s32", func(a int32) int32 { return max(a, -a) }),
		is("abs.s64", func(a int64) int64 { return max(a, -a) }),
		is("neg.s32", func(a int32) int32 { return -a }),
		is("neg.s16", func(a int16) int16 { return -a }),
		is("neg.s64", func(a int64) int64 { return -a }),
		is("min.s32", func(a, b int32) int32 { return min(a, b) }),
		is("min.u32", func(a, b uint32) uint32 { return min(a, b) }),
		is("max.s64", func(a, b int64) int64 { return max(a, b) }),
		is("max.u64", func(a, b uint64) uint64 { return max(a, b) }),
		is("max.s16", func(a, b int16) int16 { return max(a, b) }),
		// 128 bits: the upper half of a sum and of a difference.
		is("{ .reg .b64 lo; add.cc.u64 lo, A, B; addc.cc.u64 lo, A, C; addc.u64 D, 0, 0; }", func(a, b, c uint64) uint64 {
			_, carry := mb.Add64(a, b, 0)
			_, carry = mb.Add64(a, c, carry)
			return carry
		}),
		is("{ .reg .b32 lo; sub.cc.u32 lo, A, B; subc.u32 D, B, C; }", func(a, b, c uint32) uint32 {
			_, borrow := mb.Sub32(a, b, 0)
			d, _ := mb.Sub32(b, c, borrow)
			return d
		}),
		is("{ .reg .b32 lo; mad.lo.cc.u32 lo, A, B, C; madc.hi.u32 D, A, B, 5; }", func(a, b, c uint32) uint32 {
			return uint32((uint64(a)*uint64(b)+uint64(c))>>32) + 5
		}),
	}
}

func bitCases() []instructionCase {
	return []instructionCase{
		is("and.b32", func(a, b uint32) uint32 { return a & b }),
		is("or.b64", func(a, b uint64) uint64 { return a | b }),
		is("xor.b16", func(a, b uint16) uint16 { return a ^ b }),
		is("not.b32", func(a uint32) uint32 { return ^a }),
		is("not.b16", func(a uint16) uint16 { return ^a }),
		is("and.pred", func(a, b bool) bool { return a && b }),
		is("or.pred", func(a, b bool) bool { return a || b }),
		is("xor.pred", func(a, b bool) bool { return a != b }),
		is("not.pred", func(a bool) bool { return !a }),
		is("cnot.b32", func(a uint32) uint32 {
			if a == 0 {
				return 1
			}
			return 0
		}),
		is("shl.b16", func(a uint16, n uint32) uint16 { return a << n }),
		is("shl.b32", func(a, n uint32) uint32 { return a << n }),
		is("shl.b64", func(a uint64, n uint32) uint64 { return a << n }),
		is("shr.u16", func(a uint16, n uint32) uint16 { return a >> n }),
		is("shr.u32", func(a, n uint32) uint32 { return a >> n }),
		is("shr.b32 D, A, 32;", func(a uint32) uint32 { return 0 }),
		is("shr.u64", func(a uint64, n uint32) uint64 { return a >> n }),
		is("shr.s16", func(a int16, n uint32) int16 { return a >> n }),
		is("shr.s32", func(a int32, n uint32) int32 { return a >> n }),
		is("shr.s64", func(a int64, n uint32) int64 { return a >> n }),
		is("shf.l.wrap.b32", func(a, b, n uint32) uint32 { return uint32((uint64(b)<<32 | uint64(a)) << (n & 31) >> 32) }),
		is("shf.r.clamp.b32", func(a, b, n uint32) uint32 { return uint32((uint64(b)<<32 | uint64(a)) >> min(n, 32)) }),
		is("shf.l.clamp.b32", func(a, b, n uint32) uint32 { return uint32((uint64(b)<<32 | uint64(a)) << min(n, 32) >> 32) }),
		is("shf.r.wrap.b32", func(a, b, n uint32) uint32 { return uint32((uint64(b)<<32 | uint64(a)) >> (n & 31)) }),
		is("popc.b32", func(a uint32) uint32 { return uint32(mb.OnesCount32(a)) }),
		is("popc.b64", func(a uint64) uint32 { return uint32(mb.OnesCount64(a)) }),
		is("clz.b32", func(a uint32) uint32 { return uint32(mb.LeadingZeros32(a)) }),
		is("clz.b64", func(a uint64) uint32 { return uint32(mb.LeadingZeros64(a)) }),
		is("bfind.u32", func(a uint32) uint32 { return uint32(31 - mb.LeadingZeros32(a)) }),
		is("bfind.s32", func(a int32) uint32 { return uint32(31 - mb.LeadingZeros32(uint32(a^a>>31))) }),
		is("bfind.u64", func(a uint64) uint32 { return uint32(63 - mb.LeadingZeros64(a)) }),
		is("bfind.shiftamt.u32", func(a uint32) uint32 {
			if a == 0 {
				return math.MaxUint32
			}
			return uint32(mb.LeadingZeros32(a))
		}),
		is("brev.b32", mb.Reverse32),
		is("brev.b64", mb.Reverse64),
		is("bfe.u32", func(a, b, c uint32) uint32 { return a >> (b & 255) & (1<<(c&255) - 1) }),
		is("bfe.s32 D, A, B, 5;", func(a int32, b uint32) int32 { return int32(int64(a) >> (b & 255) << 59 >> 59) }),
		is("bfe.s64 D, A, 60, B;", func(a int64, b uint32) int64 {
			if b&255 == 0 {
				return 0
			}
			return a >> 60 << (64 - min(b&255, 64)) >> (64 - min(b&255, 64))
		}),
		is("bfi.b32 D, A, B, C, 4;", func(a, b, c uint32) uint32 {
			mask := uint32(15) << (c & 255)
			return b&^mask | a<<(c&255)&mask
		}),
		is("bfi.b64 D, A, B, 8, C;", func(a, b uint64, c uint32) uint64 {
			mask := (uint64(1)<<(c&255) - 1) << 8
			return b&^mask | a<<8&mask
		}),
		is("lop3.b32 D, A, B, C, 0x96;", func(a, b, c uint32) uint32 { return a ^ b ^ c }),
		is("lop3.b32 D, A, B, C, 0xe8;", func(a, b, c uint32) uint32 { return a&b | a&c | b&c }),
		is("lop3.b32 D, A, B, C, 0x2a;", func(a, b, c uint32) uint32 { return ^(a & b) & c }),
		is("prmt.b32 D, A, B, 0x3715;", func(a, b uint32) uint32 {
			return b>>8&255 | a>>8&255<<8 | b>>24<<16 | a>>24<<24
		}),
		is("prmt.b32 D, A, B, 0xcba8;", func(a, b uint32) uint32 { // signs
			s := func(x, shift uint32) uint32 { return uint32(int8(x>>shift)>>7) & 255 }
			return s(a, 0) | s(a, 16)<<8 | s(a, 24)<<16 | s(b, 0)<<24
		}),
		is("prmt.b32.f4e D, A, B, 1;", func(a, b uint32) uint32 { return uint32((uint64(b)<<32 | uint64(a)) >> 8) }),
		is("prmt.b32.rc16 D, A, B, 1;", func(a, b uint32) uint32 { return a>>16 | a>>16<<16 }),
		is("dp4a.s32.s32", func(a, b, c uint32) uint32 {
			for i := 0; i < 32; i += 8 {
				c += uint32(int32(int8(a>>i)) * int32(int8(b>>i)))
			}
			return c
		}),
		is("selp.b32", func(a, b uint32, p bool) uint32 {
			if p {
				return a
			}
			return b
		}),
		is("slct.u32.s32", func(a, b uint32, c int32) uint32 {
			if c >= 0 {
				return a
			}
			return b
		}),
		is("{ .reg .b32 lo, hi; mov.b64 {lo, hi}, A; mov.b64 D, {hi, lo}; }", func(a uint64) uint64 { return mb.RotateLeft64(a, 32) }),
		is("{ .reg .b16 x<2>; mov.b32 {x0, x1}, A; mov.b32 D, {x1, x0}; }", func(a uint32) uint32 { return mb.RotateLeft32(a, 16) }),
		is("mov.b32", func(a float32) uint32 { return math.Float32bits(a) }),
		is("mov.b64", math.Float64frombits),
	}
}

func floatCases() []instructionCase {
	return []instructionCase{
		is("add.f32", func(a, b float32) float32 { return a + b }),
		is("add.rn.f64", func(a, b float64) float64 { return a + b }),
		is("sub.f32", func(a, b float32) float32 { return a - b }),
		is("mul.f32", func(a, b float32) float32 { return a * b }),
		is("mul.f64", func(a, b float64) float64 { return a * b }),
		is("add.ftz.f32", func(a, b float32) float32 { return flush(flush(a) + flush(b)) }),
		is("mul.sat.f32", func(a, b float32) float32 { return saturate(a * b) }),
		is("fma.rn.f32", fma32),
		is("fma.rn.f64", math.FMA),
		is("mad.rn.f32", fma32),
		is("fma.rn.ftz.f32", func(a, b, c float32) float32 { return flush(fma32(flush(a), flush(b), flush(c))) }),
		is("div.rn.f32", func(a, b float32) float32 { return a / b }),
		is("div.rn.f64", func(a, b float64) float64 { return a / b }),
		is("rcp.rn.f32", func(a float32) float32 { return 1 / a }),
		is("sqrt.rn.f32", func(a float32) float32 { return float32(math.Sqrt(float64(a))) }),
		is("sqrt.rn.f64", math.Sqrt),
		is("neg.f32", func(a float32) float32 { return -a }),
		is("abs.f64", math.Abs),
		is("min.f32", func(a, b float32) float32 { return pick(a, b, func(a, b float64) float64 { return math.Min(a, b) }) }),
		is("max.f32", func(a, b float32) float32 { return pick(a, b, func(a, b float64) float64 { return math.Max(a, b) }) }),
		is("max.f64", func(a, b float64) float64 {
			if a != a || b != b {
				return map[bool]float64{true: b, false: a}[a != a]
			}
			return math.Max(a, b)
		}),
		is("max.NaN.f32", func(a, b float32) float32 { return max(a, b) }),
		is("copysign.f32", func(a, b float32) float32 { return float32(math.Copysign(float64(b), float64(a))) }),
		is("testp.finite.f32", func(a float32) bool { return a-a == 0 }),
		is("testp.infinite.f32", func(a float32) bool { return math.IsInf(float64(a), 0) }),
		is("testp.number.f64", func(a float64) bool { return a == a }),
		is("testp.notanumber.f32", func(a float32) bool { return a != a }),
		is("testp.normal.f32", func(a float32) bool { return a-a == 0 && math.Abs(float64(a)) >= 0x1p-126 }),
		is("testp.subnormal.f32", func(a float32) bool { return a != 0 && math.Abs(float64(a)) < 0x1p-126 }),
		near("ex2.approx.f32", 2, func(a float32) float32 { return float32(math.Exp2(float64(a))) }),
		near("lg2.approx.f32", 2, func(a float32) float32 { return float32(math.Log2(float64(a))) }),
		near("rsqrt.approx.f32", 2, func(a float32) float32 { return float32(1 / math.Sqrt(float64(a))) }),
		near("rcp.approx.f32", 2, func(a float32) float32 { return 1 / a }),
		near("sqrt.approx.f32", 2, func(a float32) float32 { return float32(math.Sqrt(float64(a))) }),
		near("tanh.approx.f32", 2, func(a float32) float32 { return float32(math.Tanh(float64(a))) }),
		near("sin.approx.f32", 2, func(a float32) float32 { return float32(math.Sin(float64(a))) }),
		near("cos.approx.f32", 2, func(a float32) float32 { return float32(math.Cos(float64(a))) }),
		is("rcp.approx.ftz.f64", func(a float64) float64 { return gross(1 / gross(a)) }),
		near("div.full.f32", 2, func(a, b float32) float32 {
			if s := math.Abs(float64(b)); s > 0x1p126 && !math.IsInf(s, 0) {
				if math.IsInf(float64(a), 0) {
					return float32(math.NaN())
				}
				return a * 0
			}
			return a / b
		}),
	}
}

func flush(a float32) float32 {
	if math.Abs(float64(a)) < 0x1p-126 {
		return float32(math.Copysign(0, float64(a)))
	}
	return a
}

// gross keeps the upper half of a number.
func gross(a float64) float64 {
	if math.Abs(a) < 0x1p-1022 {
		return math.Copysign(0, a)
	}
	if a != a {
		return a
	}
	return math.Float64frombits(math.Float64bits(a) >> 32 << 32)
}

func saturate(a float32) float32 {
	if a != a {
		return 0
	}
	return max(0, min(1, a))
}

func pick(a, b float32, f func(a, b float64) float64) float32 {
	switch {
	case a != a:
		return b
	case b != b:
		return a
	}
	return float32(f(float64(a), float64(b)))
}

// fma32 rounds once.
func fma32(a, b, c float32) float32 {
	return round(math.FMA(float64(a), float64(b), float64(c)), exact(float64(a), float64(b), float64(c)), 'n')
}

// exact gives a·b + c, or nil where that is no number or 0.
func exact(a, b, c float64) *big.Float {
	for _, x := range []float64{a, b, c} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil
		}
	}
	f := func(x float64) *big.Float { return new(big.Float).SetPrec(2000).SetFloat64(x) }
	r := f(a)
	r.Mul(r, f(b)).Add(r, f(c))
	if r.Sign() == 0 {
		return nil
	}
	return r
}

// round gives the float32 for an exact number; for nil what otherwise is.
func round(otherwise float64, x *big.Float, mode byte) float32 {
	if x == nil {
		return float32(otherwise)
	}
	f, accuracy := x.Float32()
	up, down := float32(math.Inf(1)), float32(math.Inf(-1))
	switch {
	case mode == 'n':
	case accuracy == big.Above && (mode == 'm' || mode == 'z' && f > 0 || mode == 'z' && f == 0 && x.Sign() > 0):
		f = math.Nextafter32(f, down)
	case accuracy == big.Below && (mode == 'p' || mode == 'z' && f < 0 || mode == 'z' && f == 0 && x.Sign() < 0):
		f = math.Nextafter32(f, up)
	}
	return f
}

// roundingCases are operations rounded otherwise than to nearest.
func roundingCases() []instructionCase {
	sum := func(mode byte) func(a, b float32) float32 {
		return func(a, b float32) float32 {
			if x := exact(float64(a), 1, float64(b)); x != nil {
				return round(0, x, mode)
			}
			if a-a == 0 && a == -b && mode == 'm' && (a != 0 || math.Signbit(float64(a)) != math.Signbit(float64(b))) {
				return float32(math.Copysign(0, -1)) // an exact 0 has the sign of the direction
			}
			return a + b
		}
	}
	product := func(mode byte) func(a, b float32) float32 {
		return func(a, b float32) float32 { return round(float64(a*b), exact(float64(a), float64(b), 0), mode) }
	}
	return []instructionCase{
		is("add.rz.f32", sum('z')),
		is("add.rm.f32", sum('m')),
		is("add.rp.f32", sum('p')),
		is("sub.rp.f32", func(a, b float32) float32 { return sum('p')(a, -b) }),
		is("mul.rz.f32", product('z')),
		is("mul.rm.f32", product('m')),
		is("mul.rp.f32", product('p')),
		is("fma.rz.f32", func(a, b, c float32) float32 {
			return round(math.FMA(float64(a), float64(b), float64(c)), exact(float64(a), float64(b), float64(c)), 'z')
		}),
		is("cvt.rz.f32.f64", func(a float64) float32 { return round(a, exact(a, 1, 0), 'z') }),
		is("cvt.rp.f32.f64", func(a float64) float32 { return round(a, exact(a, 1, 0), 'p') }),
		is("cvt.rm.f32.s32", func(a int32) float32 { return round(float64(a), exact(float64(a), 1, 0), 'm') }),
		is("cvt.rz.f32.u64", func(a uint64) float32 {
			if a == 0 {
				return 0
			}
			return round(0, new(big.Float).SetPrec(100).SetUint64(a), 'z')
		}),
	}
}

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
