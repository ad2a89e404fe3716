//go:build cgo

package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/ref"
	"github.com/stretchr/testify/require"
)

// levels lists the devices to test: one for each instruction set of this processor.
func levels() []*Device {
	var list []*Device
	for l := range numLevels {
		if l.supported() {
			list = append(list, &Device{level: l})
		}
	}
	return list
}

// net is a small Program under test: build adds calls that compute outputs from arguments. Arguments are filled by fill,
// or with numbers in [-1, 1).
type net struct {
	p     *backend.Program
	b     *backend.Builder
	args  [][]byte
	names []string
	rng   *rand.Rand
}

func newNet() *net {
	p := &backend.Program{}
	return &net{p: p, b: backend.NewBuilder(p), rng: rand.New(rand.NewPCG(1, 2))}
}

// in adds a float32 argument with values in [lo, hi).
func (n *net) in(lo, hi float32, s ...int) backend.Value {
	data := make([]float32, backend.Shape(s).Size())
	for i := range data {
		data[i] = lo + (hi-lo)*n.rng.Float32()
	}
	return n.given(data, s...)
}

func (n *net) given(data []float32, s ...int) backend.Value {
	name := fmt.Sprintf("x%d", len(n.args))
	n.names = append(n.names, name)
	n.args = append(n.args, bytesOf(data))
	return n.b.Arg(name, backend.In, append(backend.Shape{}, s...), backend.Float32)
}

func (n *net) out(v backend.Value) {
	name := fmt.Sprintf("y%d", len(n.args))
	n.names = append(n.names, name)
	n.args = append(n.args, make([]byte, v.Shape().Size()*v.DType().Size()))
	n.b.Arg(name, backend.Out, v.Shape(), v.DType())
	n.b.Write(name, v)
}

func bytesOf(f []float32) []byte {
	if len(f) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&f[0])), 4*len(f))
}

func floatsOf(b []byte) []float32 {
	if len(b) == 0 {
		return nil
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&b[0])), len(b)/4)
}

// finish ends the Program.
func (n *net) finish(t testing.TB) *backend.Program {
	t.Helper()
	if n.p.Entry(backend.Infer) == nil {
		require.NoError(t, n.b.Finish(backend.Infer))
		require.NoError(t, n.p.Verify())
	}
	return n.p
}

// run runs the Program on the device and gives the outputs, in order.
func (n *net) run(t testing.TB, d *Device) [][]byte {
	t.Helper()
	p := n.finish(t)
	for _, f := range d.Fallbacks(p) {
		t.Errorf("%v: falls back to ref: %s", d.level, f)
	}
	x, err := d.Compile(p, backend.Options{})
	require.NoError(t, err)
	defer x.Close()
	b, regions := n.bind(t, d, x)
	defer b.Close()
	require.NoError(t, b.Run())
	var outs [][]byte
	for i, r := range regions {
		if p.Args[i].Mode == backend.Out {
			outs = append(outs, append([]byte{}, r.Bytes()...))
		}
		r.Buffer.Free()
	}
	return outs
}

func (n *net) bind(t testing.TB, d *Device, x backend.Executable) (backend.Bound, []backend.Region) {
	t.Helper()
	var regions []backend.Region
	for i := range n.p.Args {
		a := &n.p.Args[i]
		data := n.args[i]
		buf, err := d.Alloc(len(data))
		require.NoError(t, err)
		r := backend.Region{Buffer: buf, Length: len(data)}
		require.NoError(t, d.Copy(r, backend.HostRegion(data)), a.Name)
		regions = append(regions, r)
	}
	b, err := x.Bind(backend.Infer, regions)
	require.NoError(t, err)
	return b, regions
}

// want runs the Program call by call on ref.
func (n *net) want(t testing.TB) [][]byte {
	t.Helper()
	p := n.finish(t)
	mem := make([][]byte, len(p.Values))
	for i := range p.Args {
		if v := p.Args[i].Value; v >= 0 {
			mem[v] = n.args[i]
		}
	}
	for i := range p.Values {
		if v := &p.Values[i]; v.Kind == backend.ConstValue {
			mem[i] = v.ConstBytes()
		}
	}
	outs := make([][]byte, len(p.Args))
	for _, c := range p.Entry(backend.Infer).Calls {
		k, err := ref.NewKernel(p, &c)
		require.NoError(t, err)
		var in, out [][]byte
		for _, id := range c.In {
			in = append(in, mem[id])
		}
		for _, id := range c.Out {
			mem[id] = make([]byte, p.Value(id).Bytes())
			out = append(out, mem[id])
		}
		if w, ok := c.Attrs.(*backend.WriteAttrs); ok {
			outs[w.Arg] = make([]byte, len(n.args[w.Arg]))
			out = append(out, outs[w.Arg])
		}
		require.NoError(t, k.Run(in, out))
	}
	var list [][]byte
	for i := range outs {
		if p.Args[i].Mode == backend.Out {
			list = append(list, outs[i])
		}
	}
	return list
}

// check compares every level of this processor with ref: |got − want| ≤ tol·(1 + |want|).
func (n *net) check(t *testing.T, tol float64) {
	t.Helper()
	want := n.want(t)
	for _, d := range levels() {
		for k, out := range n.run(t, d) {
			compare(t, fmt.Sprintf("%v output %d", d.level, k), floatsOf(out), floatsOf(want[k]), tol)
		}
	}
}

func compare(t testing.TB, what string, got, want []float32, tol float64) {
	t.Helper()
	bad := 0
	for i := range want {
		g, w := float64(got[i]), float64(want[i])
		if g == w || math.IsNaN(g) && math.IsNaN(w) || math.Abs(g-w) <= tol*(1+math.Abs(w)) {
			continue
		}
		if bad++; bad <= 3 {
			t.Errorf("%s: element %d is %v, want %v", what, i, g, w)
		}
	}
	if bad > 3 {
		t.Errorf("%s: %d of %d elements differ", what, bad, len(want))
	}
}

// inLayout makes the calls of a kind work in layout l: their inputs of rank at least 3 go through a Relayout, and with outs
// their results through another one back.
func (n *net) inLayout(t testing.TB, kind backend.Kind, l backend.Layout, outs bool) {
	t.Helper()
	p := n.finish(t)
	e := p.Entry(backend.Infer)
	var calls []backend.Call
	relayout := func(from backend.ValueID, to backend.Layout) backend.ValueID {
		v := *p.Value(from)
		id := p.NewValue(backend.ValueInfo{Shape: v.Shape, DType: v.DType, Layout: to})
		calls = append(calls, backend.Call{Kind: backend.Relayout, In: []backend.ValueID{from}, Out: []backend.ValueID{id}})
		return id
	}
	for _, c := range e.Calls {
		if c.Kind != kind {
			calls = append(calls, c)
			continue
		}
		for i, id := range c.In {
			if s := p.Value(id).Shape; len(s) >= 3 && s[0] == p.Value(c.In[0]).Shape[0] {
				c.In[i] = relayout(id, l)
			}
		}
		calls = append(calls, c)
		if !outs {
			continue
		}
		at := len(calls) - 1
		for i, id := range c.Out {
			inner := p.NewValue(backend.ValueInfo{Shape: p.Value(id).Shape, DType: p.Value(id).DType, Layout: l})
			calls[at].Out[i] = inner
			calls = append(calls, backend.Call{Kind: backend.Relayout, In: []backend.ValueID{inner}, Out: []backend.ValueID{id}})
		}
	}
	e.Calls = calls
	require.NoError(t, p.Verify())
}
