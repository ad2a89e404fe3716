package op_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/op"
)

// backendsFile lists what kernels each backend lacks for each operator.
const backendsFile = "testdata/backends.txt"

var update = flag.Bool("update", false, "write "+backendsFile+" instead of comparing with it")

func (r row) name() string { return fmt.Sprintf("%s %s %v", r.op, r.params, r.shapes) }

// TestEveryOperatorHasARow walks the registry.
func TestEveryOperatorHasARow(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rows() {
		seen[r.op] = true
	}
	for _, d := range op.All() {
		assert.True(t, seen[d.Name], "operator %s has no row in the table of cases_test.go", d.Name)
		assert.NotEmpty(t, d.Doc, "operator %s does not say what it computes", d.Name)
	}
}

// TestGradients holds every operator's gradient to differences of its forward, in float64 on the reference backend. The
// parts of an operator are checked on the way: shapes and types inferred are those computed.
func TestGradients(t *testing.T) {
	for _, r := range rows() {
		t.Run(r.name(), func(t *testing.T) {
			u, err := newUnit(r.op, r.params, r.shapes...)
			require.NoError(t, err)
			f := r.draw
			if f == nil {
				f = uniform(-1, 1)
			}
			rng := rand.New(rand.NewPCG(1, 2))
			in, aux, heads := draw(rng, u.in, f), draw(rng, u.state, uniform(0.5, 2)), draw(rng, u.out, uniform(-1, 1))
			forward, err := u.compile(true, false)
			require.NoError(t, err)
			infer, err := u.compile(false, false)
			require.NoError(t, err)
			_, err = infer.run(in, aux, nil)
			require.NoError(t, err)
			if !u.def.HasGrad {
				t.Logf("%s: no gradient flows through it", r.op)
				checkFlat(t, r, forward, in, aux, heads)
				return
			}
			both, err := u.compile(true, true)
			require.NoError(t, err)
			got, err := both.run(in, aux, heads)
			require.NoError(t, err)
			if r.exempt != "" {
				t.Logf("%s: no numeric gradient: %s", r.name(), r.exempt)
				return
			}
			assert.False(t, u.def.IsLoss(u.param), "a loss must say why it has no numeric gradient")
			tol := r.tol
			if tol == 0 {
				tol = 1e-7
			}
			for i, name := range u.args {
				if slices.Contains(u.def.NoGrad, name) {
					continue
				}
				want, err := numericGrad(forward, slices.Clone(in), aux, heads, i)
				require.NoError(t, err)
				if fixed := got.argAfter[i] != nil; fixed {
					assert.Equal(t, make([]float64, len(want)), got.grad[i], "%s is fixed, its gradient is 0", name)
					continue
				}
				assert.True(t, slices.ContainsFunc(want, func(d float64) bool { return math.Abs(d) > 0.01 }),
					"the gradient by %s is 0 here, so the row does not test it", name)
				assert.Less(t, largest(got.grad[i], want), tol, "gradient by %s\n got %v\nwant %v", name, got.grad[i], want)
			}
		})
	}
}

// checkFlat makes sure that an operator without a gradient is flat where it was drawn, unless its row says otherwise.
func checkFlat(t *testing.T, r row, forward *program, in, aux, heads [][]float64) {
	if r.exempt != "" {
		t.Logf("%s: not flat: %s", r.name(), r.exempt)
		return
	}
	for i := range in {
		if slices.Contains(forward.u.def.NoGrad, forward.u.args[i]) {
			continue
		}
		if name := r.op; name == "logical_not" || len(name) > 8 && (name[:9] == "_logical_" || name[:9] == "broadcast") {
			continue // drawn from 0 and 1, where they jump
		}
		d, err := numericGrad(forward, slices.Clone(in), aux, heads, i)
		require.NoError(t, err)
		assert.Equal(t, make([]float64, len(d)), d, "it is not flat: it should have a gradient")
	}
}

// TestShapesFromLess infers shapes with unknown dimensions: nothing may contradict what is found with all of them known.
func TestShapesFromLess(t *testing.T) {
	for _, r := range rows() {
		if r.loose {
			continue
		}
		u, err := newUnit(r.op, r.params, r.shapes...)
		require.NoError(t, err, r.name())
		for i := range r.shapes {
			for axis := -1; axis < len(r.shapes[i]); axis++ {
				less := &unit{def: u.def, param: u.param, args: u.args, aux: u.aux}
				less.in = make([]op.Shape, len(u.in))
				for k := range r.shapes {
					less.in[k] = r.shapes[k].Clone()
				}
				less.state, less.out = make([]op.Shape, len(u.state)), make([]op.Shape, len(u.out))
				if axis < 0 {
					less.in[i] = nil
				} else {
					less.in[i][axis] = 0
				}
				what := fmt.Sprintf("%s: input %d axis %d unknown", r.name(), i, axis)
				if assert.NoError(t, less.inferShapes(), what) {
					agree(t, what, u.in, less.in)
					agree(t, what, u.out, less.out)
					agree(t, what, u.state, less.state)
				}
			}
		}
	}
}

func agree(t *testing.T, what string, all, some []op.Shape) {
	for i, got := range some {
		if got == nil {
			continue
		}
		want := all[i]
		ok := len(got) == len(want)
		for k := 0; ok && k < len(got); k++ {
			ok = got[k] == 0 || got[k] == want[k]
		}
		assert.True(t, ok, "%s: found %v, want %v", what, got, want)
	}
}

// TestForeignShapes gives every operator shapes it was not made for: an error or a shape, and what has a shape can be said
// in kernel calls.
func TestForeignShapes(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, r := range rows() {
		for range 40 {
			odd := make([]op.Shape, len(r.shapes))
			for i := range odd {
				odd[i] = oddShape(rng, 1)
				if rng.IntN(3) == 0 {
					odd[i] = r.shapes[i]
				}
			}
			what := fmt.Sprintf("%s with %v", r.name(), odd)
			assert.NotPanics(t, func() {
				u, err := newUnit(r.op, r.params, odd...)
				if err != nil || slices.ContainsFunc(append(slices.Clone(u.in), u.out...), func(s op.Shape) bool { return !s.Known() }) {
					return
				}
				_, err = u.compile(true, u.def.HasGrad)
				if err != nil && !strings.Contains(err.Error(), "use preserve_shape or multi_output") { // prediction may
					t.Errorf("%s: accepted, then: %v", what, err)
				}
			}, what)
		}
	}
}

func oddShape(rng *rand.Rand, least int) op.Shape {
	s := make(op.Shape, rng.IntN(6))
	for k := range s {
		s[k] = least + rng.IntN(4)
	}
	return s
}

// TestForeignOutputs lets the users of a node want shapes that its operator never gives.
func TestForeignOutputs(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for _, r := range rows() {
		u, err := newUnit(r.op, r.params, r.shapes...)
		require.NoError(t, err)
		for range 20 {
			odd := &unit{def: u.def, param: u.param, args: u.args, aux: u.aux}
			for range u.in {
				odd.in = append(odd.in, [...]op.Shape{nil, oddShape(rng, 0)}[rng.IntN(2)])
			}
			odd.state = make([]op.Shape, len(u.state))
			for range u.out {
				odd.out = append(odd.out, oddShape(rng, 0))
			}
			what := fmt.Sprintf("%s with %v to %v", r.name(), odd.in, odd.out)
			assert.NotPanics(t, func() { _ = odd.inferShapes() }, what)
		}
	}
}

// TestInferenceSettles: two runs of inference find the same, and the second changes nothing.
func TestInferenceSettles(t *testing.T) {
	for _, r := range rows() {
		u, err := newUnit(r.op, r.params, r.shapes...)
		require.NoError(t, err, r.name())
		s := op.NewShapes(u.args, u.aux, u.in, u.state, u.out)
		u.def.InferShape(u.param, s)
		assert.NoError(t, s.Err(), r.name())
		assert.False(t, s.Changed(), r.name())
		for _, list := range [][]op.Shape{u.in, u.state, u.out} {
			for _, shape := range list {
				assert.True(t, shape.Known(), "%s: %v", r.name(), shape)
			}
		}
	}
}
