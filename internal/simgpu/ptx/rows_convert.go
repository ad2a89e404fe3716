package ptx

import "fmt"

var convertRows = []row{
	{form: "cvt[.rn|rz|rm|rp|rni|rzi|rmi|rpi][.ftz][.sat].T.S", emit: cvt},
}

func cvt(g *generator, i *instruction, m *matched) error {
	if len(i.args) != 2 {
		return g.fail("%d operands, want 2", len(i.args))
	}
	to, from := m.t, m.s
	numeric := func(s scalar) bool { return s.class == signed || s.class == unsigned || s.class == float }
	if !numeric(to) || !numeric(from) {
		return g.fail("no conversion from %v to %v", from, to)
	}
	value, err := g.read(i.args[1], from, true)
	if err != nil {
		return err
	}
	if m.has("ftz") {
		if from != scalars["f32"] && to != scalars["f32"] {
			return g.fail(".ftz without f32")
		}
		if from == scalars["f32"] {
			value = "ftz(" + value + ")"
		}
	}
	expr, err := g.convert(value, to, from, m)
	if err != nil {
		return err
	}
	if m.has("ftz") && to == scalars["f32"] {
		expr = "ftz(" + expr + ")"
	}
	if m.has("sat") && to.class == float {
		if !to.real() {
			return g.fail(".sat of type %v", to)
		}
		expr = "sat(" + expr + ")"
	}
	sym, err := g.target(i.args[0], to, true)
	if err != nil {
		return err
	}
	if to == scalars["f16"] {
		to = scalars["b16"]
	}
	g.emit("%s", assign(sym, to, expr))
	return nil
}

// convert gives a number of type from as type to.
func (g *generator) convert(x string, to, from scalar, m *matched) (string, error) {
	near, whole := m.one("rn", "rz", "rm", "rp"), m.one("rni", "rzi", "rmi", "rpi")
	r := rounding(m)
	if from.class != float && to.class != float {
		if near != "" || whole != "" {
			return "", g.fail("rounding of integers")
		}
		if m.has("sat") {
			return fmt.Sprintf("clamp<%s>(%s)", to.cpp(), x), nil
		}
		return fmt.Sprintf("%s(%s)", to.cpp(), x), nil
	}
	if from == scalars["f16"] {
		x = "of_half(" + x + ")"
	}
	switch {
	case to.class != float: // to integers
		if whole == "" {
			return "", g.fail("a conversion to %v needs .rni, .rzi, .rmi or .rpi", to)
		}
		return fmt.Sprintf("to_int<%s>(%s, %s)", to.cpp(), x, r), nil
	case from.class != float: // from integers
		if near == "" {
			return "", g.fail("a conversion from %v to %v needs .rn, .rz, .rm or .rp", from, to)
		}
		if to.size == 16 {
			return fmt.Sprintf("to_half(f64(%s), %s)", x, r), nil
		}
		if near == "rn" {
			return fmt.Sprintf("%s(%s)", to.cpp(), x), nil
		}
		return fmt.Sprintf("sim_%s_of_%s(%s, %s)", to.cpp(), from.widest().cpp(), x, r), nil
	case to.size == from.size:
		if near != "" {
			return "", g.fail("rounding between equal types is .rni, .rzi, .rmi or .rpi")
		}
		if whole != "" {
			x = fmt.Sprintf("%s(whole(%s, %s))", map[int]string{16: "f64", 32: "f32", 64: "f64"}[to.size], x, r)
		}
		if to.size == 16 {
			x = "to_half(" + x + ", 'n')"
		}
		return x, nil
	case to.size > from.size:
		if near != "" || whole != "" {
			return "", g.fail("a conversion from %v to %v is exact", from, to)
		}
		return fmt.Sprintf("%s(%s)", to.cpp(), x), nil
	case near == "":
		return "", g.fail("a conversion from %v to %v needs .rn, .rz, .rm or .rp", from, to)
	case to.size == 16:
		return fmt.Sprintf("to_half(%s, %s)", x, r), nil
	case near == "rn":
		return fmt.Sprintf("f32(%s)", x), nil
	}
	return fmt.Sprintf("sim_f32_of_f64(%s, %s)", x, r), nil
}

// widest gives the integer of 64 bits with the same sign.
func (s scalar) widest() scalar { return scalar{s.class, 64} }
