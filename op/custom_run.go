package op

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/gomx-org/gomx/backend"
)

// customRun is an operator of one's own at work in a bound network.
type customRun struct {
	mu     sync.Mutex // two runs of one network at the same time take turns
	opType string
	use    *customUse
	op     CustomOperator
}

// operator is the one that all entries of a bound network share, nil after an error.
func (p *CustomParam) operator(c *Ctx) *customRun {
	return c.Once(func() any {
		r := &customRun{opType: p.OpType, use: p.answers()}
		var shapes []Shape
		var types []DType
		for _, v := range c.in {
			shapes, types = append(shapes, v.Shape().Clone()), append(types, v.DType())
		}
		err := guarded(func() (err error) {
			r.op, err = r.use.prop.CreateOperator(shapes, types)
			return err
		})
		if err == nil && r.op == nil {
			err = errors.New("it returned nil")
		}
		if err != nil {
			c.Failf("CreateOperator of %q: %w", p.OpType, err)
			return (*customRun)(nil)
		}
		return r
	}).(*customRun)
}

// call runs a method of the operator; its errors name the operator.
func (r *customRun) call(method string, f func() error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := guarded(f); err != nil {
		return fmt.Errorf("%s of %q: %w", method, r.opType, err)
	}
	return nil
}

// forward says the Host call of Forward. It gives the outputs, then the states as they are afterwards.
func (r *customRun) forward(c *Ctx, in, states []Value, outs []backend.ValueInfo) []Value {
	isTrain, args, n := c.Train, len(in), len(outs)
	req := slices.Repeat([]Req{ReqWrite}, n)
	return c.Host(r.opType, func(in, out []Tensor) error {
		copyStates(out[n:], in[args:])
		return r.call("Forward", func() error {
			return r.op.Forward(isTrain, req, in[:args:args], out[:n:n], out[n:])
		})
	}, append(outs, infosOf(states)...), append(slices.Clone(in), states...)...)
}

// backward says the Host call of Backward. It gives the gradients of the arguments, then the states.
func (r *customRun) backward(c *Ctx, dout, states []Value) []Value {
	var lists [3]lentList // gradients of outputs, arguments, outputs
	var read []Value
	for k, l := range []struct {
		vals  []Value
		reads []bool
	}{{dout, r.use.outGrad}, {c.in, r.use.inData}, {c.out[:len(r.use.outs)], r.use.outData}} {
		for i, v := range l.vals {
			lists[k].tensors = append(lists[k].tensors, Tensor{Shape: v.Shape().Clone(), DType: v.DType()})
			if l.reads[i] {
				lists[k].place = append(lists[k].place, i)
				read = append(read, v)
			}
		}
	}
	req := make([]Req, len(c.in))
	for i, name := range r.use.args {
		if c.Wants(i) && !slices.Contains(r.use.labels, name) {
			req[i] = ReqWrite
		}
	}
	n, given := len(c.in), len(read)
	return c.Host(r.opType+" backward", func(in, out []Tensor) error {
		copyStates(out[n:], in[given:])
		return r.call("Backward", func() error {
			for k := range lists {
				in = lists[k].lend(in)
			}
			return r.op.Backward(req, lists[0].tensors, lists[1].tensors, lists[2].tensors, out[:n:n], out[n:])
		})
	}, append(infosOf(c.in), infosOf(states)...), append(read, states...)...)
}

// lentList is tensors of which some get memory for a call.
type lentList struct {
	tensors []Tensor
	place   []int
}

// lend gives the tensors at l.place the memory of the first ones of in, and returns the others.
func (l *lentList) lend(in []Tensor) []Tensor {
	for k, i := range l.place {
		l.tensors[i].Data = in[k].Data
	}
	return in[len(l.place):]
}

func infosOf(vals []Value) []backend.ValueInfo {
	infos := make([]backend.ValueInfo, len(vals))
	for i, v := range vals {
		infos[i] = backend.ValueInfo{Shape: v.Shape(), DType: v.DType()}
	}
	return infos
}

// copyStates carries states over, since values do not change: what the operator changes is a new one.
func copyStates(dst, src []Tensor) {
	for i := range dst {
		copy(dst[i].Data, src[i].Data)
	}
}
