package ptx

import (
	"math"
	"math/big"
)

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
