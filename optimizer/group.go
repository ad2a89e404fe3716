package optimizer

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
)

// Group is the update of all parameters of a network on one device, as part of one Program:
//
//	g, err := optimizer.NewGroup(o, params)
//	w2 := g.Update(b, i, w, grad) // while the step is lowered, for each parameter; then b.Write(weight's argument, w2)
//	err = g.Alloc(ctx, weights)   // states and numbers; g.Region gives them to Bind
//	err = g.Next()                // before each run of the step
type Group struct {
	// Rates counts the updates; checkpoints keep its counters.
	Rates *Rates

	opt     Optimizer
	params  []Param
	scalars [][]int // where in numbers the value of each Hyper of a parameter goes
	twins   []int   // the first parameter with the same factors: its numbers are the same, if its Rate is
	latest  []Rate
	args    map[string]int
	values  []float32 // all numbers of one step
	scratch []float32 // those of one parameter

	numbers *ndarray.NDArray
	states  [][]*ndarray.NDArray
	regions map[string]backend.Region
}

// NewGroup prepares the update of params, whose names must differ.
func NewGroup(o Optimizer, params []Param) (*Group, error) {
	r, err := NewRates(o, params)
	if err != nil {
		return nil, err
	}
	hyper := o.Hyper()
	g := &Group{Rates: r, opt: o, params: params, args: map[string]int{}, scratch: make([]float32, len(hyper))}
	seen := map[string]bool{}
	for i, p := range params {
		if p.Name == "" || seen[p.Name] {
			return nil, fmt.Errorf("optimizer: %s: two parameters are called %q, or one has no name", o.Name(), p.Name)
		}
		seen[p.Name] = true
		at := make([]int, len(hyper))
		for k, h := range hyper {
			name := hyperArg(h, p.Name)
			if _, ok := g.args[name]; !ok {
				g.args[name] = len(g.args)
			}
			at[k] = g.args[name]
		}
		g.scalars = append(g.scalars, at)
		g.twins = append(g.twins, r.twin(i))
	}
	g.values, g.latest = make([]float32, len(g.args)), make([]Rate, len(params))
	return g, nil
}

// Update says the update of parameter i, with weight w and gradient grad, and gives the new weight, which the caller
// writes. It adds the arguments that Region knows.
func (g *Group) Update(b *backend.Builder, i int, w, grad backend.Value) backend.Value {
	return say(b, g.opt, g.params[i].Name, w, grad)
}

// Alloc makes the states on a device, at their initial values, and the memory for the numbers. weights are in the order of
// the parameters.
func (g *Group) Alloc(ctx device.Context, weights []*ndarray.NDArray) error {
	if len(weights) != len(g.params) {
		return fmt.Errorf("optimizer: %s: %d weights for %d parameters", g.opt.Name(), len(weights), len(g.params))
	}
	g.Close()
	numbers, err := ndarray.New(backend.Shape{max(len(g.values), 1)}, ndarray.On(ctx))
	if err != nil {
		return fmt.Errorf("optimizer: %s: %w", g.opt.Name(), err)
	}
	g.numbers, g.regions = numbers, map[string]backend.Region{}
	for name, at := range g.args {
		r := numbers.Region()
		g.regions[name] = backend.Region{Buffer: r.Buffer, Offset: r.Offset + 4*at, Length: 4}
	}
	for i, w := range weights {
		p := &g.params[i]
		if !w.Shape().Equal(p.Shape) || w.DType() != p.DType {
			return fmt.Errorf("optimizer: %s: weight %q is %v %v, want %v %v", g.opt.Name(), p.Name, w.DType(), w.Shape(), p.DType, p.Shape)
		}
		states, err := newStates(g.opt, w, ctx)
		if err != nil {
			return fmt.Errorf("optimizer: %s: states of %q: %w", g.opt.Name(), p.Name, err)
		}
		g.states = append(g.states, states)
		for k, s := range g.opt.States(p.Shape, p.DType) {
			g.regions[stateArg(s, p.Name)] = states[k].Region()
		}
	}
	return nil
}

// Region is the memory of an argument that Update added; ok is false for all others.
func (g *Group) Region(arg string) (r backend.Region, ok bool) {
	r, ok = g.regions[arg]
	return r, ok
}

// Next counts an update of every parameter and sets the numbers of the step that runs next. It allocates nothing.
func (g *Group) Next() error {
	for i, at := range g.scalars {
		r := g.Rates.Next(i)
		g.latest[i] = r
		if j := g.twins[i]; j < i && g.latest[j] == r {
			for k, from := range g.scalars[j] {
				g.values[at[k]] = g.values[from]
			}
			continue
		}
		g.opt.HyperValues(r, g.scratch)
		for k, v := range g.scratch {
			g.values[at[k]] = v
		}
	}
	if len(g.values) == 0 {
		return nil
	}
	return g.numbers.SetFloat32(g.values)
}

// Optimizer is what the group updates with.
func (g *Group) Optimizer() Optimizer { return g.opt }

// Params are the parameters in order.
func (g *Group) Params() []Param { return g.params }

// States are the states of parameter i, in the order of the optimizer's States. They are the group's own memory: what is
// written into them is what the next step reads.
func (g *Group) States(i int) []*ndarray.NDArray { return g.states[i] }

// Close gives the memory back.
func (g *Group) Close() {
	if g.numbers != nil {
		g.numbers.Close()
	}
	for _, s := range g.states {
		closeAll(s)
	}
	g.numbers, g.states, g.regions = nil, nil, nil
}
