package ndarray

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/op"
	"github.com/gomx-org/gomx/with"
)

// invoke computes an operator at once; generated functions call it. Auxiliary states follow the inputs; inputs left out at
// the end are nil. It panics with *Error.
func invoke(opName string, inputs []*NDArray, s *with.Settings) []*NDArray {
	outs, err := Invoke(opName, inputs, s)
	if err != nil {
		panic(err)
	}
	return outs
}

// Invoke computes the operator called opName in MXNet, with parameters in the text form of symbol files: what programs
// use that find the operator at run time. Auxiliary states follow the inputs.
func Invoke(opName string, inputs []*NDArray, s *with.Settings) ([]*NDArray, error) {
	def, err := op.Lookup(opName)
	if err != nil {
		return nil, &Error{Op: opName, Err: err}
	}
	l := &opLowering{def: def, settings: s}
	inputs = trim(inputs)
	if len(s.Inputs) > 0 {
		if inputs, err = l.named(inputs); err != nil {
			return nil, wrap(def.Name, err)
		}
		inputs = trim(inputs)
	}
	if i := slices.Index(inputs, nil); i >= 0 {
		return nil, errorf(def.Name, "input %d is nil", i)
	}
	c := &call{op: def.Name, in: inputs}
	if c.home, err = homeFor(inputs); err != nil {
		return nil, wrap(def.Name, err)
	}
	if c.what, err = l.key(c); err != nil {
		return nil, wrap(def.Name, err)
	}
	return c.run(l)
}

// trim cuts off inputs left out at the end.
func trim(inputs []*NDArray) []*NDArray {
	for len(inputs) > 0 && inputs[len(inputs)-1] == nil {
		inputs = inputs[:len(inputs)-1]
	}
	return inputs
}

func homeFor(in []*NDArray) (*home, error) {
	if len(in) > 0 {
		return in[0].home, nil
	}
	return homeOf(options{}.ctx)
}

// opLowering is an operator with its parameters as the lowering of a call.
type opLowering struct {
	def      *op.Def
	settings *with.Settings
	inputs   int
	param    any // parsed when needed
}

// key names the operator and its structural parameters, and moves run-time numbers into c.
func (l *opLowering) key(c *call) (string, error) {
	l.inputs = len(c.in)
	for i := range l.def.Params.Fields {
		f := &l.def.Params.Fields[i]
		if _, given := l.settings.Params[f.Name]; f.Runtime && f.Required && !given {
			return "", fmt.Errorf("parameter %s is required", f.Name)
		}
	}
	if len(l.settings.Params) == 0 {
		return l.def.Name, nil
	}
	names := make([]string, 0, 8)
	for name, text := range l.settings.Params {
		f := l.def.Params.Field(name)
		if f == nil || !f.Runtime {
			names = append(names, name)
			continue
		}
		v, err := l.runtime(f, text)
		if err != nil {
			return "", err
		}
		if name == "scalar" {
			c.scalar = v
			continue
		}
		if c.numbers == nil {
			c.numbers = map[string]float64{}
		}
		c.numbers[name] = v
	}
	slices.Sort(names)
	key := append(make([]byte, 0, 64), l.def.Name...)
	for _, name := range names {
		key = append(append(append(append(key, 0), name...), '='), l.settings.Params[name]...)
	}
	return string(key), nil
}

// runtime reads a run-time number; bounds are checked here, since a plan knows none.
func (l *opLowering) runtime(f *op.Field, text string) (float64, error) {
	if v, err := strconv.ParseFloat(text, 64); err == nil && f.Min == nil && f.Max == nil {
		return v, nil
	}
	p := l.def.Params.New()
	if err := l.def.Params.Set(p, f.Name, text); err != nil {
		return 0, err
	}
	v, ok := l.def.Params.Get(p, f.Name).(float64)
	if !ok {
		return 0, fmt.Errorf("BUG: %s is marked runtime and is no float64", f.Name)
	}
	return v, nil
}

func (l *opLowering) parse() error {
	if l.param != nil {
		return nil
	}
	p, err := l.def.ParseParams(l.settings.Params, l.inputs)
	if err != nil {
		return err
	}
	l.param = p
	return l.def.Check(p)
}

// named puts inputs given by name into their places.
func (l *opLowering) named(inputs []*NDArray) ([]*NDArray, error) {
	l.inputs = len(inputs)
	if err := l.parse(); err != nil {
		return nil, err
	}
	names := append(slices.Clone(l.def.Args(l.param)), l.def.Aux(l.param)...)
	out := make([]*NDArray, len(names))
	if len(inputs) > len(names) {
		return nil, fmt.Errorf("has %d inputs, want %v", len(inputs), names)
	}
	copy(out, inputs)
	for _, in := range l.settings.Inputs {
		i := slices.Index(names, in.Name)
		a, ok := in.Value.(*NDArray)
		switch {
		case i < 0:
			return nil, fmt.Errorf("has no input %q; there are %v", in.Name, names)
		case !ok:
			return nil, fmt.Errorf("input %q is a %T, want *ndarray.NDArray", in.Name, in.Value)
		case out[i] != nil:
			return nil, fmt.Errorf("input %q is given twice", in.Name)
		}
		out[i] = a
	}
	return out, nil
}

func (l *opLowering) infer(in []*NDArray) ([]outInfo, error) {
	if err := l.parse(); err != nil {
		return nil, err
	}
	args, aux := l.def.Args(l.param), l.def.Aux(l.param)
	if len(in) != len(args)+len(aux) {
		return nil, fmt.Errorf("has %d inputs, want %d: %v", len(in), len(args)+len(aux), append(slices.Clone(args), aux...))
	}
	names := l.def.Outputs(l.param)
	shapes, err := l.inferShapes(in, args, aux, len(names))
	if err != nil {
		return nil, err
	}
	types, err := l.inferTypes(in, args, aux, len(names))
	if err != nil {
		return nil, err
	}
	outs := make([]outInfo, len(names))
	for i := range outs {
		if !shapes[i].Known() || types[i] == nil {
			return nil, fmt.Errorf("the shape of %s does not follow from the inputs", names[i])
		}
		outs[i] = outInfo{shapes[i], *types[i]}
	}
	return outs, nil
}

func (l *opLowering) inferShapes(in []*NDArray, args, aux []string, n int) ([]Shape, error) {
	given := make([]Shape, len(in))
	for i, a := range in {
		given[i] = a.shape.Clone()
	}
	out := make([]Shape, n)
	for {
		s := op.NewShapes(args, aux, given[:len(args)], given[len(args):], out)
		if l.def.InferShape(l.param, s); s.Err() != nil || !s.Changed() {
			return out, s.Err()
		}
	}
}

func (l *opLowering) inferTypes(in []*NDArray, args, aux []string, n int) ([]*DType, error) {
	given := make([]*DType, len(in))
	for i, a := range in {
		t := a.dtype
		given[i] = &t
	}
	out := make([]*DType, n)
	for {
		t := op.NewTypes(args, given[:len(args)], given[len(args):], out)
		if l.def.InferType(l.param, t); t.Err() != nil || !t.Changed() {
			return out, t.Err()
		}
	}
}

// eagerNode keeps the random numbers of eager calls apart from those of graphs, whose nodes count from 0.
const eagerNode = 1 << 31

func (l *opLowering) lower(c *calc, in []backend.Value) []backend.Value {
	args := len(l.def.Args(l.param))
	return l.def.Forward(l.param, op.NewCtx(c.Builder, l.def, l.param, false, eagerNode, in[:args], op.Hooks{
		Aux:    func(i int) backend.Value { return in[args+i] },
		SetAux: func(i int, v backend.Value) { c.Write(inName(args+i), v) },
		SetIn:  func(i int, v backend.Value) { c.Write(inName(i), v) },
		Scalar: func(name string, t DType, _ float64) backend.Value {
			def, _ := l.def.Params.Get(l.def.Params.New(), name).(float64)
			return c.number(name, t, def)
		},
	}), in[:args])
}

func mustOp(name string) *op.Def {
	d, err := op.Lookup(name)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return d
}

// InputOption gives an operator one of its inputs by name; it fits every operator. See Input.
type InputOption struct {
	with.Any
	name string
	a    *NDArray
}

// Apply does what the option says.
func (o InputOption) Apply(s *with.Settings) {
	s.Inputs = append(s.Inputs, with.NamedInput{Name: o.name, Value: o.a})
}

// Input gives an operator an input by name, one that its function has no place for:
//
//	ndarray.LeakyReLU(x, with.LeakyPrelu, ndarray.Input("gamma", slopes))
func Input(name string, a *NDArray) InputOption { return InputOption{name: name, a: a} }
