// Package graphs draws random networks: operators of all kinds with odd parameters and shapes, one behind the other, and
// numbers for their inputs. Another library runs the same networks, and whatever differs is a mistake of one of the two.
package graphs

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

// Graph is a random network with its inputs.
type Graph struct {
	Symbol *symbol.Symbol
	Args   map[string]*ndarray.NDArray
	Aux    map[string]*ndarray.NDArray
	Heads  []*ndarray.NDArray // gradients of the outputs
	NoGrad []string           // arguments without a gradient: labels and indices
	Ops    []string           // what it is made of, with parameters
}

// value is an output of a node.
type value struct {
	sym   *symbol.Symbol
	shape backend.Shape
	// largest is about how large its numbers are. Functions that magnify rounding errors take small ones only.
	largest float64
}

// source draws the numbers of an argument.
type source struct {
	next   func() float64
	noGrad bool
}

// drawing is a graph while it is made.
type drawing struct {
	*rand.Rand
	values  []value
	used    map[int]bool // values that are inputs of others
	shapes  map[string]backend.Shape
	sources map[string]source
	named   int
	ops     []string
	whole   bool // nothing may be added
	err     error
}

// Most elements that a value may have, and operators that a graph may have.
const (
	mostElements  = 3000
	mostOperators = 10
)

// Draw makes a network. An error is one of this library's: it refuses what the operators' documentation allows.
func Draw(r *rand.Rand) (*Graph, error) {
	d := &drawing{Rand: r, used: map[int]bool{}, shapes: map[string]backend.Shape{}, sources: map[string]source{}}
	for n := 1 + r.IntN(mostOperators); len(d.values) == 0 || n > 0 && !d.whole; n-- {
		makers[r.IntN(len(makers))](d)
		if d.err != nil {
			return nil, fmt.Errorf("after %s: %w", strings.Join(d.ops, ", "), d.err)
		}
	}
	return d.finish()
}

// finish makes what nothing else uses the outputs, through a loss now and then, and draws all numbers.
func (d *drawing) finish() (*Graph, error) {
	var outs []*symbol.Symbol
	for i, v := range d.values {
		if !d.used[i] || i == len(d.values)-1 { // the last may have been taken by an operator that then took another
			outs = append(outs, v.sym)
		}
	}
	g := &Graph{Symbol: symbol.Group(outs...), Args: map[string]*ndarray.NDArray{}, Aux: map[string]*ndarray.NDArray{}, Ops: d.ops}
	shapes, err := g.Symbol.InferShape(d.known(g.Symbol))
	if err != nil {
		return nil, err
	}
	for i, name := range g.Symbol.ListArguments() {
		s := d.source(name, shapes.Args[i])
		g.Args[name] = fill(shapes.Args[i], s.next)
		if s.noGrad {
			g.NoGrad = append(g.NoGrad, name)
		}
	}
	for i, name := range g.Symbol.ListAuxiliaryStates() {
		g.Aux[name] = fill(shapes.Aux[i], d.source(name, shapes.Aux[i]).next)
	}
	for _, s := range shapes.Outs {
		g.Heads = append(g.Heads, fill(s, d.between(-1, 1)))
	}
	return g, nil
}

// source is how the numbers of an argument are drawn: as its maker said, or by what its name ends in.
func (d *drawing) source(name string, shape backend.Shape) source {
	if s, ok := d.sources[name]; ok {
		return s
	}
	switch {
	case strings.HasSuffix(name, "_gamma"), strings.HasSuffix(name, "_moving_var"):
		return source{next: d.between(0.5, 1.5)}
	case strings.HasSuffix(name, "_weight"):
		width := math.Sqrt(3 / float64(max(1, shape[1:].Size())))
		return source{next: d.between(-width, width)}
	}
	return source{next: d.between(-1, 1)}
}

func (d *drawing) between(lo, hi float64) func() float64 {
	return func() float64 { return lo + (hi-lo)*d.Float64() }
}

// wholes draws whole numbers from lo to hi-1.
func (d *drawing) wholes(lo, hi int) func() float64 {
	return func() float64 { return float64(lo + d.IntN(hi-lo)) }
}

func fill(shape backend.Shape, next func() float64) *ndarray.NDArray {
	a := ndarray.Zeros(shape)
	for i, data := 0, a.Data32(); i < len(data); i++ {
		data[i] = float32(next())
	}
	return a
}

// known are the shapes of the variables that a network has.
func (d *drawing) known(s *symbol.Symbol) map[string]backend.Shape {
	known := map[string]backend.Shape{}
	for _, name := range s.ListArguments() {
		if shape, ok := d.shapes[name]; ok {
			known[name] = shape
		}
	}
	return known
}

// variable is a new input.
func (d *drawing) variable(shape ...int) value {
	name := d.name("v")
	d.shapes[name] = slices.Clone(shape)
	return value{symbol.Variable(name), slices.Clone(shape), 1}
}

// indices is a new input that gets no gradient.
func (d *drawing) indices(next func() float64, shape ...int) value {
	v := d.variable(shape...)
	d.sources[v.sym.Name()] = source{next, true}
	return v
}

func (d *drawing) name(hint string) string {
	d.named++
	return fmt.Sprintf("%s%d", strings.ToLower(strings.Trim(hint, "_")), d.named)
}

// take is a value that will be an input: one that is there and fits, more often one that nothing uses yet, or a new
// variable of the given shape.
func (d *drawing) take(fits func(backend.Shape) bool, shape ...int) value {
	for range 4 {
		if len(d.values) == 0 {
			break
		}
		i := len(d.values) - 1 - min(d.IntN(len(d.values)), d.IntN(len(d.values)))
		if fits(d.values[i].shape) && (!d.used[i] || d.IntN(4) == 0) {
			d.used[i] = true
			return d.values[i]
		}
	}
	return d.variable(shape...)
}

// apply uses an operator with parameters such as "kernel=(3, 3); num_filter=4" and gives its first output, whose numbers
// are about as large as the largest input's.
func (d *drawing) apply(op, params string, inputs ...value) value {
	return d.applyAll(op, params, inputs...)[0]
}

// applyAll gives all outputs.
func (d *drawing) applyAll(op, params string, inputs ...value) []value {
	options := []with.Option{with.Name(d.name(op))}
	for _, p := range strings.Split(params, ";") {
		if key, text, ok := strings.Cut(strings.TrimSpace(p), "="); ok {
			options = append(options, with.Attr(key, text))
		}
	}
	largest := 0.0
	var in []*symbol.Symbol
	var text []string
	for _, v := range inputs {
		in = append(in, v.sym)
		largest = max(largest, v.largest)
		text = append(text, v.shape.String())
	}
	d.ops = append(d.ops, fmt.Sprintf("%s%s{%s}", op, strings.Join(text, " "), params))
	s := symbol.Apply(op, nil, in, options...)
	if d.err != nil {
		return []value{inputs[0]}
	}
	if d.err = s.Err(); d.err != nil {
		return []value{inputs[0]}
	}
	shapes, err := s.InferShape(d.known(s))
	if err != nil {
		d.err = err
		return []value{inputs[0]}
	}
	var outs []value
	for i, shape := range shapes.Outs {
		outs = append(outs, value{s.Output(i), shape, largest})
	}
	return outs
}

// keep adds values to those that others may use.
func (d *drawing) keep(values ...value) { d.values = append(d.values, values...) }

// alone makes what follows a graph of its own, if nothing is there yet.
func (d *drawing) alone() bool {
	d.whole = d.whole || len(d.ops) == 0
	return d.whole
}

// tame is v itself, or tanh of it when its numbers may be larger than most.
func (d *drawing) tame(v value, most float64) value {
	if v.largest <= most {
		return v
	}
	v = d.apply("tanh", "", v)
	v.largest = 1
	return v
}
