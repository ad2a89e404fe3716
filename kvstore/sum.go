package kvstore

import (
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
)

// sums are the additions compiled so far; all keys of one size share them.
type sums map[sumKey]backend.Executable

type sumKey struct {
	ctx   device.Context
	dtype backend.DType
	size  int // elements
	terms int
	local bool // MXNet's order on the CPU; see addends
}

// sum is an addition bound to the arrays of one key; the next push, mostly of the same arrays, finds it ready.
type sum struct {
	bound backend.Bound
	args  []backend.Region
}

// run makes total the sum of the terms.
func (s *sum) run(compiled sums, local bool, total *ndarray.NDArray, terms []*ndarray.NDArray) error {
	same := s.bound != nil && len(s.args) == 1+len(terms)
	if len(s.args) != 1+len(terms) {
		s.args = make([]backend.Region, 1+len(terms))
	}
	for i := range s.args {
		a := total
		if i > 0 {
			a = terms[i-1]
		}
		r := a.Region()
		same = same && s.args[i].Buffer == r.Buffer && s.args[i].Offset == r.Offset
		s.args[i] = r
	}
	if !same {
		if err := s.bind(compiled, local, total); err != nil {
			return err
		}
	}
	return s.bound.Run()
}

func (s *sum) bind(compiled sums, local bool, total *ndarray.NDArray) error {
	s.unbind()
	exe, err := compiled.get(sumKey{total.Context(), total.DType(), total.Size(), len(s.args) - 1, local})
	if err != nil {
		return err
	}
	b, err := exe.Bind(backend.Infer, s.args)
	if err == nil {
		s.bound = b
	}
	return err
}

func (s *sum) unbind() {
	if s.bound != nil {
		s.bound.Close()
		s.bound = nil
	}
}

func (s *sum) close() {
	s.unbind()
	s.args = nil
}

// get finds or compiles an addition.
func (c sums) get(key sumKey) (backend.Executable, error) {
	if exe := c[key]; exe != nil {
		return exe, nil
	}
	dev, err := key.ctx.Device()
	if err != nil {
		return nil, err
	}
	shape := backend.Shape{key.size}
	b := backend.NewBuilder(&backend.Program{})
	b.Node("sum of gradients")
	b.Arg("sum", backend.Out, shape, key.dtype)
	terms := make([]backend.Value, key.terms)
	for i := range terms {
		terms[i] = b.Arg(fmt.Sprintf("value %d", i), backend.In, shape, key.dtype)
	}
	total := terms[0]
	for _, group := range addends(terms[1:], key.local) {
		part := group[0]
		for _, term := range group[1:] {
			part = b.Add(part, term)
		}
		total = b.Add(total, part)
	}
	b.Write("sum", total)
	if err := b.Finish(backend.Infer); err != nil {
		return nil, err
	}
	exe, err := dev.Compile(b.P, backend.Options{})
	if err != nil {
		return nil, err
	}
	c[key] = exe
	return exe, nil
}

// addends says what is added to the first value, in order. On devices it is one value after the other; a local store adds
// four at a time and then their sum, as MXNet does, and rounds as it does.
func addends(terms []backend.Value, local bool) (groups [][]backend.Value) {
	size := 1
	if local {
		size = 4
	}
	for group := range slices.Chunk(terms, size) {
		groups = append(groups, group)
	}
	return groups
}
