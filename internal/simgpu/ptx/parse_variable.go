package ptx

import "strings"

// typ reads a fundamental type.
func (p *parser) typ() (scalar, error) {
	t, err := p.take(directive, "a type")
	s, ok := scalars[strings.TrimPrefix(t.text, ".")]
	if err == nil && !ok {
		err = &Error{File: p.file, Line: t.line, What: "unknown type " + t.text}
	}
	return s, err
}

// variable reads what follows the space: alignment, type, name, size and values.
func (p *parser) variable(space string) (*variable, error) {
	v := &variable{space: space, place: p.place(), vector: 1, count: 1}
	var err error
	for v.typ.size == 0 {
		switch p.now.text {
		case ".align":
			if err := p.advance(); err != nil {
				return nil, err
			}
			if v.align, err = p.number("alignment", 128); err != nil {
				return nil, err
			}
			if v.align&(v.align-1) != 0 || v.align == 0 {
				return nil, p.fail("alignment %d is no power of two", v.align)
			}
		case ".v2", ".v4":
			v.vector = int(p.now.text[2] - '0')
			if err := p.advance(); err != nil {
				return nil, err
			}
		case ".ptr", ".restrict":
			return nil, p.fail("unknown directive %s", p.now.text)
		default:
			if v.typ, err = p.typ(); err != nil {
				return nil, err
			}
		}
	}
	if v.typ.class == predicate && space != "reg" {
		return nil, p.fail("predicates live in registers only")
	}
	if err := p.pointer(); err != nil {
		return nil, err
	}
	name, err := p.take(word, "a name")
	if err != nil {
		return nil, err
	}
	v.name = name.text
	if err := p.dimensions(v); err != nil {
		return nil, err
	}
	if v.align == 0 {
		v.align = max(1, v.typ.bytes()*v.vector)
	}
	if ok, err := p.accept("="); !ok || err != nil {
		return v, err
	}
	return v, p.values(v, 0)
}

// pointer skips what a parameter says of what it points at: .ptr .global .align 4.
func (p *parser) pointer() error {
	if ok, err := p.accept(".ptr"); !ok || err != nil {
		return err
	}
	for _, space := range []string{".global", ".shared", ".const", ".local"} {
		if ok, err := p.accept(space); ok || err != nil {
			if err != nil {
				return err
			}
			break
		}
	}
	if ok, err := p.accept(".align"); !ok || err != nil {
		return err
	}
	_, err := p.number("alignment", 128)
	return err
}

func (p *parser) dimensions(v *variable) error {
	for {
		ok, err := p.accept("[")
		if !ok || err != nil {
			return err
		}
		if ok, err := p.accept("]"); ok || err != nil {
			if v.array {
				return p.fail("%s: only the first size may be left out", v.name)
			}
			v.array, v.count = true, -1
			return err
		}
		n, err := p.number("the size of an array", 1<<28)
		if err != nil {
			return err
		}
		v.array = true
		if v.count *= n; v.count > 1<<28 {
			return p.fail("%s has %d elements", v.name, v.count)
		}
		if err := p.expect("]"); err != nil {
			return err
		}
	}
}

// values reads an initialiser; nested braces mean nothing but order.
func (p *parser) values(v *variable, depth int) error {
	if depth > 8 {
		return p.fail("%s: values in more than 8 braces", v.name)
	}
	if v.vector != 1 {
		return p.fail("%s: vectors with values", v.name)
	}
	if ok, err := p.accept("{"); ok || err != nil {
		if err != nil {
			return err
		}
		return p.list("}", func() error { return p.values(v, depth+1) })
	}
	o, err := p.operand()
	v.init = append(v.init, o)
	return err
}
