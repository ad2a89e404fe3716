package op

import (
	"fmt"
	"slices"
)

// Shapes is what shape inference knows at one node. Rules read what is known and say what follows; a dimension not yet
// known is 0, a shape not yet known nil. A contradiction is kept as an error that names the input.
type Shapes struct {
	args, aux     []string
	in, out, auxS []Shape
	err           error
	changed       bool
}

// NewShapes starts from the shapes at a node; the slices are changed in place.
func NewShapes(args, aux []string, in, auxShapes, out []Shape) *Shapes {
	return &Shapes{args: args, aux: aux, in: in, auxS: auxShapes, out: out}
}

// Err is the first contradiction: "weight is (128,700), want (128,784): data is (64,1,28,28)".
func (s *Shapes) Err() error { return s.err }

// Changed reports whether anything became known.
func (s *Shapes) Changed() bool { return s.changed }

// Len is the number of inputs.
func (s *Shapes) Len() int { return len(s.in) }

// In is the shape of the input called name, nil while unknown or absent.
func (s *Shapes) In(name string) Shape {
	if i := slices.Index(s.args, name); i >= 0 {
		return s.in[i]
	}
	return nil
}

// At is the shape of input i.
func (s *Shapes) At(i int) Shape { return s.in[i] }

// OutAt is what is known of output i, from the nodes that use it.
func (s *Shapes) OutAt(i int) Shape { return s.out[i] }

// Failf records a contradiction.
func (s *Shapes) Failf(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
	}
}

// Want says what the input called name must be; the reason ends the error when it is not.
func (s *Shapes) Want(name string, want Shape, reason string, args ...any) {
	i := slices.Index(s.args, name)
	if i < 0 {
		s.Failf("BUG: no input %q", name)
		return
	}
	s.unify(&s.in[i], want, name, reason, args)
}

// WantAt is Want for input i.
func (s *Shapes) WantAt(i int, want Shape, reason string, args ...any) {
	s.unify(&s.in[i], want, s.args[i], reason, args)
}

// WantAux is Want for an auxiliary state.
func (s *Shapes) WantAux(name string, want Shape, reason string, args ...any) {
	if i := slices.Index(s.aux, name); i >= 0 {
		s.unify(&s.auxS[i], want, name, reason, args)
	}
}

// Out says the shape of the first output.
func (s *Shapes) Out(want Shape) { s.SetOut(0, want) }

// SetOut says the shape of output i.
func (s *Shapes) SetOut(i int, want Shape) { s.unify(&s.out[i], want, "output", "", nil) }

// Elementwise makes all inputs and outputs one shape, whichever of them is known.
func (s *Shapes) Elementwise() {
	for _, list := range [][]Shape{s.in, s.out} {
		for _, known := range list {
			if known == nil {
				continue
			}
			for i := range s.in {
				s.unify(&s.in[i], known, s.args[i], "all inputs have one shape", nil)
			}
			for i := range s.out {
				s.unify(&s.out[i], known, "output", "output and inputs have one shape", nil)
			}
		}
	}
}

// maxDims bounds the dimensions of arrays, as files of arrays do.
const maxDims = 32

// maxElements bounds arrays: no memory holds more, and products of dimensions stay far from overflow.
const maxElements = 1 << 40

// tooLarge reports whether a shape has more elements than memory can hold, or dimensions from an overflow.
func tooLarge(s Shape) bool {
	n := 1
	for _, d := range s {
		if d < 0 || d > maxElements || n > maxElements/max(d, 1) {
			return true
		}
		n *= max(d, 1)
	}
	return false
}

func (s *Shapes) unify(have *Shape, want Shape, what, reason string, args []any) {
	if want == nil || s.err != nil {
		return
	}
	if len(want) > maxDims {
		s.err = fmt.Errorf("%s would have %d dimensions, want at most %d", what, len(want), maxDims)
		return
	}
	if tooLarge(want) {
		s.err = fmt.Errorf("%s would be %v: that is more than %d elements", what, want, int64(maxElements))
		return
	}
	if *have == nil {
		*have = want.Clone()
		s.changed = true
		return
	}
	merged := have.Clone()
	ok := len(merged) == len(want)
	for i := 0; ok && i < len(want); i++ {
		switch {
		case want[i] == 0 || want[i] == merged[i]:
		case merged[i] == 0:
			merged[i] = want[i]
			s.changed = true
		default:
			ok = false
		}
	}
	if !ok {
		msg := fmt.Sprintf("%s is %v, want %v", what, *have, want)
		if reason != "" {
			msg += ": " + fmt.Sprintf(reason, args...)
		}
		s.err = fmt.Errorf("%s", msg)
		return
	}
	*have = merged
}

// Types is what type inference knows at one node.
type Types struct {
	In, Out, Aux []*DType // nil while unknown
	args         []string
	err          error
	changed      bool
}

// NewTypes starts from the types at a node; the slices are changed in place.
func NewTypes(args []string, in, aux, out []*DType) *Types {
	return &Types{In: in, Aux: aux, Out: out, args: args}
}

// Err is the first contradiction.
func (t *Types) Err() error { return t.err }

// Failf records a contradiction.
func (t *Types) Failf(format string, args ...any) {
	if t.err == nil {
		t.err = fmt.Errorf(format, args...)
	}
}

// Changed reports whether anything became known.
func (t *Types) Changed() bool { return t.changed }

// Same makes all inputs, states and outputs one type, whichever of them is known first.
func (t *Types) Same() {
	var known *DType
	for _, list := range [][]*DType{t.In, t.Out, t.Aux} {
		for _, k := range list {
			if known == nil {
				known = k
			}
		}
	}
	if known == nil {
		return
	}
	for i := range t.In {
		t.WantIn(i, *known)
	}
	for i := range t.Out {
		t.WantOut(i, *known)
	}
	for i := range t.Aux {
		t.WantAux(i, *known)
	}
}

// WantIn says the type of input i.
func (t *Types) WantIn(i int, d DType) {
	name := fmt.Sprintf("input %d", i)
	if i < len(t.args) {
		name = t.args[i]
	}
	t.unify(&t.In[i], d, name)
}

// WantOut says the type of output i.
func (t *Types) WantOut(i int, d DType) { t.unify(&t.Out[i], d, "output") }

// WantAux says the type of auxiliary state i.
func (t *Types) WantAux(i int, d DType) { t.unify(&t.Aux[i], d, "auxiliary state") }

func (t *Types) unify(have **DType, want DType, what string) {
	switch {
	case *have == nil:
		*have = &want
		t.changed = true
	case **have != want && t.err == nil:
		t.err = fmt.Errorf("%s is %v, want %v", what, **have, want)
	}
}
