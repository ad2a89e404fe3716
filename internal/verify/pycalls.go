package verify

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/gomx-org/gomx/backend"
	nd "github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/op"
	"github.com/gomx-org/gomx/with"
)

// get is an argument by position or by name, def without one.
func (a *arguments) get(i int, name string, def any) any {
	if v, ok := a.named[name]; ok {
		return v
	}
	if i < len(a.list) {
		return a.list[i]
	}
	return def
}

func (p *python) builtin(name string, a arguments) any {
	v := a.get(0, "", nil)
	x, isArray := v.(*nd.NDArray)
	switch {
	case isArray && name == "abs":
		return nd.Abs(x)
	case isArray && name == "len":
		return x.Len()
	case isArray && name == "bool":
		return x.Size() > 0 && x.Scalar() != 0
	case isArray && (name == "float" || name == "int"):
		panic(&nd.Error{Op: name, Err: errors.New("MXNet's arrays do not convert; asscalar does")})
	case name == "float":
		if text, ok := v.(string); ok {
			f, err := strconv.ParseFloat(text, 64)
			if err != nil {
				p.unknown("number %q", text)
			}
			return f
		}
		return p.number(v)
	}
	if make, ok := creators[name]; ok { // programs leave nd out
		return make(p, a)
	}
	p.unknown("function %s", name)
	return nil
}

// creators are the functions of nd that are no operators in MXNet's registry, or are called in another way.
var creators = map[string]func(p *python, a arguments) any{
	"array": func(p *python, a arguments) any { return p.fromList(a.get(0, "source_array", nil), p.options(a, 2)...) },
	"zeros": func(p *python, a arguments) any { return p.filled(a, 0) },
	"ones":  func(p *python, a arguments) any { return p.filled(a, 1) },
	"full": func(p *python, a arguments) any {
		return nd.Full(p.ints(a.get(0, "shape", nil)), p.number(a.get(1, "val", nil)), p.options(a, 3)...)
	},
	"arange": func(p *python, a arguments) any {
		start, stop := a.get(0, "start", 0), a.get(1, "stop", nil)
		if stop == nil {
			start, stop = 0, start
		}
		return nd.ArangeRepeat(p.number(start), p.number(stop), p.number(a.get(2, "step", 1)), p.whole(a.get(3, "repeat", 1)), p.options(a, 5)...)
	},
	"linspace": func(p *python, a arguments) any {
		return nd.Linspace(p.number(a.get(0, "start", nil)), p.number(a.get(1, "stop", nil)), p.whole(a.get(2, "num", nil)), p.options(a, 9)...)
	},
	"concatenate": func(p *python, a arguments) any {
		list, _ := sequence(a.get(0, "arrays", nil))
		return nd.Concatenate(p.arrays(list), p.whole(a.get(1, "axis", 0)))
	},
	"onehot_encode": func(p *python, a arguments) any {
		return nd.OnehotEncode(p.array(a.list[0]), p.array(a.list[1]))
	},
	"choose_element_0index": func(p *python, a arguments) any {
		return nd.ChooseElement0Index(p.array(a.list[0]), p.array(a.list[1]))
	},
	"fill_element_0index": func(p *python, a arguments) any {
		return nd.FillElement0Index(p.array(a.list[0]), p.array(a.list[1]), p.array(a.list[2]))
	},
}

// options are where an array is made and its type, which is called dtype or stands at a position.
func (p *python) options(a arguments, at int) []nd.Option {
	options := []nd.Option{p.on}
	if name, ok := a.get(at, "dtype", nil).(string); ok {
		t, err := backend.ParseDType(name)
		if err != nil {
			p.unknown("type %s", name)
		}
		options = append(options, nd.Of(t))
	}
	return options
}

func (p *python) filled(a arguments, v float64) *nd.NDArray {
	return nd.Full(p.ints(a.get(0, "shape", nil)), v, p.options(a, 2)...)
}

// fromList makes an array of nested lists of numbers, or of another array.
func (p *python) fromList(v any, options ...nd.Option) *nd.NDArray {
	if a, ok := v.(*nd.NDArray); ok {
		return a.Copy()
	}
	numbers, shape := p.flat(v)
	return nd.Array(numbers, shape, options...)
}

// flat gives the numbers of nested lists and their shape.
func (p *python) flat(v any) (numbers []float64, shape nd.Shape) {
	items, ok := sequence(v)
	if !ok {
		return []float64{p.number(v)}, nd.Shape{}
	}
	shape = nd.Shape{len(items)}
	for i, item := range items {
		part, inner := p.flat(item)
		if i == 0 {
			shape = append(shape, inner...)
		} else if !slices.Equal(shape[1:], inner) {
			p.unknown("list of lists that differ in length")
		}
		numbers = append(numbers, part...)
	}
	return numbers, shape
}

func (p *python) arrays(list []any) []*nd.NDArray {
	out := make([]*nd.NDArray, len(list))
	for i, v := range list {
		out[i] = p.array(v)
	}
	return out
}

// call is a function of nd: a creator, an operator of Python's, or an operator of MXNet's by its name.
func (p *python) call(name string, a arguments) any {
	if make, ok := creators[name]; ok {
		return make(p, a)
	}
	if name == "eye" && len(a.list) == 1 && len(a.order) == 0 {
		return nd.Eye(p.whole(a.list[0]), p.on)
	}
	if name == "eye" {
		name = "_eye"
	}
	if sign, ok := pyFunctions[name]; ok && len(a.list) == 2 {
		return p.arithmetic(sign, a.list[0], a.list[1])
	}
	d, err := op.Lookup(name)
	if err != nil {
		panic(missing("operator " + name))
	}
	var inputs []*nd.NDArray
	s := &with.Settings{}
	var free []string // parameters that stand at a position
	for _, f := range d.Params.Fields {
		if _, named := a.named[f.Name]; !named {
			free = append(free, f.Name)
		}
	}
	for _, v := range a.list {
		if x, ok := v.(*nd.NDArray); ok {
			inputs = append(inputs, x)
			continue
		}
		if list, ok := sequence(v); ok && len(list) > 0 {
			if _, arrays := list[0].(*nd.NDArray); arrays {
				inputs = append(inputs, p.arrays(list)...)
				continue
			}
		}
		if len(free) == 0 {
			p.unknown("argument %s of %s", pyText(v), name)
		}
		s.Param(free[0], pyText(v))
		free = free[1:]
	}
	for _, key := range a.order {
		if x, ok := a.named[key].(*nd.NDArray); ok {
			inputs = append(inputs, x)
		} else {
			s.Param(key, pyText(a.named[key]))
		}
	}
	if d.Variadic {
		s.Param("num_args", fmt.Sprint(len(inputs)))
	}
	out, err := nd.Invoke(name, inputs, s)
	if err != nil {
		var e *nd.Error
		if errors.As(err, &e) {
			panic(e)
		}
		panic(&nd.Error{Op: name, Err: err})
	}
	if len(out) == 1 {
		return out[0]
	}
	list := make(pyList, len(out))
	for i, x := range out {
		list[i] = x
	}
	return list
}
