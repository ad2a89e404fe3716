package ptx

import "slices"

// operand reads one, with what may follow it.
func (p *parser) operand() (o operand, err error) {
	if o, err = p.simple(0); err != nil {
		return o, err
	}
	if ok, err := p.accept("|"); !ok || err != nil {
		return o, err
	}
	second, err := p.simple(0)
	return operand{kind: pairOperand, list: []operand{o, second}}, err
}

func (p *parser) simple(depth int) (o operand, err error) {
	if depth > 4 {
		return o, p.fail("operands inside operands")
	}
	inner := func() error {
		e, err := p.simple(depth + 1)
		o.list = append(o.list, e)
		return err
	}
	switch t := p.now; {
	case t.kind == word:
		o.name = t.text
		if err := p.advance(); err != nil {
			return o, err
		}
		if o.name == "generic" && p.now.is("(") {
			if err := p.advance(); err != nil {
				return o, err
			}
			if o, err = p.simple(depth + 1); err != nil {
				return o, err
			}
			o.generic = true
			if err := p.expect(")"); err != nil {
				return o, err
			}
		}
		o.offset, err = p.offset()
		return o, err
	case t.kind == integer || t.kind == single || t.kind == double || t.is("-"):
		return p.literal()
	case t.is("["):
		o.kind = addressOperand
		if err := p.advance(); err != nil {
			return o, err
		}
		if err := inner(); err != nil {
			return o, err
		}
		if k := o.list[0].kind; k != nameOperand && k != numberOperand {
			return o, p.fail("an address that is neither name nor number")
		}
		o.offset, o.list[0].offset = o.list[0].offset, 0
		return o, p.expect("]")
	case t.is("{"), t.is("("):
		o.kind = vectorOperand
		closing := "}"
		if t.is("(") {
			o.kind, closing = groupOperand, ")"
		}
		if err := p.advance(); err != nil {
			return o, err
		}
		return o, p.list(closing, inner)
	case t.is("!"):
		o.kind = notOperand
		if err := p.advance(); err != nil {
			return o, err
		}
		return o, inner()
	}
	return o, p.fail("found %v, want an operand", p.now)
}

// offset reads + or - and a number, or nothing. Clang writes "+-4" too.
func (p *parser) offset() (n int64, err error) {
	if !p.now.is("+") && !p.now.is("-") {
		return 0, nil
	}
	minus := false
	for p.now.is("+") || p.now.is("-") {
		minus = minus != p.now.is("-")
		if err := p.advance(); err != nil {
			return 0, err
		}
	}
	t, err := p.take(integer, "an offset")
	if err != nil {
		return 0, err
	}
	if t.bits > 1<<31 {
		return 0, p.fail("offset %s", t.text)
	}
	n = int64(t.bits)
	if minus {
		n = -n
	}
	return n, nil
}

func (p *parser) literal() (o operand, err error) {
	if o.negative, err = p.accept("-"); err != nil {
		return o, err
	}
	t := p.now
	kinds := []tokenKind{integer, single, double}
	k := slices.Index(kinds, t.kind)
	if k < 0 {
		return o, p.fail("found %v, want a number", t)
	}
	o.kind, o.bits = []operandKind{numberOperand, singleOperand, doubleOperand}[k], t.bits
	if o.negative {
		switch o.kind {
		case singleOperand:
			o.bits ^= 1 << 31
		case doubleOperand:
			o.bits ^= 1 << 63
		default:
			o.bits = -o.bits
		}
	}
	return o, p.advance()
}
