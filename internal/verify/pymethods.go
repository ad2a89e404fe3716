package verify

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	nd "github.com/gomx-org/gomx/ndarray"
)

// families are the parts of nd whose operators have a longer name in the registry.
var families = map[module]string{"nd": "", "nd.contrib": "_contrib_", "nd.linalg": "linalg_"}

func (p *python) attribute(v any, name string) any {
	if m, ok := v.(module); ok {
		switch {
		case m == "np" && p.names[name] != nil: // a type
			return name
		case m == "np":
			return p.builtin("float", arguments{list: []any{name}}) // nan, inf
		case m == "mx":
			return module(name)
		}
		return module(string(m) + "." + name)
	}
	a := p.array(v)
	switch name {
	case "T":
		return a.T()
	case "shape":
		return tupleOf(a.Shape())
	case "size":
		return a.Size()
	case "ndim":
		return a.NDim()
	case "dtype":
		return fmt.Sprintf("<class 'numpy.%v'>", a.DType())
	case "context", "ctx":
		return a.Context()
	case "stype":
		return "default" // arrays are dense here
	}
	p.unknown("attribute %s", name)
	return nil
}

func tupleOf(list []int) pyTuple {
	t := make(pyTuple, len(list))
	for i, v := range list {
		t[i] = v
	}
	return t
}

func (p *python) method(v any, name string, a arguments) any {
	if m, ok := v.(module); ok {
		if prefix, ok := families[m]; ok {
			return p.call(prefix+name, a)
		}
		if name == "array" {
			return p.fromList(a.get(0, "", nil), p.on, nd.Of(backend.Float64))
		}
		p.unknown("function %s.%s", m, name)
	}
	x := p.array(v)
	switch name {
	case "asscalar":
		return pyScalar{x.Scalar(), nd.Array([]float64{x.Scalar()}, nd.Shape{}, nd.Of(x.DType())).Text()}
	case "copy", "detach":
		return x.Copy()
	case "as_in_context", "wait_to_read":
		return x
	case "astype":
		t, err := backend.ParseDType(fmt.Sprint(a.get(0, "dtype", nil)))
		if err != nil {
			p.unknown("type %v", a.get(0, "dtype", nil))
		}
		return x.AsType(t)
	case "reshape":
		shape := p.dims(a, "shape")
		if a.get(1<<20, "reverse", false) == true {
			return x.ReshapeReverse(shape...)
		}
		return x.Reshape(shape...)
	case "broadcast_to":
		return x.BroadcastTo(p.dims(a, "shape")...)
	case "expand_dims":
		return x.ExpandDims(p.whole(a.get(0, "axis", nil)))
	}
	a.list = append([]any{x}, a.list...)
	return p.call(name, a)
}

// dims are the dimensions that a method takes one by one or as a tuple.
func (p *python) dims(a arguments, name string) []int {
	if _, ok := a.get(0, name, nil).(int); ok && a.named[name] == nil {
		return p.ints(pyTuple(a.list))
	}
	return p.ints(a.get(0, name, nil))
}
