package passes

import (
	"slices"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// Limits of a fused call: more would not fit the registers and operands of the kernels.
const (
	maxFusedNodes = 64
	maxFusedPorts = 12 // inputs and outputs
)

// Fuse makes one call of two where the device has a kernel for it: a Map that is the only reader of a MatMul's or
// convolution's result becomes its epilogue, and a Map that is the only reader of another Map's results takes it in. A
// result that anything else reads, as Backward may, stays. A call with an epilogue keeps the calls it replaces as its Body.
func Fuse(p *backend.Program, dev backend.Supporter) *backend.Program {
	f := &fuser{p: p.Clone(), dev: dev}
	for e := range f.p.Entries {
		f.entry = e
		f.each(f.epilogue)
		f.each(f.chain)
		f.each(f.epilogue) // Maps that became the only reader of a product
	}
	return f.p
}

type fuser struct {
	p     *backend.Program
	dev   backend.Supporter
	entry int
}

// each offers try every Map of the entry with the calls that make its inputs, until nothing changes any more. What try makes
// of the two stands where the first was if all it reads is there already, else where the second was.
func (f *fuser) each(try func(producer, consumer *backend.Call) (backend.Call, bool)) {
	for again := true; again; {
		again = false
		calls := f.p.Entries[f.entry].Calls
		made, readers := f.made(calls), f.readers()
		dropped := make([]bool, len(calls))
		for j := range calls {
			if calls[j].Kind != backend.Map || dropped[j] {
				continue
			}
			for _, id := range calls[j].In {
				i, ok := made[id]
				if !ok || !f.onlyReader(&calls[i], j, readers) {
					continue
				}
				at := i
				if !available(&calls[j], i, made) {
					if at = j; f.writtenBetween(i, j) {
						continue
					}
				}
				if fused, ok := try(&calls[i], &calls[j]); ok {
					calls[at], dropped[i+j-at], again = fused, true, true
					for _, out := range fused.Out {
						made[out] = at
					}
					break
				}
			}
		}
		kept := calls[:0]
		for i := range calls {
			if !dropped[i] {
				kept = append(kept, calls[i])
			}
		}
		f.p.Entries[f.entry].Calls = kept
	}
}

// available reports whether what c reads is made by call i or before.
func available(c *backend.Call, i int, made map[backend.ValueID]int) bool {
	for _, id := range c.In {
		if k, ok := made[id]; ok && k > i {
			return false
		}
	}
	return true
}

// made tells which call of the entry makes a value.
func (f *fuser) made(calls []backend.Call) map[backend.ValueID]int {
	made := make(map[backend.ValueID]int)
	for i := range calls {
		for _, id := range calls[i].Out {
			made[id] = i
		}
	}
	return made
}

// reader is a call that reads a value; entry is -1 when several do.
type reader struct{ entry, call int }

func (f *fuser) readers() map[backend.ValueID]reader {
	readers := make(map[backend.ValueID]reader)
	for e := range f.p.Entries {
		for i := range f.p.Entries[e].Calls {
			for _, id := range f.p.Entries[e].Calls[i].In {
				r := reader{e, i}
				if have, ok := readers[id]; ok && have != r {
					r = reader{-1, 0}
				}
				readers[id] = r
			}
		}
	}
	return readers
}

// onlyReader reports whether call j of the entry alone reads what c makes.
func (f *fuser) onlyReader(c *backend.Call, j int, readers map[backend.ValueID]reader) bool {
	for _, id := range c.Out {
		if r, ok := readers[id]; ok && r != (reader{f.entry, j}) {
			return false
		}
	}
	return true
}

// writtenBetween reports whether an argument that call i reads is written before call j, to where call i would move.
func (f *fuser) writtenBetween(i, j int) bool {
	calls := f.p.Entries[f.entry].Calls
	for k := i + 1; k < j; k++ {
		w, ok := calls[k].Attrs.(*backend.WriteAttrs)
		if !ok {
			continue
		}
		for _, id := range calls[i].In {
			if v := f.p.Value(id); v.Kind == backend.ArgValue && v.Arg == w.Arg {
				return true
			}
		}
	}
	return false
}

// sameStorage reports whether a value passes from one call to the other without being rounded to its type in a way that
// the fused expression would not: all that both compute with is of its type.
func (f *fuser) sameStorage(id backend.ValueID, calls ...*backend.Call) bool {
	t := f.p.Value(id).DType
	if t != backend.Float32 && t != backend.Float64 {
		return false
	}
	for _, c := range calls {
		types := make([]backend.DType, 0, len(c.In)+len(c.Out))
		for _, v := range slices.Concat(c.In, c.Out) {
			types = append(types, f.p.Value(v).DType)
		}
		if backend.EvalType(types...) != t {
			return false
		}
	}
	return true
}

// chain takes Map a into Map b, of the same shape.
func (f *fuser) chain(a, b *backend.Call) (fused backend.Call, ok bool) {
	if a.Kind != backend.Map || !f.p.Value(a.Out[0]).Shape.Equal(f.p.Value(b.Out[0]).Shape) {
		return fused, false
	}
	for _, id := range a.Out {
		if !f.sameStorage(id, a, b) {
			return fused, false
		}
	}
	in := slices.Clone(a.In)
	e := joined{in: &in, inner: a.Attrs.(*backend.MapAttrs).E, outer: b.Attrs.(*backend.MapAttrs).E}.expr(b.In, a.Out)
	fused = backend.Call{Kind: backend.Map, Attrs: &backend.MapAttrs{E: e}, In: in, Out: b.Out, Node: b.Node}
	return fused, f.accepts(&fused, e)
}

// epilogue makes Map b the epilogue of a, of the same shape.
func (f *fuser) epilogue(a, b *backend.Call) (fused backend.Call, ok bool) {
	var inner *expr.Expr
	switch at := a.Attrs.(type) {
	case *backend.MatMulAttrs:
		inner = at.Epilogue
	case *backend.ConvAttrs:
		inner = at.Epilogue
	default:
		return fused, false
	}
	if len(b.Out) != 1 || !sameForm(f.p.Value(a.Out[0]), f.p.Value(b.Out[0])) || !f.sameStorage(a.Out[0], a, b) {
		return fused, false
	}
	if inner == nil {
		inner = expr.MustParse("x -> x")
	}
	// The product stands for input 0 of the epilogue; its other inputs follow the two operands.
	in := append([]backend.ValueID{-1}, a.In[2:]...)
	e := joined{in: &in, inner: inner, outer: b.Attrs.(*backend.MapAttrs).E}.expr(b.In, a.Out)
	fused = backend.Call{Kind: a.Kind, In: append(slices.Clone(a.In[:2]), in[1:]...), Out: b.Out, Node: a.Node}
	switch at := a.Attrs.(type) {
	case *backend.MatMulAttrs:
		with := *at
		with.Epilogue = e
		fused.Attrs = &with
	case *backend.ConvAttrs:
		with := *at
		with.Epilogue = e
		fused.Attrs = &with
	}
	fused.Body = body(a, b)
	return fused, f.accepts(&fused, e)
}

// body lists what a and b do, a's own body in its place.
func body(a, b *backend.Call) []backend.Call {
	calls := slices.Clone(a.Body)
	if calls == nil {
		calls = append(calls, *a)
	}
	return append(calls, *b)
}

// accepts reports whether a fused call is small enough and the device has a kernel for it.
func (f *fuser) accepts(c *backend.Call, e *expr.Expr) bool {
	return len(e.Nodes) <= maxFusedNodes && len(c.In)+len(c.Out) <= maxFusedPorts && f.dev.Supports(f.p, c)
}

// joined is an expression whose inputs are fed by another's outputs.
type joined struct {
	in           *[]backend.ValueID // inputs of inner; those of outer that inner does not make are added
	inner, outer *expr.Expr
}

// expr gives outer of inner; outerIn and innerOut tell which values their inputs and outputs are.
func (j joined) expr(outerIn, innerOut []backend.ValueID) *expr.Expr {
	for _, id := range outerIn {
		if !slices.Contains(innerOut, id) && !slices.Contains(*j.in, id) {
			*j.in = append(*j.in, id)
		}
	}
	b := expr.NewBuilder(len(*j.in))
	innerIn := make([]int32, j.inner.NumInputs)
	for i := range innerIn {
		innerIn[i] = b.Input(i)
	}
	outs := b.Insert(j.inner, innerIn...)
	args := make([]int32, len(outerIn))
	for i, id := range outerIn {
		if k := slices.Index(innerOut, id); k >= 0 {
			args[i] = outs[k]
		} else {
			args[i] = b.Input(slices.Index(*j.in, id))
		}
	}
	return b.Build(b.Insert(j.outer, args...)...)
}
