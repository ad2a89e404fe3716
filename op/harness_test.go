package op_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/ref"
	"github.com/gomx-org/gomx/op"
)

// unit is one operator with its parameters, shapes and types, ready to run by itself on the reference backend.
type unit struct {
	def       *op.Def
	param     any
	args, aux []string
	in, state []op.Shape
	out       []op.Shape
	inT, auxT []op.DType
	outT      []op.DType
}

// newUnit infers everything from the shapes of the first inputs; all types are what follows from float64.
func newUnit(name, params string, shapes ...op.Shape) (*unit, error) {
	return newUnitOf(backend.Float64, name, params, shapes...)
}

// newUnitOf is newUnit with another type to begin from.
func newUnitOf(t op.DType, name, params string, shapes ...op.Shape) (*unit, error) {
	d, err := op.Lookup(name)
	if err != nil {
		return nil, err
	}
	numArgs := 0
	if d.Variadic {
		numArgs = len(shapes)
	}
	p, err := d.ParseParams(attrs(params), numArgs)
	if err != nil {
		return nil, err
	}
	u := &unit{def: d, param: p, args: d.Args(p), aux: d.Aux(p)}
	u.in = make([]op.Shape, len(u.args))
	copy(u.in, shapes)
	u.state, u.out = make([]op.Shape, len(u.aux)), make([]op.Shape, len(d.Outputs(p)))
	if err := u.inferShapes(); err != nil {
		return nil, err
	}
	return u, u.inferTypes(t)
}

// attrs reads "kernel=(3, 3); num_filter=4".
func attrs(params string) map[string]string {
	m := map[string]string{}
	for part := range strings.SplitSeq(params, ";") {
		if name, text, ok := strings.Cut(part, "="); ok {
			m[strings.TrimSpace(name)] = strings.TrimSpace(text)
		}
	}
	return m
}

// inferShapes runs the shape rule until nothing changes.
func (u *unit) inferShapes() error {
	for range 10 {
		s := op.NewShapes(u.args, u.aux, u.in, u.state, u.out)
		u.def.InferShape(u.param, s)
		if s.Err() != nil || !s.Changed() {
			return s.Err()
		}
	}
	return fmt.Errorf("%s: shape inference goes on for ever", u.def.Name)
}

// inferTypes takes what inference leaves open for f.
func (u *unit) inferTypes(f op.DType) error {
	in, aux, out := make([]*op.DType, len(u.in)), make([]*op.DType, len(u.state)), make([]*op.DType, len(u.out))
	types := op.NewTypes(u.args, in, aux, out)
	for i := 0; i <= len(in); i++ {
		u.def.InferType(u.param, types)
		if types.Err() != nil {
			return types.Err()
		}
		if i < len(in) && in[i] == nil {
			in[i] = &f
		}
	}
	known := func(list []*op.DType) []op.DType {
		var ts []op.DType
		for _, t := range list {
			ts = append(ts, *t)
		}
		return ts
	}
	u.inT, u.auxT, u.outT = known(in), known(aux), known(out)
	return nil
}

// result is what a run gives.
type result struct {
	out, grad, aux, argAfter [][]float64 // argAfter[i] is nil where the operator did not write input i
}

// program is a unit compiled for one way of running.
type program struct {
	u     *unit
	p     *backend.Program
	bound backend.Bound
	mem   [][]byte
	wrote []bool
}

// compile makes forward alone, or with grads forward and backward in one.
func (u *unit) compile(train, grads bool) (*program, error) {
	r, err := u.build(train, grads)
	if err != nil {
		return nil, err
	}
	return r, r.bind()
}

// build says the calls of compile and compiles nothing.
func (u *unit) build(train, grads bool) (*program, error) {
	r := &program{u: u, p: &backend.Program{}, wrote: make([]bool, len(u.in))}
	b := backend.NewBuilder(r.p)
	b.Node(u.def.Name)
	in := make([]op.Value, len(u.in))
	for i := range in {
		in[i] = b.Arg(fmt.Sprint("in:", i), backend.In, u.in[i], u.inT[i])
	}
	states := make([]op.Value, len(u.aux))
	for i := range states {
		states[i] = b.Arg(fmt.Sprint("aux:", i), backend.In, u.state[i], u.auxT[i])
	}
	type write struct {
		arg string
		v   op.Value
	}
	var writes []write
	c := op.NewCtx(b, u.def, u.param, train, 7, in, op.Hooks{
		Aux: func(i int) op.Value { return states[i] },
		SetAux: func(i int, v op.Value) {
			states[i] = v
			arg := fmt.Sprint("aux:", i)
			writes = append(slices.DeleteFunc(writes, func(w write) bool { return w.arg == arg }), write{arg, v})
		},
		SetIn: func(i int, v op.Value) {
			r.wrote[i] = true
			writes = append(writes, write{fmt.Sprint("in:", i), v})
		},
	})
	out := u.def.Forward(u.param, c, in)
	if err := b.Err(); err != nil {
		return nil, err
	}
	if len(out) != len(u.out) {
		return nil, fmt.Errorf("%s gives %d outputs, want %d", u.def.Name, len(out), len(u.out))
	}
	for i, v := range out {
		if !v.Shape().Equal(u.out[i]) || v.DType() != u.outT[i] {
			return nil, fmt.Errorf("%s: output %d is %v %v, inference found %v %v", u.def.Name, i, v.DType(), v.Shape(), u.outT[i], u.out[i])
		}
		b.Arg(fmt.Sprint("out:", i), backend.Out, u.out[i], u.outT[i])
	}
	c.SetOutputs(out)
	if grads {
		heads := make([]op.Value, len(out))
		for i := range heads {
			heads[i] = b.Arg(fmt.Sprint("head:", i), backend.In, u.out[i], u.outT[i])
		}
		for i, d := range u.def.Backward(u.param, c, heads) {
			b.Arg(fmt.Sprint("grad:", i), backend.Out, u.in[i], u.inT[i])
			if !d.Valid() {
				d = b.Full(u.inT[i], u.in[i], 0)
			}
			if !d.Shape().Equal(u.in[i]) || d.DType() != u.inT[i] {
				return nil, fmt.Errorf("%s: the gradient of %s is %v %v, want %v %v", u.def.Name, u.args[i], d.DType(), d.Shape(), u.inT[i], u.in[i])
			}
			b.Write(fmt.Sprint("grad:", i), d)
		}
	}
	for i, v := range out {
		b.Write(fmt.Sprint("out:", i), v)
	}
	for _, w := range writes {
		b.Write(w.arg, w.v)
	}
	return r, b.Finish(backend.Step)
}

func (r *program) bind() error {
	if err := r.p.Verify(); err != nil {
		return err
	}
	exe, err := ref.New(0).Compile(r.p, backend.Options{})
	if err != nil {
		return err
	}
	regions := make([]backend.Region, len(r.p.Args))
	r.mem = make([][]byte, len(r.p.Args))
	for i, a := range r.p.Args {
		r.mem[i] = make([]byte, max(8, a.Shape.Size()*a.DType.Size()))
		regions[i] = backend.HostRegion(r.mem[i][:a.Shape.Size()*a.DType.Size()])
	}
	r.bound, err = exe.Bind(backend.Step, regions)
	return err
}

// run computes; heads may be nil for forward alone.
func (r *program) run(in, aux, heads [][]float64) (*result, error) {
	for i, a := range r.p.Args {
		kind, k := argKind(a.Name)
		switch kind {
		case "in":
			encode(r.mem[i], a.DType, in[k])
		case "aux":
			encode(r.mem[i], a.DType, aux[k])
		case "head":
			encode(r.mem[i], a.DType, heads[k])
		case "rng":
			encode(r.mem[i], a.DType, []float64{11, 3, 0, 0})
		}
	}
	if err := r.bound.Run(); err != nil {
		return nil, err
	}
	u := r.u
	res := &result{make([][]float64, len(u.out)), make([][]float64, len(u.in)), make([][]float64, len(u.aux)), make([][]float64, len(u.in))}
	for i, a := range r.p.Args {
		kind, k := argKind(a.Name)
		v := decode(r.mem[i], a.DType, a.Shape.Size())
		switch kind {
		case "out":
			res.out[k] = v
		case "grad":
			res.grad[k] = v
		case "aux":
			res.aux[k] = v
		case "in":
			if r.wrote[k] {
				res.argAfter[k] = v
			}
		}
	}
	return res, nil
}

func argKind(name string) (kind string, i int) {
	kind, rest, _ := strings.Cut(name, ":")
	_, _ = fmt.Sscan(rest, &i)
	return kind, i
}

func encode(mem []byte, t op.DType, v []float64) {
	for i, x := range v {
		switch t {
		case backend.Float64:
			binary.NativeEndian.PutUint64(mem[8*i:], math.Float64bits(x))
		case backend.Float32:
			binary.NativeEndian.PutUint32(mem[4*i:], math.Float32bits(float32(x)))
		case backend.Int64:
			binary.NativeEndian.PutUint64(mem[8*i:], uint64(int64(x)))
		case backend.Int32:
			binary.NativeEndian.PutUint32(mem[4*i:], uint32(int32(x)))
		case backend.Uint8, backend.Int8:
			mem[i] = byte(int64(x))
		case backend.Float16:
			binary.NativeEndian.PutUint16(mem[2*i:], backend.Float32ToFloat16(float32(x)))
		default:
			panic("no encoding for " + t.String())
		}
	}
}

func decode(mem []byte, t op.DType, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		switch t {
		case backend.Float64:
			v[i] = math.Float64frombits(binary.NativeEndian.Uint64(mem[8*i:]))
		case backend.Float32:
			v[i] = float64(math.Float32frombits(binary.NativeEndian.Uint32(mem[4*i:])))
		case backend.Int64:
			v[i] = float64(int64(binary.NativeEndian.Uint64(mem[8*i:])))
		case backend.Int32:
			v[i] = float64(int32(binary.NativeEndian.Uint32(mem[4*i:])))
		case backend.Uint8:
			v[i] = float64(mem[i])
		case backend.Int8:
			v[i] = float64(int8(mem[i]))
		case backend.Float16:
			v[i] = float64(backend.Float16ToFloat32(binary.NativeEndian.Uint16(mem[2*i:])))
		default:
			panic("no decoding for " + t.String())
		}
	}
	return v
}

// draw fills arrays of the given shapes.
func draw(rng *rand.Rand, shapes []op.Shape, f func(*rand.Rand) float64) [][]float64 {
	out := make([][]float64, len(shapes))
	for i, s := range shapes {
		out[i] = make([]float64, s.Size())
		for k := range out[i] {
			out[i][k] = f(rng)
		}
	}
	return out
}

// largest is the largest difference over 1e-3 plus the largest wanted magnitude.
func largest(got, want []float64) float64 {
	scale, diff := 1e-3, 0.0
	for i := range want {
		scale = max(scale, math.Abs(want[i]))
		d := math.Abs(got[i] - want[i])
		if math.IsNaN(d) && math.IsNaN(got[i]) != math.IsNaN(want[i]) {
			return math.Inf(1)
		}
		if !math.IsNaN(d) {
			diff = max(diff, d)
		}
	}
	return diff / scale
}

// numericGrad differentiates Σ head·out by each element of input i, by central differences.
func numericGrad(p *program, in, aux, heads [][]float64, i int) ([]float64, error) {
	const h = 1e-5
	loss := func() (float64, error) {
		r, err := p.run(in, aux, nil)
		if err != nil {
			return 0, err
		}
		sum := 0.0
		for k, out := range r.out {
			for e, v := range out {
				sum += v * heads[k][e]
			}
		}
		return sum, nil
	}
	in[i] = slices.Clone(in[i])
	grad := make([]float64, len(in[i]))
	for e, x := range in[i] {
		in[i][e] = x + h
		up, err := loss()
		if err != nil {
			return nil, err
		}
		in[i][e] = x - h
		down, err := loss()
		if err != nil {
			return nil, err
		}
		in[i][e] = x
		grad[e] = (up - down) / (2 * h)
	}
	return grad, nil
}
