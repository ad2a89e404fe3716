package ptx

import (
	"fmt"
	"strings"
)

// parser reads tokens with one of lookahead.
type parser struct {
	lexer
	now  token
	mod  *module
	here place // what .loc said last
}

func parse(file, src string) (*module, error) {
	p := &parser{lexer: lexer{file: file, src: src, line: 1}, mod: &module{file: file, files: map[uint64]string{}}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	for p.now.kind != end {
		if err := p.top(); err != nil {
			return nil, err
		}
	}
	if p.mod.version == 0 || p.mod.target == 0 {
		return nil, p.fail("no .version and .target")
	}
	return p.mod, nil
}

func (p *parser) fail(format string, args ...any) error {
	return &Error{File: p.file, Line: p.now.line, What: fmt.Sprintf(format, args...)}
}

func (p *parser) advance() (err error) {
	p.now, err = p.next()
	return err
}

// accept skips a token if it is what is said.
func (p *parser) accept(s string) (bool, error) {
	if !p.now.is(s) {
		return false, nil
	}
	return true, p.advance()
}

func (p *parser) expect(s string) error {
	ok, err := p.accept(s)
	if err == nil && !ok {
		err = p.fail("found %v, want %q", p.now, s)
	}
	return err
}

// take gives a token of a kind.
func (p *parser) take(k tokenKind, what string) (token, error) {
	t := p.now
	if t.kind != k {
		return t, p.fail("found %v, want %s", t, what)
	}
	return t, p.advance()
}

// number takes a small one.
func (p *parser) number(what string, limit uint64) (int, error) {
	t, err := p.take(integer, what)
	if err == nil && t.bits > limit {
		err = p.fail("%s is %s, at most %d", what, t.text, limit)
	}
	return int(t.bits), err
}

// list calls f for elements with commas between, until the closing sign, which it skips.
func (p *parser) list(closing string, f func() error) error {
	for first := true; ; first = false {
		ok, err := p.accept(closing)
		if ok || err != nil {
			return err
		}
		if !first {
			if err := p.expect(","); err != nil {
				return err
			}
		}
		if err := f(); err != nil {
			return err
		}
	}
}

// top reads one thing outside functions.
func (p *parser) top() error {
	extern := false
	for {
		switch p.now.text {
		case ".visible", ".weak", ".common":
		case ".extern":
			extern = true
		default:
			return p.declaration(extern)
		}
		if err := p.advance(); err != nil {
			return err
		}
	}
}

func (p *parser) declaration(extern bool) error {
	d, err := p.take(directive, "a directive")
	if err != nil {
		return err
	}
	switch d.text {
	case ".version":
		t, err := p.take(double, "a version such as 6.0")
		if err != nil {
			return err
		}
		var major, minor int
		if n, _ := fmt.Sscanf(t.text, "%d.%d", &major, &minor); n != 2 || major < 1 || minor > 9 {
			return p.fail("version %s", t.text)
		}
		p.mod.version = major*10 + minor
		return nil
	case ".target":
		return p.target()
	case ".address_size":
		n, err := p.number("the size of addresses", 64)
		if err == nil && n != 64 {
			err = p.fail("addresses of %d bits, want 64", n)
		}
		return err
	case ".file":
		return p.sourceFile()
	case ".section":
		return p.section()
	case ".pragma":
		return p.pragma()
	case ".entry", ".func":
		return p.function(d.text == ".entry", extern)
	case ".global", ".const", ".shared":
		v, err := p.variable(d.text[1:])
		if err != nil {
			return err
		}
		v.extern = extern
		p.mod.variables = append(p.mod.variables, v)
		return p.expect(";")
	}
	return &Error{File: p.file, Line: d.line, What: "unknown directive " + d.text}
}

func (p *parser) target() error {
	t, err := p.take(word, "a target such as sm_52")
	if err != nil {
		return err
	}
	name := strings.TrimRight(t.text, "af") // features of one architecture
	if n, _ := fmt.Sscanf(name, "sm_%d", &p.mod.target); n != 1 || p.mod.target <= 0 || name != fmt.Sprintf("sm_%d", p.mod.target) {
		return p.fail("target %s, want one such as sm_52", t.text)
	}
	for {
		ok, err := p.accept(",")
		if !ok || err != nil {
			return err
		}
		if t, err = p.take(word, "an option of .target"); err != nil {
			return err
		}
		if t.text != "debug" && t.text != "texmode_independent" && t.text != "texmode_unified" {
			return p.fail("unknown option %s of .target", t.text)
		}
	}
}

// sourceFile reads: .file number "name", maybe followed by time and size.
func (p *parser) sourceFile() error {
	n, err := p.take(integer, "the number of a file")
	if err != nil {
		return err
	}
	name, err := p.take(text, "the name of a file")
	if err != nil {
		return err
	}
	p.mod.files[n.bits] = name.text[strings.LastIndexByte(name.text, '/')+1:]
	for p.now.is(",") {
		if err := p.advance(); err != nil {
			return err
		}
		if _, err := p.take(integer, "a number"); err != nil {
			return err
		}
	}
	return nil
}

// section skips debugging information.
func (p *parser) section() error {
	if err := p.advance(); err != nil { // its name
		return err
	}
	if err := p.expect("{"); err != nil {
		return err
	}
	for !p.now.is("}") {
		if p.now.kind == end {
			return p.fail("a section that does not end")
		}
		if err := p.advance(); err != nil {
			return err
		}
	}
	return p.advance()
}

func (p *parser) pragma() error {
	if _, err := p.take(text, "a string"); err != nil {
		return err
	}
	return p.expect(";")
}

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
