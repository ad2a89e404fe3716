package ptx

import "strings"

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
