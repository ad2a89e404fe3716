package ptx

import (
	"fmt"
	"math"
	"strconv"
)

// Operands as C++ expressions. What they give has no side effects, so rows may use them twice.

// read gives a source operand as a value of type t. With wide, a register may be wider than t.
func (g *generator) read(o operand, t scalar, wide bool) (string, error) {
	switch o.kind {
	case nameOperand:
		return g.readName(o, t, wide)
	case numberOperand:
		switch t.class {
		case float:
			return "", g.fail("an integer where a floating point number is wanted")
		case predicate:
			switch o.bits {
			case 0:
				return "false", nil
			case 1, ^uint64(0):
				return "true", nil
			}
			return "", g.fail("%d is no predicate", int64(o.bits))
		}
		return integerLiteral(o.bits, t), nil
	case singleOperand, doubleOperand:
		return g.floatLiteral(o, t)
	}
	return "", g.fail("an operand of another kind, want a value of type %v", t)
}

func (g *generator) readName(o operand, t scalar, wide bool) (string, error) {
	if o.name == "WARP_SZ" {
		return g.read(operand{kind: numberOperand, bits: 32}, t, wide)
	}
	sym := g.find(o.name)
	if sym == nil {
		if _, ok := specials[o.name]; ok {
			return "", g.fail("only mov reads special registers such as %s", o.name)
		}
		return "", g.fail("%s is not declared", o.name)
	}
	if sym.space != "reg" {
		return "", g.fail("%s is no register", o.name)
	}
	if o.offset != 0 {
		return "", g.fail("a register with an offset outside an address")
	}
	if !sym.typ.fits(t) && !(wide && sym.typ.holds(t)) {
		return "", g.fail("%s is a register of type %v, want %v", o.name, sym.typ, t)
	}
	return recast(sym.cpp, sym.typ, t), nil
}

// recast gives the bits of a register of type from as type to, or the lower ones.
func recast(x string, from, to scalar) string {
	if from.real() && !to.real() {
		x = fmt.Sprintf("bits%d(%s)", from.size, x)
		from = from.as(bits)
	}
	switch {
	case !from.real() && to.real():
		return fmt.Sprintf("as_%s(%s)", to.cpp(), x)
	case from.storage() == to.cpp():
		return x
	}
	return fmt.Sprintf("%s(%s)", to.cpp(), x)
}

func integerLiteral(n uint64, t scalar) string {
	if t.size < 64 {
		n &= 1<<t.size - 1
	}
	if t.class == signed {
		v := int64(n<<(64-t.size)) >> (64 - t.size)
		if v == math.MinInt64 {
			return "lowest<s64>"
		}
		if t.size < 64 {
			if v < 0 {
				return fmt.Sprintf("%s(%d)", t.cpp(), v)
			}
			return strconv.FormatInt(v, 10)
		}
		return fmt.Sprintf("s64(%dll)", v)
	}
	switch t.size {
	case 64:
		return fmt.Sprintf("u64(%dull)", n)
	case 32:
		return fmt.Sprintf("%du", n)
	}
	return fmt.Sprintf("%s(%d)", t.as(unsigned).cpp(), n)
}

// floatLiteral gives a float's bits to instructions on bits, and its value to others.
func (g *generator) floatLiteral(o operand, t scalar) (string, error) {
	value, size := math.Float64frombits(o.bits), 64
	if o.kind == singleOperand {
		value, size = float64(math.Float32frombits(uint32(o.bits))), 32
	}
	if t.class == bits && t.size == size {
		return integerLiteral(o.bits, t), nil
	}
	if t.class != float || t.size == 16 {
		return "", g.fail("a floating point number where %v is wanted", t)
	}
	if o.kind == singleOperand && t.size == 64 {
		return "", g.fail("a number of 32 bits where %v is wanted", t)
	}
	if t.size == 32 {
		value = float64(float32(value))
	}
	if math.IsNaN(value) || math.IsInf(value, 0) {
		if t.size == 32 {
			b := uint32(o.bits)
			if o.kind == doubleOperand {
				b = math.Float32bits(float32(math.Float64frombits(o.bits)))
			}
			return fmt.Sprintf("as_f32(0x%08x)", b), nil
		}
		return fmt.Sprintf("as_f64(0x%016x)", o.bits), nil
	}
	s := strconv.FormatFloat(value, 'x', -1, 64)
	if t.size == 32 {
		s += "f"
	}
	if value < 0 || math.Signbit(value) {
		s = "(" + s + ")"
	}
	return s, nil
}

// predicate gives a predicate operand, which may have a !.
func (g *generator) predicate(o operand) (string, error) {
	if o.kind == notOperand {
		s, err := g.read(o.list[0], scalars["pred"], false)
		return "!" + s, err
	}
	return g.read(o, scalars["pred"], false)
}

// dropped reports whether a destination is _, which takes nothing. Few instructions have it.
func dropped(o operand) bool { return o.kind == nameOperand && o.name == "_" }

// target gives the register that a destination names.
func (g *generator) target(o operand, t scalar, wide bool) (*symbol, error) {
	if o.kind != nameOperand || o.offset != 0 {
		return nil, g.fail("the destination is no register")
	}
	sym := g.find(o.name)
	if sym == nil {
		return nil, g.fail("%s is not declared", o.name)
	}
	if sym.space != "reg" {
		return nil, g.fail("the destination %s is no register", o.name)
	}
	if !sym.typ.fits(t) && !(wide && sym.typ.holds(t)) {
		return nil, g.fail("%s is a register of type %v, want %v", o.name, sym.typ, t)
	}
	return sym, nil
}

// assign gives the statement that puts an expression of type t into a register. Into a wider one it extends by t's sign.
func assign(sym *symbol, t scalar, expr string) string {
	switch {
	case sym.typ.real() && !t.real():
		if sym.typ.size > t.size {
			expr = fmt.Sprintf("%s(%s)", t.cpp(), expr)
		}
		expr = fmt.Sprintf("as_%s(%s)", sym.typ.cpp(), expr)
	case !sym.typ.real() && t.real():
		expr = fmt.Sprintf("bits%d(%s)", t.size, expr)
	case sym.typ.size > t.size:
		expr = fmt.Sprintf("%s(%s)", t.cpp(), expr)
	}
	return fmt.Sprintf("%s = %s;", sym.cpp, expr)
}

// set assigns to a destination operand.
func (g *generator) set(o operand, t scalar, expr string) error {
	sym, err := g.target(o, t, false)
	if err != nil {
		return err
	}
	g.emit("%s", assign(sym, t, expr))
	return nil
}

// setUnlessDropped assigns to a destination that may be _.
func (g *generator) setUnlessDropped(o operand, t scalar, expr string) error {
	if dropped(o) {
		return nil
	}
	return g.set(o, t, expr)
}
