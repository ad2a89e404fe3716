package passes_test

import (
	"math"
	"testing"
	"unsafe"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/passes"
	"github.com/gomx-org/gomx/backend/ref"
	"github.com/stretchr/testify/require"
)

// runAll runs every entry of a Program of float64 arguments in order, each value in memory of its own, and gives what the
// arguments hold at the end. Arguments begin as a function of their position, so that two lists of one Program agree.
func runAll(t *testing.T, p *backend.Program) map[string][]float64 {
	t.Helper()
	args := make([][]byte, len(p.Args))
	for i := range p.Args {
		args[i] = floatBytes(p.Args[i].Shape.Size(), func(k int) float64 { return math.Sin(float64(37*i + k)) })
	}
	mem := make([][]byte, len(p.Values))
	for e := range p.Entries {
		for i := range p.Values {
			if v := &p.Values[i]; v.Kind == backend.ArgValue {
				mem[i] = append([]byte(nil), args[v.Arg]...) // as it is when the entry begins
			}
		}
		for i := range p.Entries[e].Calls {
			runCall(t, p, &p.Entries[e].Calls[i], mem, args)
		}
	}
	out := make(map[string][]float64)
	for i := range p.Args {
		out[p.Args[i].Name] = floats(args[i])
	}
	return out
}

func runCall(t *testing.T, p *backend.Program, c *backend.Call, mem, args [][]byte) {
	t.Helper()
	k, err := ref.NewKernel(p, c)
	require.NoError(t, err)
	var in, out [][]byte
	for _, id := range c.In {
		if v := p.Value(id); v.Kind == backend.ConstValue {
			mem[id] = floatBytes(len(v.Const), func(k int) float64 { return v.Const[k] })
		}
		in = append(in, mem[id])
	}
	for _, id := range c.Out {
		mem[id] = floatBytes(p.Value(id).Bytes()/8, func(int) float64 { return math.NaN() })
		out = append(out, mem[id])
	}
	if w, ok := c.Attrs.(*backend.WriteAttrs); ok {
		out = append(out, args[w.Arg])
	}
	require.NoError(t, k.Run(in, out), p.CallString(c))
}

func floatBytes(n int, f func(int) float64) []byte {
	data := make([]float64, n+1)
	for i := range n {
		data[i] = f(i)
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&data[0])), n*8)
}

func floats(b []byte) []float64 {
	if len(b) == 0 {
		return nil
	}
	return unsafe.Slice((*float64)(unsafe.Pointer(&b[0])), len(b)/8)
}

// sameResults demands that both lists leave the same bits in every argument.
func sameResults(t *testing.T, before, after *backend.Program) {
	t.Helper()
	require.NoError(t, after.Verify())
	want, got := runAll(t, before), runAll(t, after)
	for name, w := range want {
		g := got[name]
		require.Len(t, g, len(w))
		for i := range w {
			if g[i] != w[i] && !(math.IsNaN(g[i]) && math.IsNaN(w[i])) {
				t.Fatalf("%s[%d] is %v, want %v\nbefore:\n%v\nafter:\n%v", name, i, g[i], w[i], before, after)
			}
		}
	}
}

// blockDevice is a device that likes convolutions and pooling with images in the lanes, packs weights, and can do anything.
type blockDevice struct{}

func (blockDevice) Supports(p *backend.Program, c *backend.Call) bool { return true }

func (blockDevice) Prefers(p *backend.Program, c *backend.Call) backend.Layout {
	if c.Kind == backend.Conv || c.Kind == backend.ConvGradData || c.Kind == backend.ConvGradFilter {
		return backend.N16
	}
	return backend.Plain
}

func (blockDevice) WeightLayout(p *backend.Program, c *backend.Call, l backend.Layout) backend.Layout {
	if c.Kind == backend.Conv {
		return backend.F4
	}
	return backend.Plain
}

// optimize runs all passes and checks after each that the results are those of the first list.
func optimize(t *testing.T, p *backend.Program) *backend.Program {
	t.Helper()
	listing := p.String()
	out, err := passes.Optimize(p, blockDevice{}, backend.Options{Trace: func(pass string, q *backend.Program) {
		t.Helper()
		sameResults(t, p, q)
	}})
	require.NoError(t, err)
	require.Equal(t, listing, p.String(), "a pass changed the Program it was given")
	return out
}
