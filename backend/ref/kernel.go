package ref

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// Kernel runs one call on memory it is given: in and out have one slice per input and output of the call, of at least the
// bytes that the values take. A Kernel owns scratch memory, so it runs once at a time; in the steady state it allocates
// nothing. An output of a Map may be the very memory of an input that is not broadcast; otherwise none may overlap. Only
// Host calls give errors.
//
// A Write call's single output is the memory of the argument.
type Kernel interface {
	Run(in, out [][]byte) error
}

// NewKernel makes the Kernel of call c of p, which must have passed p.Verify. A call with a Body runs its body. It fails
// for layouts that ref does not know.
func NewKernel(p *backend.Program, c *backend.Call) (Kernel, error) {
	k, err := plainKernel(p, c)
	if err != nil {
		return nil, err
	}
	return inLayouts(p, c, k)
}

// plainKernel makes the Kernel of c for data in C order, whatever layouts the values name.
func plainKernel(p *backend.Program, c *backend.Call) (Kernel, error) {
	if c.Body != nil {
		return newBody(p, c)
	}
	if int(c.Kind) >= len(makers) || makers[c.Kind] == nil {
		return nil, fmt.Errorf("no kernel for %v", c.Kind)
	}
	if a, ok := c.Attrs.(*backend.MatMulAttrs); ok && a.Epilogue != nil {
		return nil, fmt.Errorf("%v with an epilogue but without a body", c.Kind)
	}
	if a, ok := c.Attrs.(*backend.ConvAttrs); ok && a.Epilogue != nil {
		return nil, fmt.Errorf("%v with an epilogue but without a body", c.Kind)
	}
	return makers[c.Kind](newCall(p, c)), nil
}

// call is a backend.Call with what kernels want to know of its values.
type call struct {
	*backend.Call
	in, out []*backend.ValueInfo
}

func newCall(p *backend.Program, c *backend.Call) *call {
	k := &call{Call: c}
	for _, id := range c.In {
		k.in = append(k.in, p.Value(id))
	}
	for _, id := range c.Out {
		k.out = append(k.out, p.Value(id))
	}
	if w, ok := c.Attrs.(*backend.WriteAttrs); ok {
		a := &p.Args[w.Arg]
		k.out = append(k.out, &backend.ValueInfo{Shape: a.Shape, DType: a.DType})
	}
	return k
}

// makers is the table of kernels by kind.
var makers = [...]func(c *call) Kernel{
	backend.Map:            newMap,
	backend.Reduce:         numeric(newReduce[float32], newReduce[float64]),
	backend.ArgReduce:      numeric(newArgReduce[float32], newArgReduce[float64]),
	backend.Sort:           newSort,
	backend.Stats:          numeric(newStats[float32], newStats[float64]),
	backend.MatMul:         numeric(newMatMul[float32], newMatMul[float64]),
	backend.Conv:           numeric(newConv[float32], newConv[float64]),
	backend.ConvGradData:   numeric(newConvGradData[float32], newConvGradData[float64]),
	backend.ConvGradFilter: numeric(newConvGradFilter[float32], newConvGradFilter[float64]),
	backend.Pool:           numeric(newPool[float32], newPool[float64]),
	backend.PoolGrad:       numeric(newPoolGrad[float32], newPoolGrad[float64]),
	backend.Softmax:        numeric(newSoftmax[float32], newSoftmax[float64]),
	backend.Transpose:      newTranspose,
	backend.Reshape:        newCopy,
	backend.Slice:          newSlice,
	backend.Concat:         newConcat,
	backend.Pad:            newPad,
	backend.Gather:         newGather,
	backend.ScatterAdd:     newScatterAdd,
	backend.Random:         newRandom,
	backend.Relayout:       newCopy,
	backend.Write:          newCopy,
	backend.Host:           newHost,
}

// compute is what a numeric kernel does with its inputs and outputs as slices of T.
type compute[T float] func(x, y [][]T)

// numeric makes a Kernel that computes in float64 when a value is float64 or an integer, else in float32.
func numeric(m32 func(c *call) compute[float32], m64 func(c *call) compute[float64]) func(c *call) Kernel {
	return func(c *call) Kernel {
		for _, v := range append(append([]*backend.ValueInfo{}, c.in...), c.out...) {
			if v.DType == backend.Float64 || !v.DType.IsFloat() {
				return newNumeric(c, m64(c))
			}
		}
		return newNumeric(c, m32(c))
	}
}

// numericKernel runs a computation on T, loading other storage types into T before and rounding after.
type numericKernel[T float] struct {
	f       compute[T]
	in, out []port[T]
	x, y    [][]T
}

// port is one input or output.
type port[T float] struct {
	dtype   backend.DType
	n       int
	scratch []T // nil when the memory is a []T already
}

func newNumeric[T float](c *call, f compute[T]) Kernel {
	k := &numericKernel[T]{f: f, in: ports[T](c.in), out: ports[T](c.out)}
	k.x, k.y = make([][]T, len(k.in)), make([][]T, len(k.out))
	return k
}

func ports[T float](vals []*backend.ValueInfo) []port[T] {
	ps := make([]port[T], len(vals))
	for i, v := range vals {
		ps[i] = port[T]{dtype: v.DType, n: v.Shape.Size()}
		if !holds[T](v.DType) {
			ps[i].scratch = make([]T, ps[i].n)
		}
	}
	return ps
}

func (p *port[T]) slice(mem []byte) []T {
	if p.scratch != nil || p.n == 0 {
		return p.scratch
	}
	return view[T](mem)[:p.n:p.n]
}

func (k *numericKernel[T]) Run(in, out [][]byte) error {
	for i := range k.in {
		p := &k.in[i]
		k.x[i] = p.slice(in[i])
		if p.scratch != nil {
			load(p.scratch, in[i], p.dtype)
		}
	}
	for i := range k.out {
		k.y[i] = k.out[i].slice(out[i])
	}
	k.f(k.x, k.y)
	for i := range k.out {
		if p := &k.out[i]; p.scratch != nil {
			storeFloat(out[i], p.dtype, p.scratch)
		}
	}
	return nil
}
