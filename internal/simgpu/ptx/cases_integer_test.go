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
