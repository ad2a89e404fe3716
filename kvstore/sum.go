package kvstore

import (
	"fmt"

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
}

// sum is an addition bound to the arrays of one key; the next push, mostly of the same arrays, finds it ready.
type sum struct {
	bound backend.Bound
	args  []backend.Region
}

// run makes total = (terms[0] + terms[1]) + terms[2] ….
func (s *sum) run(compiled sums, total *ndarray.NDArray, terms []*ndarray.NDArray) error {
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
		if err := s.bind(compiled, total); err != nil {
			return err
		}
	}
	return s.bound.Run()
}

func (s *sum) bind(compiled sums, total *ndarray.NDArray) error {
	s.unbind()
	exe, err := compiled.get(sumKey{total.Context(), total.DType(), total.Size(), len(s.args) - 1})
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
	var total backend.Value
	for i := range key.terms {
		term := b.Arg(fmt.Sprintf("value %d", i), backend.In, shape, key.dtype)
		if i == 0 {
			total = term
		} else {
			total = b.Add(total, term)
		}
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
