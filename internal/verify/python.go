package verify

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	nd "github.com/gomx-org/gomx/ndarray"
)

// python computes the expressions in which MXNet's arrays were recorded: numbers, strings, tuples, lists, arithmetic,
// comparisons, calls, attributes and indices, and assignments between semicolons. What it does not know is missing.
//
// Its values are nil for None, bool, int, float64, string, pyScalar, pyTuple, pyList, pySlice, pyEllipsis, module and
// *nd.NDArray.
type python struct {
	names  map[string]any
	on     nd.Option
	tokens []string
	at     int
}

type (
	pyTuple    []any
	pyList     []any
	pySlice    struct{ lo, hi, step any }
	pyEllipsis struct{}
	pyScalar   struct { // a number of numpy, which prints by its type
		value float64
		text  string
	}
	module string // nd, mx, np
)

var pyToken = regexp.MustCompile(`\s*(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|[A-Za-z_]\w*|'[^']*'|"[^"]*"|\.\.\.|\*\*|//|[-+*/]=|[<>=!]=|[-+*/%()\[\],.:=<>;@])`)

// run computes the statements of a program and gives the value of the last one, if that is an expression.
func (p *python) run(program string) any {
	p.tokens, p.at = nil, 0
	rest := strings.TrimSpace(program)
	for rest != "" {
		m := pyToken.FindStringSubmatchIndex(rest)
		if m == nil || m[0] != 0 {
			p.unknown("the text %.20q", rest)
		}
		p.tokens = append(p.tokens, rest[m[2]:m[3]])
		rest = strings.TrimSpace(rest[m[1]:])
	}
	var last any
	for p.at < len(p.tokens) {
		last = p.statement()
		if p.at < len(p.tokens) {
			p.want(";")
		}
	}
	return last
}

func (p *python) unknown(format string, args ...any) {
	panic(missing("Python's " + fmt.Sprintf(format, args...)))
}

func (p *python) peek() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *python) take(tokens ...string) (string, bool) {
	if t := p.peek(); t != "" && slices.Contains(tokens, t) {
		p.at++
		return t, true
	}
	return "", false
}

func (p *python) want(token string) {
	if _, ok := p.take(token); !ok {
		p.unknown("%q where %q is expected", p.peek(), token)
	}
}

// statement is name = value, name[index] = value, the same with += and the like, or an expression.
func (p *python) statement() any {
	begin := p.at
	name := p.peek()
	if _, known := p.names[name]; known || p.at+1 < len(p.tokens) && p.tokens[p.at+1] == "=" {
		p.at++
		var index any
		_, indexed := p.take("[")
		if indexed {
			index = p.subscript()
		}
		if op, ok := p.take("=", "+=", "-=", "*=", "/="); ok {
			p.assign(name, indexed, index, strings.TrimSuffix(op, "="), p.expression())
			return nil
		}
		p.at = begin
	}
	return p.expression()
}

func (p *python) assign(name string, indexed bool, index any, op string, v any) {
	switch {
	case !indexed && op == "":
		p.names[name] = v
	case !indexed:
		inPlace(op, p.array(p.names[name]), v)
	case op == "":
		p.setIndex(p.array(p.names[name]), index, v)
	default:
		a := p.array(p.names[name])
		p.setIndex(a, index, p.arithmetic(op, p.index(a, index), v))
	}
}

func (p *python) expression() any {
	left := p.sum()
	for {
		op, ok := p.take("==", "!=", "<=", ">=", "<", ">")
		if !ok {
			return left
		}
		left = p.arithmetic(op, left, p.sum())
	}
}

func (p *python) sum() any {
	left := p.product()
	for {
		op, ok := p.take("+", "-")
		if !ok {
			return left
		}
		left = p.arithmetic(op, left, p.product())
	}
}

func (p *python) product() any {
	left := p.signed()
	for {
		op, ok := p.take("*", "/", "%")
		if !ok {
			return left
		}
		left = p.arithmetic(op, left, p.signed())
	}
}

// signed is an operand, perhaps to a power, which binds closer than the sign before it.
func (p *python) signed() any {
	if _, ok := p.take("-"); ok {
		return p.negative(p.signed())
	}
	base := p.operand()
	if _, ok := p.take("**"); ok {
		base = p.arithmetic("**", base, p.signed())
	}
	return base
}

// operand is a value with the attributes, calls and indices that follow it.
func (p *python) operand() any {
	v := p.atom()
	for {
		switch t, _ := p.take(".", "["); t {
		case ".":
			name := p.peek()
			p.at++
			if _, ok := p.take("("); ok {
				v = p.method(v, name, p.arguments())
			} else {
				v = p.attribute(v, name)
			}
		case "[":
			v = p.index(v, p.subscript())
		default:
			return v
		}
	}
}

func (p *python) atom() any {
	t := p.peek()
	p.at++
	switch {
	case t == "":
		p.unknown("text that ends too early")
	case t == "(":
		items, comma := p.items(")")
		if len(items) == 1 && !comma {
			return items[0]
		}
		return pyTuple(items)
	case t == "[":
		items, _ := p.items("]")
		return pyList(items)
	case t == "...":
		return pyEllipsis{}
	case t[0] == '\'' || t[0] == '"':
		return t[1 : len(t)-1]
	case t[0] >= '0' && t[0] <= '9' || t[0] == '.':
		if i, err := strconv.Atoi(t); err == nil {
			return i
		}
		f, err := strconv.ParseFloat(t, 64)
		if err != nil {
			p.unknown("number %s", t)
		}
		return f
	}
	if v, ok := p.names[t]; ok {
		return v
	}
	if _, ok := p.take("("); ok {
		return p.builtin(t, p.arguments())
	}
	p.unknown("name %s", t)
	return nil
}

// items are expressions between commas up to a closing token; comma tells whether there was one.
func (p *python) items(closing string) (items []any, comma bool) {
	for {
		if _, ok := p.take(closing); ok {
			return items, comma
		}
		items = append(items, p.expression())
		if _, ok := p.take(","); ok {
			comma = true
			continue
		}
		p.want(closing)
		return items, comma
	}
}

// arguments of a call, behind its opening parenthesis.
type arguments struct {
	list  []any
	named map[string]any
	order []string // of named
}

func (p *python) arguments() arguments {
	a := arguments{named: map[string]any{}}
	for {
		if _, ok := p.take(")"); ok {
			return a
		}
		if p.at+1 < len(p.tokens) && p.tokens[p.at+1] == "=" {
			name := p.peek()
			p.at += 2
			a.named[name], a.order = p.expression(), append(a.order, name)
		} else {
			a.list = append(a.list, p.expression())
		}
		if _, ok := p.take(","); !ok {
			p.want(")")
			return a
		}
	}
}

// subscript is an index, behind its opening bracket; several make a tuple.
func (p *python) subscript() any {
	var parts pyTuple
	for {
		parts = append(parts, p.part())
		if _, ok := p.take(","); ok {
			if _, ok := p.take("]"); ok {
				return parts
			}
			continue
		}
		p.want("]")
		if len(parts) == 1 {
			return parts[0]
		}
		return parts
	}
}

// part is an expression or a slice lo:hi:step.
func (p *python) part() any {
	var bounds [3]any
	colons := 0
	for {
		if t := p.peek(); t != ":" && t != "," && t != "]" {
			bounds[min(colons, 2)] = p.expression()
		}
		if _, ok := p.take(":"); !ok {
			break
		}
		colons++
	}
	if colons == 0 {
		return bounds[0]
	}
	return pySlice{bounds[0], bounds[1], bounds[2]}
}
