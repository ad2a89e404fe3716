//go:build cgo

package cpu

import (
	"testing"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/passes"
	"github.com/stretchr/testify/require"
)

var convBenches = map[string]convCase{
	"lenet1":    {x: backend.Shape{64, 1, 28, 28}, w: backend.Shape{20, 1, 5, 5}, bias: true, act: "x -> tanh(x)"},
	"lenet2":    {x: backend.Shape{64, 20, 12, 12}, w: backend.Shape{50, 20, 5, 5}, bias: true, act: "x -> tanh(x)"},
	"3x3_32":    {x: backend.Shape{16, 32, 28, 28}, w: backend.Shape{32, 32, 3, 3}, pad: []int{1, 1}},
	"3x3_128":   {x: backend.Shape{16, 128, 14, 14}, w: backend.Shape{128, 128, 3, 3}, pad: []int{1, 1}},
	"3x3_256":   {x: backend.Shape{16, 256, 14, 14}, w: backend.Shape{256, 256, 3, 3}, pad: []int{1, 1}},
	"3x3_512":   {x: backend.Shape{16, 512, 7, 7}, w: backend.Shape{512, 512, 3, 3}, pad: []int{1, 1}},
	"1x1_256":   {x: backend.Shape{16, 256, 14, 14}, w: backend.Shape{64, 256, 1, 1}},
	"7x7_s2":    {x: backend.Shape{16, 3, 112, 112}, w: backend.Shape{64, 3, 7, 7}, stride: []int{2, 2}, pad: []int{3, 3}},
	"depthwise": {x: backend.Shape{16, 64, 28, 28}, w: backend.Shape{64, 1, 3, 3}, pad: []int{1, 1}, groups: 64},
}

// BenchmarkConv times each pass on one thread: with images in the lanes, as matrix products, and as products of the library.
// go test -run - -bench Conv/lenet ./backend/cpu
func BenchmarkConv(b *testing.B) {
	d := levels()[len(levels())-1]
	require.NoError(b, SetThreads(1))
	defer func() { require.NoError(b, SetThreads(0)) }()
	for name, c := range convBenches {
		for _, pass := range []string{"y", "dx", "dw"} {
			b.Run(name+"/"+pass+"/n16", func(b *testing.B) { c.bench(b, d, pass, inN16{d}) })
			b.Run(name+"/"+pass+"/plain", func(b *testing.B) { c.bench(b, d, pass, inPlain{d}) })
			b.Run(name+"/"+pass+"/blas", func(b *testing.B) {
				old := preferBLAS
				preferBLAS = true
				defer func() { preferBLAS = old }()
				c.bench(b, d, pass, inPlain{d})
			})
		}
	}
}

// bench runs one pass, its operands in the layout already.
func (c *convCase) bench(b *testing.B, d *Device, pass string, as backend.Supporter) {
	p := c.program(b)
	var calls []backend.Call
	for _, call := range p.Entries[0].Calls {
		if w, ok := call.Attrs.(*backend.WriteAttrs); !ok || p.Args[w.Arg].Name == pass {
			calls = append(calls, call)
		}
	}
	p.Entries[0].Calls = calls
	// The best run counts: others share the machine.
	best := 0.0
	for kind, seconds := range bestTimes(b, d, as, p) {
		if kind == backend.Conv || kind == backend.ConvGradData || kind == backend.ConvGradFilter {
			best = seconds
		}
	}
	flops := 2 * float64(p.Args[p.ArgIndex("dy")].Shape.Size()) * float64(c.w[1:].Size())
	b.ReportMetric(flops/best*1e-9, "GF/s")
}

// BenchmarkPool times pooling and its gradient on one thread: LeNet's first, and ResNet's.
func BenchmarkPool(b *testing.B) {
	d := levels()[len(levels())-1]
	require.NoError(b, SetThreads(1))
	defer func() { require.NoError(b, SetThreads(0)) }()
	for name, c := range map[string]poolCase{
		"lenet":  {x: backend.Shape{64, 20, 24, 24}, y: backend.Shape{64, 20, 12, 12}, attrs: backend.PoolAttrs{Kernel: []int{2, 2}, Stride: []int{2, 2}, Pad: []int{0, 0}}},
		"resnet": {x: backend.Shape{16, 64, 112, 112}, y: backend.Shape{16, 64, 56, 56}, attrs: backend.PoolAttrs{Kernel: []int{3, 3}, Stride: []int{2, 2}, Pad: []int{1, 1}}},
	} {
		for layout, as := range map[string]backend.Supporter{"n16": inN16{d}, "plain": inPlain{d}} {
			b.Run(name+"/"+layout, func(b *testing.B) {
				for kind, best := range bestTimes(b, d, as, c.program(b)) {
					if kind == backend.Pool || kind == backend.PoolGrad {
						b.ReportMetric(best/float64(c.y.Size())*1e9, "ns/"+kind.String())
					}
				}
			})
		}
	}
}

// bestTimes runs a Program and gives, for each kind of call, the best time of all its calls together.
func bestTimes(b *testing.B, d *Device, as backend.Supporter, p *backend.Program) map[backend.Kind]float64 {
	p = passes.Fuse(passes.Layout(passes.DeadCode(p), as), as)
	x, err := d.Compile(p, backend.Options{NoFuse: true, NoLayout: true, Profile: true})
	require.NoError(b, err)
	defer x.Close()
	regions := make([]backend.Region, len(p.Args))
	for i := range p.Args {
		regions[i] = backend.HostRegion(bytesOf(numbers(p.Args[i].Shape.Size(), uint32(i))))
	}
	bound, err := x.Bind(backend.Step, regions)
	require.NoError(b, err)
	defer bound.Close()
	require.NoError(b, bound.Run())
	best, before := make(map[backend.Kind]float64), make(map[backend.Kind]float64)
	for b.Loop() {
		require.NoError(b, bound.Run())
		total := make(map[backend.Kind]float64)
		for _, t := range x.Profile() {
			total[p.Entries[0].Calls[t.Call].Kind] += t.Seconds
		}
		for k, s := range total {
			if have, ok := best[k]; !ok || s-before[k] < have {
				best[k] = s - before[k]
			}
		}
		before = total
	}
	return best
}
