//go:build cgo

package cpu

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/backend/ref"
	"github.com/stretchr/testify/require"
)

// leNetStep is one training step of LeNet: forward, backward and SGD with momentum, in calls such as operators say them.
func leNetStep(t testing.TB, batch int) *backend.Program {
	p := &backend.Program{}
	l := &leNetBuilder{b: backend.NewBuilder(p)}
	b := l.b
	b.Node("data")
	x := b.Arg("data", backend.In, backend.Shape{batch, 1, 28, 28}, backend.Float32)
	label := b.Arg("label", backend.In, backend.Shape{batch, 1}, backend.Float32)
	y := l.pool(l.tanh(l.conv("conv1", x, 20)))
	y = l.pool(l.tanh(l.conv("conv2", y, 50)))
	flat := y.Shape()
	y = b.Flatten2D(y)
	l.grads = append(l.grads, func(dy backend.Value) backend.Value { return b.Reshape(dy, flat) })
	y = l.dense("fc2", l.tanh(l.dense("fc1", y, 500)), 10)
	prob := b.Softmax(y, 1)
	b.Arg("prob", backend.Out, prob.Shape(), backend.Float32)
	b.Write("prob", prob)
	dy := b.Map1(expr.MustParse("p l i -> p - (l == i)"), prob, label, b.Iota(backend.Float32, 10))
	for i := len(l.grads) - 1; i >= 0; i-- {
		if dy = l.grads[i](dy); !dy.Valid() {
			break
		}
	}
	require.NoError(t, b.Finish(backend.Step))
	require.NoError(t, p.Verify())
	return p
}

type leNetBuilder struct {
	b     *backend.Builder
	grads []func(dy backend.Value) backend.Value // of each layer, last first
}

func (l *leNetBuilder) param(name string, s ...int) backend.Value {
	return l.b.Arg(name, backend.InOut, append(backend.Shape{}, s...), backend.Float32)
}

func (l *leNetBuilder) update(name string, w, g backend.Value) {
	m := l.param("momentum:"+name, w.Shape()...)
	out := l.b.Map(expr.MustParse("w g m -> v = 0.9*m - 0.001*g; w + v, v"), w, l.b.Reshape(g, w.Shape()), m)
	l.b.Write(name, out[0])
	l.b.Write("momentum:"+name, out[1])
}

func (l *leNetBuilder) conv(name string, x backend.Value, filters int) backend.Value {
	b := l.b
	b.Node(name)
	a := backend.ConvAttrs{Kernel: []int{5, 5}, Stride: []int{1, 1}, Pad: []int{0, 0}, Dilate: []int{1, 1}, Groups: 1}
	w, bias := l.param(name+"_weight", filters, x.Shape()[1], 5, 5), l.param(name+"_bias", filters)
	first := len(l.grads) == 0
	l.grads = append(l.grads, func(dy backend.Value) (dx backend.Value) {
		b.Node(name)
		if !first {
			dx = b.ConvGradData(dy, w, x.Shape(), a)
		}
		l.update(name+"_weight", w, b.ConvGradFilter(dy, x, w.Shape(), a))
		l.update(name+"_bias", bias, b.Sum(dy, 0, 2, 3))
		return dx
	})
	return b.Add(b.Conv(x, w, a), b.Reshape(bias, backend.Shape{filters, 1, 1}))
}

func (l *leNetBuilder) dense(name string, x backend.Value, outputs int) backend.Value {
	b := l.b
	b.Node(name)
	w, bias := l.param(name+"_weight", outputs, x.Shape()[1]), l.param(name+"_bias", outputs)
	l.grads = append(l.grads, func(dy backend.Value) backend.Value {
		b.Node(name)
		dx := b.MatMul(dy, w)
		l.update(name+"_weight", w, b.MatMul(dy, x, backend.TransA))
		l.update(name+"_bias", bias, b.Sum(dy, 0))
		return dx
	})
	return b.Add(b.MatMul(x, w, backend.TransB), bias)
}

func (l *leNetBuilder) tanh(x backend.Value) backend.Value {
	y := l.b.Map1(expr.MustParse("x -> tanh(x)"), x)
	l.grads = append(l.grads, func(dy backend.Value) backend.Value {
		return l.b.Map1(expr.MustParse("g y -> g*(1 - y*y)"), dy, y)
	})
	return y
}

func (l *leNetBuilder) pool(x backend.Value) backend.Value {
	a := backend.PoolAttrs{Kernel: []int{2, 2}, Stride: []int{2, 2}, Pad: []int{0, 0}}
	y := l.b.Pool(x, []int{x.Shape()[2] / 2, x.Shape()[3] / 2}, a)
	l.grads = append(l.grads, func(dy backend.Value) backend.Value { return l.b.PoolGrad(dy, x, y, a) })
	return y
}

// leNetArgs are small weights, images and labels.
func leNetArgs(p *backend.Program) []backend.Region {
	regions := make([]backend.Region, len(p.Args))
	for i := range p.Args {
		a := &p.Args[i]
		data := numbers(a.Shape.Size(), uint32(i))
		scale := float32(1)
		if a.Mode == backend.InOut {
			scale = 1 / float32(math.Sqrt(float64(a.Shape[1:].Size())))
		}
		for k := range data {
			data[k] *= scale
			if a.Name == "label" {
				data[k] = float32(k % 10)
			}
		}
		regions[i] = backend.HostRegion(bytesOf(data))
	}
	return regions
}

// A whole training step, with layouts, packed weights and fused calls, agrees with the calls as they were said, on ref.
func TestLeNetStep(t *testing.T) {
	for _, batch := range []int{3, 16, 20} {
		p := leNetStep(t, batch)
		reference := ref.New(0)
		want := runLeNet(t, reference, p)
		for _, d := range levels() {
			got := runLeNet(t, d, p)
			for i := range p.Args {
				compare(t, fmt.Sprintf("%v batch %d %s", d.level, batch, p.Args[i].Name), got[i], want[i], 2e-5)
			}
		}
	}
}

func runLeNet(t *testing.T, d backend.Device, p *backend.Program) [][]float32 {
	x, err := d.Compile(p, backend.Options{})
	require.NoError(t, err)
	defer x.Close()
	args := leNetArgs(p)
	b, err := x.Bind(backend.Step, args)
	require.NoError(t, err)
	defer b.Close()
	for range 2 {
		require.NoError(t, b.Run())
	}
	var out [][]float32
	for _, r := range args {
		out = append(out, floatsOf(r.Bytes()))
	}
	return out
}

// In Infer the weights are packed by Prepare, once, and again when they change.
func TestLeNetPacksWeightsOnce(t *testing.T) {
	p := &backend.Program{}
	l := &leNetBuilder{b: backend.NewBuilder(p)}
	b := l.b
	x := b.Arg("data", backend.In, backend.Shape{16, 1, 28, 28}, backend.Float32)
	y := b.Flatten2D(l.pool(l.tanh(l.conv("conv1", x, 20))))
	b.Arg("out", backend.Out, y.Shape(), backend.Float32)
	b.Write("out", y)
	require.NoError(t, b.Finish(backend.Infer))
	for i := range p.Args {
		p.Args[i].Param = p.Args[i].Mode == backend.InOut
		if p.Args[i].Param {
			p.Args[i].Mode = backend.In
		}
	}
	d := levels()[len(levels())-1]
	exe, err := d.Compile(p, backend.Options{})
	require.NoError(t, err)
	defer exe.Close()
	prepare := exe.Program().Entry(backend.Prepare)
	require.NotNil(t, prepare)
	require.Equal(t, backend.F4, exe.Program().Value(prepare.Calls[0].Out[0]).Layout)
	args := leNetArgs(p)
	weight := p.ArgIndex("conv1_weight")
	buf, err := d.Alloc(args[weight].Length)
	require.NoError(t, err)
	defer buf.Free()
	run := func(weights backend.Region) []float32 {
		require.NoError(t, d.Copy(backend.Region{Buffer: buf, Length: args[weight].Length}, weights))
		bound := append([]backend.Region{}, args...)
		bound[weight] = backend.Region{Buffer: buf, Length: args[weight].Length}
		r, err := exe.Bind(backend.Infer, bound)
		require.NoError(t, err)
		defer r.Close()
		require.NoError(t, r.Run())
		return append([]float32{}, floatsOf(args[p.ArgIndex("out")].Bytes())...)
	}
	first := run(args[weight])
	other := numbers(args[weight].Length/4, 99)
	require.NotEqual(t, first, run(backend.HostRegion(bytesOf(other))))
	require.Equal(t, first, run(args[weight]))
}

// BenchmarkLeNet times a training step of 64 images on one and two threads; with -v it lists the time of each call.
func BenchmarkLeNet(b *testing.B) {
	d := levels()[len(levels())-1]
	defer func() { require.NoError(b, SetThreads(0)) }()
	for threads := 1; threads <= 2; threads++ {
		b.Run(fmt.Sprint(threads, "threads"), func(b *testing.B) {
			require.NoError(b, SetThreads(threads))
			p := leNetStep(b, 64)
			x, err := d.Compile(p, backend.Options{Profile: testing.Verbose()})
			require.NoError(b, err)
			defer x.Close()
			bound, err := x.Bind(backend.Step, leNetArgs(p))
			require.NoError(b, err)
			defer bound.Close()
			require.NoError(b, bound.Run())
			best := time.Hour // others share the machine
			for b.Loop() {
				start := time.Now()
				require.NoError(b, bound.Run())
				best = min(best, time.Since(start))
			}
			b.ReportMetric(64/best.Seconds(), "best-img/s")
			for _, t := range x.Profile() {
				b.Logf("%7.1f us %s %s", t.Seconds/float64(t.Runs)*1e6, t.Kernel, x.Program().CallString(&x.Program().Entry(t.Entry).Calls[t.Call]))
			}
		})
	}
}
