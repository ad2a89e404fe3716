package ptx

import (
	"slices"
	"strings"
)

// place is where the next token is.
func (p *parser) place() place {
	return place{line: p.now.line, source: p.here.source, sourceLine: p.here.sourceLine}
}

// function reads what follows .entry or .func.
func (p *parser) function(entry, extern bool) error {
	p.here = place{}
	f := &function{place: p.place(), entry: entry}
	var err error
	if p.now.is("(") && !entry {
		if f.results, err = p.params(); err != nil {
			return err
		}
	}
	name, err := p.take(word, "the name of a function")
	if err != nil {
		return err
	}
	f.name = name.text
	if p.now.is("(") {
		if f.params, err = p.params(); err != nil {
			return err
		}
	}
	for p.now.kind == directive {
		if err := p.tuning(f); err != nil {
			return err
		}
	}
	if ok, err := p.accept(";"); ok || err != nil {
		if err == nil && !extern {
			p.mod.functions = append(p.mod.functions, f) // defined further down
		}
		return err
	}
	f.defined = true
	p.mod.functions = append(p.mod.functions, f)
	if err := p.expect("{"); err != nil {
		return err
	}
	for depth := 1; ; {
		s, err := p.statement()
		if err != nil {
			return err
		}
		if s.open {
			depth++
		}
		if s.close {
			if depth--; depth == 0 {
				return nil
			}
		}
		f.body = append(f.body, s)
	}
}

func (p *parser) params() (vs []*variable, err error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	err = p.list(")", func() error {
		space := strings.TrimPrefix(p.now.text, ".")
		if space != "param" && space != "reg" {
			return p.fail("found %v, want .param", p.now)
		}
		if err := p.advance(); err != nil {
			return err
		}
		v, err := p.variable(space)
		vs = append(vs, v)
		return err
	})
	return vs, err
}

// tuning reads a directive between the parameters and the body.
func (p *parser) tuning(f *function) error {
	d, err := p.take(directive, "a directive")
	if err != nil {
		return err
	}
	switch d.text {
	case ".maxntid", ".reqntid":
		size := [3]int{1, 1, 1}
		total := 1
		for i := range size {
			if size[i], err = p.number(d.text, 1024); err != nil {
				return err
			}
			total *= size[i]
			if ok, err := p.accept(","); !ok || err != nil || i == 2 {
				if ok && err == nil {
					err = p.fail("%s with more than three sizes", d.text)
				}
				if err != nil {
					return err
				}
				break
			}
		}
		f.maxThreads = total
		if d.text == ".reqntid" {
			f.required = size
		}
		return nil
	case ".minnctapersm", ".maxnreg":
		_, err = p.number(d.text, 1<<16)
		return err
	case ".noreturn":
		return nil
	case ".pragma":
		return p.pragma()
	}
	return &Error{File: p.file, Line: d.line, What: "unknown directive " + d.text}
}

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
		for {
			v, err := p.variable(d.text[1:])
			if err != nil {
				return err
			}
			s.variables = append(s.variables, v)
			if ok, err := p.accept(","); !ok || err != nil {
				if err != nil {
					return err
				}
				return p.expect(";")
			}
			return p.fail("one declaration for several variables")
		}
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
