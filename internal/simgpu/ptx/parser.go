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
