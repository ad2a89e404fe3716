//go:build cgo

package cpu

import (
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// busyNet has every kind of call whose work is cut into pieces or parts.
func busyNet() *net {
	m := newNet()
	b := m.b
	x := m.in(-1, 1, 96, 300)
	w := m.in(-1, 1, 200, 300)
	h := b.Map1(expr.MustParse("x b -> tanh(x + b)"), b.MatMul(x, w, backend.TransB), m.in(-1, 1, 200))
	mean, variance := b.Stats(h, 0)
	y := b.Map1(expr.MustParse("h m v -> (h - m)*rsqrt(v + 0.001)"), h, mean, variance)
	m.out(b.Softmax(y, 1))
	m.out(b.Sum(m.in(-1, 1, 100003)))
	m.out(b.Sum(y, 0))
	m.out(b.MatMul(y, x, backend.TransA))
	m.out(b.Transpose(y))
	return m
}

// One, two and three threads give the same bits: pieces and the order of partial sums do not depend on them.
func TestThreadsDoNotMatter(t *testing.T) {
	defer SetThreads(0)
	m := busyNet()
	for _, d := range levels() {
		require.NoError(t, SetThreads(1))
		want := m.run(t, d)
		for _, n := range []int{2, 3} {
			require.NoError(t, SetThreads(n))
			require.Equal(t, n, Threads())
			for range 3 {
				assert.Equal(t, want, m.run(t, d), "%v with %d threads", d.level, n)
			}
		}
	}
}

func TestRunAllocatesNothing(t *testing.T) {
	m := busyNet()
	d := levels()[len(levels())-1]
	x, err := d.Compile(m.finish(t), backend.Options{})
	require.NoError(t, err)
	defer x.Close()
	b, _ := m.bind(t, d, x)
	defer b.Close()
	assert.Zero(t, testing.AllocsPerRun(20, func() {
		if err := b.Run(); err != nil {
			t.Error(err)
		}
	}))
}

// Goroutines share the pool; each has its own executable and gets its own numbers.
func TestConcurrentRuns(t *testing.T) {
	defer SetThreads(0)
	require.NoError(t, SetThreads(2))
	m := busyNet()
	d := levels()[len(levels())-1]
	want := m.run(t, d)
	var wait sync.WaitGroup
	for range 4 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for range 5 {
				assert.Equal(t, want, busyNet().run(t, d))
			}
		}()
	}
	wait.Wait()
}

func TestUseAfterClose(t *testing.T) {
	m := busyNet()
	d := levels()[0]
	x, err := d.Compile(m.finish(t), backend.Options{})
	require.NoError(t, err)
	b, regions := m.bind(t, d, x)
	require.NoError(t, x.Close())
	require.NoError(t, x.Close())
	assert.ErrorIs(t, b.Run(), errClosed)
	_, err = x.Bind(backend.Infer, regions)
	assert.ErrorIs(t, err, errClosed)
	b.Close()
	b.Close()
	assert.ErrorIs(t, b.Run(), errClosed)
}

func TestFreeWaitsForBounds(t *testing.T) {
	m := busyNet()
	d := levels()[0]
	x, err := d.Compile(m.finish(t), backend.Options{})
	require.NoError(t, err)
	defer x.Close()
	b, regions := m.bind(t, d, x)
	for _, r := range regions {
		r.Buffer.Free()
		r.Buffer.Free()
	}
	require.NoError(t, b.Run())
	b.Close()
	assert.Nil(t, regions[0].Buffer.Bytes())
	_, err = x.Bind(backend.Infer, regions)
	assert.ErrorContains(t, err, `cpu(0): bind infer: argument "x0": the buffer was freed`)
}

func TestBindRefuses(t *testing.T) {
	m := newNet()
	m.out(m.b.Scale(m.in(0, 1, 100), 2))
	d := levels()[0]
	x, err := d.Compile(m.finish(t), backend.Options{})
	require.NoError(t, err)
	defer x.Close()
	buf, err := d.Alloc(1000)
	require.NoError(t, err)
	defer buf.Free()
	region := func(offset, length int) backend.Region {
		return backend.Region{Buffer: buf, Offset: offset, Length: length}
	}
	for _, c := range []struct {
		args []backend.Region
		want string
	}{
		{nil, "0 arguments, want 2"},
		{[]backend.Region{region(0, 396), region(400, 400)}, `argument "x0": 396 bytes, want 400 for float32 (100,)`},
		{[]backend.Region{region(0, 400), region(396, 400)}, `arguments "x0" and "y1" overlap and one is written`},
		{[]backend.Region{region(0, 400), region(700, 400)}, `argument "y1": bytes 700 to 1100 of 1000`},
		{[]backend.Region{region(0, 400), {}}, `argument "y1": 0 bytes, want 400 for float32 (100,)`},
	} {
		_, err := x.Bind(backend.Infer, c.args)
		assert.ErrorContains(t, err, c.want)
	}
	_, err = x.Bind(backend.Step, []backend.Region{region(0, 400), region(400, 400)})
	assert.ErrorContains(t, err, "no such entry")
	b, err := x.Bind(backend.Infer, []backend.Region{region(0, 400), region(400, 400)})
	require.NoError(t, err)
	before := buf.Version()
	require.NoError(t, b.Run())
	assert.Greater(t, buf.Version(), before)
	b.Close()
}

// An error of a Host function names device, node and call, and ends the run.
func TestHostError(t *testing.T) {
	m := newNet()
	x := m.in(0, 1, 4)
	m.b.Node(`Custom "mine"`)
	outs := m.b.Host("mine", func(in, out []backend.HostTensor) error { return errors.New("no luck") }, []backend.ValueInfo{{Shape: backend.Shape{4}}}, x)
	m.out(outs[0])
	d := levels()[0]
	e, err := d.Compile(m.finish(t), backend.Options{})
	require.NoError(t, err)
	defer e.Close()
	b, _ := m.bind(t, d, e)
	defer b.Close()
	assert.EqualError(t, b.Run(), `cpu(0): Custom "mine": Host: no luck`)
}

// Prepare runs again when a parameter changed, and only then.
func TestPrepareFollowsParameters(t *testing.T) {
	prepared := 0
	m := newNet()
	x, w := m.in(0, 1, 3), m.in(0, 1, 3)
	m.p.Args[1].Param = true
	seen := m.b.Host("seen", func(in, out []backend.HostTensor) error {
		prepared++
		copy(out[0].Data, in[0].Data)
		return nil
	}, []backend.ValueInfo{{Shape: backend.Shape{3}}}, w)[0]
	require.NoError(t, m.b.Finish(backend.Prepare))
	m.out(m.b.Add(x, seen))
	require.NoError(t, m.b.Finish(backend.Infer))
	d := levels()[0]
	e, err := d.Compile(m.p, backend.Options{})
	require.NoError(t, err)
	defer e.Close()
	b, regions := m.bind(t, d, e)
	defer b.Close()
	for range 3 {
		require.NoError(t, b.Run())
	}
	assert.Equal(t, 1, prepared)
	floatsOf(regions[1].Bytes())[0] = 5
	regions[1].Buffer.Touch()
	require.NoError(t, b.Run())
	require.NoError(t, b.Run())
	assert.Equal(t, 2, prepared)
	assert.Equal(t, floatsOf(regions[0].Bytes())[0]+5, floatsOf(regions[2].Bytes())[0])
}

func TestProfile(t *testing.T) {
	m := busyNet()
	d := levels()[0]
	x, err := d.Compile(m.finish(t), backend.Options{Profile: true})
	require.NoError(t, err)
	defer x.Close()
	b, _ := m.bind(t, d, x)
	defer b.Close()
	require.NoError(t, b.Run())
	require.NoError(t, b.Run())
	total := 0.0
	for _, p := range x.Profile() {
		assert.Equal(t, 2, p.Runs)
		total += p.Seconds
	}
	assert.Positive(t, total)
	assert.Len(t, x.Profile(), len(x.Program().Entry(backend.Infer).Calls))
}

// Arguments may be memory of Go.
func TestHostMemory(t *testing.T) {
	m := newNet()
	m.out(m.b.Scale(m.given([]float32{1, 2, 3}, 3), 2))
	d := levels()[0]
	x, err := d.Compile(m.finish(t), backend.Options{})
	require.NoError(t, err)
	defer x.Close()
	in, out := []float32{1, 2, 3}, make([]float32, 3)
	b, err := x.Bind(backend.Infer, []backend.Region{backend.HostRegion(bytesOf(in)), backend.HostRegion(bytesOf(out))})
	require.NoError(t, err)
	require.NoError(t, b.Run())
	b.Close()
	assert.Equal(t, []float32{2, 4, 6}, out)
}
