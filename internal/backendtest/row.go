package backendtest

import (
	"math/rand/v2"

	"github.com/gomx-org/gomx/backend"
)

// Row is one case: Build says a small Program for elements of type T.
type Row struct {
	Name string
	// Types are those that Build is tried with; none means float32 and float64.
	Types []backend.DType
	// Length is how many products or terms one result adds up; 0 for elementwise work.
	Length int
	// Slack multiplies the tolerance where an algorithm loses more than its last bits. 0 means 1.
	Slack float64
	// Exact rows must agree bit for bit with the judge rounded to T.
	Exact bool
	Build func(c *Case)
}

// DTypes are the types that the row is tried with.
func (r Row) DTypes() []backend.DType {
	if r.Types == nil {
		return []backend.DType{backend.Float32, backend.Float64}
	}
	return r.Types
}

// allTypes are the element types, for rows that only move elements.
var allTypes = []backend.DType{backend.Float32, backend.Float64, backend.Float16, backend.BFloat16, backend.Uint8, backend.Int8,
	backend.Int32, backend.Int64, backend.Bool}

// floatTypes are the floating-point types.
var floatTypes = []backend.DType{backend.Float32, backend.Float64, backend.Float16, backend.BFloat16}

// Case is a Program in the making together with what its arguments hold.
type Case struct {
	*backend.Builder
	T    backend.DType
	args []argument
	// edit, if set, changes the Program after it is built: calls that the Builder does not make.
	edit func(p *backend.Program)
}

// argument is an argument of the Program under test.
type argument struct {
	fill  Fill // nil for pure outputs
	out   bool
	index int
}

// Fill gives n numbers for an input. They are rounded to the input's type before either side sees them.
type Fill func(r *rand.Rand, n int) []float64

// In is an input of type T.
func (c *Case) In(name string, s backend.Shape, f Fill) backend.Value { return c.InOf(name, s, c.T, f) }

// InOf is an input of a type of its own.
func (c *Case) InOf(name string, s backend.Shape, t backend.DType, f Fill) backend.Value {
	v := c.Arg(name, backend.In, s, t)
	c.args = append(c.args, argument{fill: f, index: c.P.ArgIndex(name)})
	return v
}

// InOut is an argument that is read and written by Out of the same name.
func (c *Case) InOut(name string, s backend.Shape, f Fill) backend.Value {
	v := c.Arg(name, backend.InOut, s, c.T)
	c.args = append(c.args, argument{fill: f, out: true, index: c.P.ArgIndex(name)})
	return v
}

// Out writes v to the argument of that name, which is made here unless InOut did.
func (c *Case) Out(name string, v backend.Value) {
	if c.P.ArgIndex(name) < 0 {
		if !v.Valid() {
			c.Failf("output %q is not a value", name)
			return
		}
		c.Arg(name, backend.Out, v.Shape(), v.DType())
		c.args = append(c.args, argument{out: true, index: c.P.ArgIndex(name)})
	}
	c.Write(name, v)
}

// build makes the row's Program for type t.
func (r Row) build(t backend.DType) (*Case, error) {
	c := &Case{Builder: backend.NewBuilder(&backend.Program{}), T: t}
	c.Node("row " + r.Name)
	r.Build(c)
	if err := c.Finish(backend.Infer); err != nil {
		return nil, err
	}
	if c.edit != nil {
		c.edit(c.P)
	}
	return c, c.P.Verify()
}

// Program is the row's Program for elements of type t, with the one entry Infer.
func (r Row) Program(t backend.DType) (*backend.Program, error) {
	c, err := r.build(t)
	if err != nil {
		return nil, err
	}
	return c.P, nil
}

// Normal fills with standard normal numbers.
func Normal(r *rand.Rand, n int) []float64 {
	return each(n, func(int) float64 { return r.NormFloat64() })
}

// Small fills with whole numbers from −3 to 3, so that many are equal.
func Small(r *rand.Rand, n int) []float64 {
	return each(n, func(int) float64 { return float64(r.IntN(7) - 3) })
}

// Count fills with whole numbers that wrap around in small integer types.
func Count(r *rand.Rand, n int) []float64 {
	return each(n, func(i int) float64 { return float64(i%251 - 100) })
}

// Between fills with numbers spread evenly over [lo, hi).
func Between(lo, hi float64) Fill {
	return func(r *rand.Rand, n int) []float64 {
		return each(n, func(int) float64 { return lo + (hi-lo)*r.Float64() })
	}
}

// Values fills with the given numbers, over and over.
func Values(v ...float64) Fill {
	return func(r *rand.Rand, n int) []float64 {
		return each(n, func(i int) float64 { return v[i%len(v)] })
	}
}

func each(n int, f func(i int) float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = f(i)
	}
	return v
}
