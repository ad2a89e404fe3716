package expr

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// MustParse is Parse for expressions written in the program itself; it panics on a mistake.
func MustParse(text string) *Expr {
	e, err := Parse(text)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return e
}

// Parse reads "x y -> t = x*y; t + 1, t": the names of the inputs, definitions ended by semicolons, and the outputs.
// inf and nan are numbers.
func Parse(text string) (*Expr, error) {
	p := &parser{text: text}
	e, err := p.parse()
	if err != nil {
		return nil, fmt.Errorf("expr: %q at %d: %w", text, p.pos, err)
	}
	return e, nil
}

const maxDepth = 4000 // of nested parentheses, so that no text can exhaust the stack

type parser struct {
	text  string
	pos   int
	depth int
	b     *Builder
	names map[string]int32
	err   error
}

func (p *parser) parse() (*Expr, error) {
	head, body, ok := strings.Cut(p.text, "->")
	if !ok {
		return nil, fmt.Errorf("no -> between inputs and result")
	}
	inputs := strings.Fields(head)
	p.pos = len(p.text) - len(body)
	p.b = NewBuilder(len(inputs))
	p.names = map[string]int32{"inf": p.b.Const(math.Inf(1)), "nan": p.b.Const(math.NaN())}
	for i, name := range inputs {
		if !isName(name) {
			return nil, fmt.Errorf("%q is not a name", name)
		}
		if _, dup := p.names[name]; dup {
			return nil, fmt.Errorf("two inputs are called %q", name)
		}
		p.names[name] = p.b.Input(i)
	}
	for {
		start := p.pos
		if name := p.name(); name != "" && p.accept("=") && !p.accept("=") {
			v := p.ternary()
			if p.err != nil {
				return nil, p.err
			}
			if _, dup := p.names[name]; dup {
				return nil, fmt.Errorf("%q is defined twice", name)
			}
			p.names[name] = v
			if !p.accept(";") {
				return nil, fmt.Errorf("want ; after the definition of %q", name)
			}
			continue
		}
		p.pos = start
		break
	}
	var outs []int32
	for {
		outs = append(outs, p.ternary())
		if p.err != nil {
			return nil, p.err
		}
		if !p.accept(",") {
			break
		}
	}
	p.space()
	if p.pos != len(p.text) {
		return nil, fmt.Errorf("did not expect %q", p.text[p.pos:])
	}
	return p.b.Build(outs...), nil
}

func isName(s string) bool {
	for i := range len(s) {
		if !nameByte(s[i], i == 0) {
			return false
		}
	}
	return s != ""
}

func nameByte(c byte, first bool) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || !first && c >= '0' && c <= '9'
}

func (p *parser) space() {
	for p.pos < len(p.text) && (p.text[p.pos] == ' ' || p.text[p.pos] == '\n' || p.text[p.pos] == '\t') {
		p.pos++
	}
}

func (p *parser) accept(tok string) bool {
	p.space()
	if strings.HasPrefix(p.text[p.pos:], tok) {
		p.pos += len(tok)
		return true
	}
	return false
}

func (p *parser) name() string {
	p.space()
	start := p.pos
	for p.pos < len(p.text) && nameByte(p.text[p.pos], p.pos == start) {
		p.pos++
	}
	return p.text[start:p.pos]
}

func (p *parser) fail(format string, args ...any) int32 {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
	return p.b.Const(0)
}

func (p *parser) ternary() int32 {
	if p.depth++; p.depth > maxDepth {
		return p.fail("nested too deeply")
	}
	defer func() { p.depth-- }()
	c := p.level(0)
	if !p.accept("?") {
		return c
	}
	a := p.ternary()
	if !p.accept(":") {
		return p.fail("want : after ?")
	}
	return p.b.Apply(Select, c, a, p.ternary())
}

// Binary operators by how loosely they bind; a longer token stands before its prefix.
var levels = [][]Op{{Or}, {And}, {Le, Ge, Eq, Ne, Lt, Gt}, {Add, Sub}, {Mul, Div}}

func (p *parser) level(l int) int32 {
	if l == len(levels) {
		return p.unary()
	}
	x := p.level(l + 1)
next:
	for p.err == nil {
		for _, op := range levels[l] {
			if p.accept(opTable[op].infix) {
				x = p.b.Apply(op, x, p.level(l+1))
				continue next
			}
		}
		break
	}
	return x
}

func (p *parser) unary() int32 {
	if p.depth++; p.depth > maxDepth {
		return p.fail("nested too deeply")
	}
	defer func() { p.depth-- }()
	if p.accept("-") {
		return p.b.Apply(Neg, p.unary())
	}
	if p.accept("(") {
		x := p.ternary()
		if !p.accept(")") {
			return p.fail("want )")
		}
		return x
	}
	if p.pos < len(p.text) && (p.text[p.pos] >= '0' && p.text[p.pos] <= '9' || p.text[p.pos] == '.') {
		return p.number()
	}
	name := p.name()
	if name == "" {
		return p.fail("want a number, a name or (")
	}
	if !p.accept("(") {
		if v, ok := p.names[name]; ok {
			return v
		}
		return p.fail("%q is not an input and not defined", name)
	}
	op, ok := opByName[name]
	if !ok {
		return p.fail("no function %q", name)
	}
	var args []int32
	for {
		args = append(args, p.ternary())
		if p.err != nil || !p.accept(",") {
			break
		}
	}
	if p.err == nil && (len(args) != op.Arity() || !p.accept(")")) {
		return p.fail("%s takes %d values and a closing )", name, op.Arity())
	}
	if p.err != nil {
		return p.b.Const(0)
	}
	return p.b.Apply(op, args...)
}

func (p *parser) number() int32 {
	start := p.pos
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		exp := (c == '+' || c == '-') && p.pos > start && (p.text[p.pos-1] == 'e' || p.text[p.pos-1] == 'E')
		if c >= '0' && c <= '9' || c == '.' || c == 'e' || c == 'E' || exp {
			p.pos++
			continue
		}
		break
	}
	v, err := strconv.ParseFloat(p.text[start:p.pos], 64)
	if err != nil {
		return p.fail("%q is not a number", p.text[start:p.pos])
	}
	return p.b.Const(v)
}
