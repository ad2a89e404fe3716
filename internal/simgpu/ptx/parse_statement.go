package ptx

import "strings"

// place is where the next token is.
func (p *parser) place() place {
	return place{line: p.now.line, source: p.here.source, sourceLine: p.here.sourceLine}
}

// statement reads one: a brace, a declaration, a label or an instruction.
func (p *parser) statement() (s statement, err error) {
	for p.now.is(".loc") {
		if err := p.loc(); err != nil {
			return s, err
		}
	}
	s.place = p.place()
	switch {
	case p.now.kind == end:
		return s, p.fail("a function that does not end")
	case p.now.is("{"):
		s.open = true
		return s, p.advance()
	case p.now.is("}"):
		s.close = true
		return s, p.advance()
	case p.now.kind == directive:
		return s, p.local(&s)
	}
	i := &instruction{place: s.place}
	begin := p.now.from
	if ok, err := p.accept("@"); ok || err != nil {
		if err != nil {
			return s, err
		}
		if i.negate, err = p.accept("!"); err != nil {
			return s, err
		}
		guard, err := p.take(word, "a predicate")
		if err != nil {
			return s, err
		}
		i.guard = guard.text
	}
	op, err := p.take(word, "an instruction")
	if err != nil {
		return s, err
	}
	if i.guard == "" && p.now.is(":") {
		s.label = op.text
		if err := p.advance(); err != nil {
			return s, err
		}
		return s, p.table(&s)
	}
	i.op, i.parts = op.text, strings.Split(op.text, ".")
	if err := p.arguments(i); err != nil {
		return s, err
	}
	i.text = strings.Join(strings.Fields(p.src[begin:p.now.from]), " ") + ";"
	s.instruction = i
	return s, p.expect(";")
}

// arguments reads operands; those of calls have parentheses around some.
func (p *parser) arguments(i *instruction) error {
	for !p.now.is(";") {
		if len(i.args) > 0 {
			if err := p.expect(","); err != nil {
				return err
			}
		}
		o, err := p.operand()
		if err != nil {
			return err
		}
		i.args = append(i.args, o)
	}
	return nil
}

// loc reads: .loc file line column, maybe followed by where that was inlined.
func (p *parser) loc() error {
	if err := p.advance(); err != nil {
		return err
	}
	file, err := p.take(integer, "the number of a file")
	if err != nil {
		return err
	}
	line, err := p.number("a line", 1<<30)
	if err != nil {
		return err
	}
	if _, err := p.take(integer, "a column"); err != nil {
		return err
	}
	p.here.source, p.here.sourceLine = file.bits, line
	if line == 0 { // what the compiler added
		p.here.source = 0
	}
	for p.now.is(",") {
		if err := p.inlined(); err != nil {
			return err
		}
	}
	return nil
}

// inlined skips what .loc says of calls that were inlined: function_name L+4, inlined_at file line column.
func (p *parser) inlined() error {
	if err := p.advance(); err != nil {
		return err
	}
	switch p.now.text {
	case "function_name":
		if err := p.advance(); err != nil {
			return err
		}
		if _, err := p.take(word, "a label"); err != nil {
			return err
		}
		_, err := p.offset()
		return err
	case "inlined_at":
		if err := p.advance(); err != nil {
			return err
		}
		for range 3 {
			if _, err := p.take(integer, "a number"); err != nil {
				return err
			}
		}
		return nil
	}
	return p.fail("found %v, want function_name or inlined_at", p.now)
}

// table reads what may follow a label: the targets of a jump by number.
func (p *parser) table(s *statement) error {
	if p.now.is(".callprototype") || p.now.is(".calltargets") {
		return p.fail("calls through pointers are not supported: %s", p.now.text)
	}
	if ok, err := p.accept(".branchtargets"); !ok || err != nil {
		return err
	}
	return p.list(";", func() error {
		t, err := p.take(word, "a label")
		s.targets = append(s.targets, t.text)
		return err
	})
}

// local reads a declaration among instructions.
func (p *parser) local(s *statement) error {
	d, err := p.take(directive, "a directive")
	if err != nil {
		return err
	}
	switch d.text {
	case ".reg":
		return p.registers(s)
	case ".local", ".shared", ".param", ".const", ".global":
		v, err := p.variable(d.text[1:])
		if err != nil {
			return err
		}
		s.variables = append(s.variables, v)
		return p.expect(";")
	case ".pragma":
		return p.pragma()
	case ".file":
		return p.sourceFile()
	}
	return &Error{File: p.file, Line: d.line, What: "unknown directive " + d.text}
}

func (p *parser) registers(s *statement) error {
	r := &registers{}
	s.registers = r
	var err error
	if p.now.is(".v2") || p.now.is(".v4") {
		return p.fail("registers that are vectors")
	}
	if r.typ, err = p.typ(); err != nil {
		return err
	}
	return p.list(";", func() error {
		name, err := p.take(word, "the name of a register")
		if err != nil {
			return err
		}
		count := 0
		if ok, err := p.accept("<"); ok || err != nil {
			if err != nil {
				return err
			}
			if count, err = p.number("the count of registers", 1<<20); err != nil {
				return err
			}
			if err := p.expect(">"); err != nil {
				return err
			}
		}
		r.names, r.count = append(r.names, name.text), append(r.count, count)
		return nil
	})
}
