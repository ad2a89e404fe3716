package ndarray

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/ref"
	"github.com/gomx-org/gomx/device"
)

// remote is a device whose memory the host cannot address, as that of a GPU.
type remote struct{ backend.Device }

type remoteBuffer struct{ backend.Buffer }

func (remoteBuffer) Bytes() []byte { return nil }

func (d remote) Alloc(bytes int) (backend.Buffer, error) {
	b, err := d.Device.Alloc(bytes)
	return &remoteBuffer{b}, err
}

func local(r backend.Region) backend.Region {
	if b, ok := r.Buffer.(*remoteBuffer); ok {
		r.Buffer = b.Buffer
	}
	return r
}

func (d remote) Copy(dst, src backend.Region) error { return d.Device.Copy(local(dst), local(src)) }

func (d remote) Compile(p *backend.Program, o backend.Options) (backend.Executable, error) {
	exe, err := d.Device.Compile(p, o)
	return remoteExecutable{exe}, err
}

type remoteExecutable struct{ backend.Executable }

// Bind gives a Bound that cannot be pointed at other memory, so that plans bind anew.
func (e remoteExecutable) Bind(entry backend.EntryKind, args []backend.Region) (backend.Bound, error) {
	near := make([]backend.Region, len(args))
	for i, r := range args {
		near[i] = local(r)
	}
	b, err := e.Executable.Bind(entry, near)
	return struct{ backend.Bound }{b}, err
}

// peer is a remote device that fetches from its like by itself.
type peer struct {
	remote
	fetched int
	refuses bool
}

func (d *peer) CopyPeer(dst, src backend.Region) error {
	if d.refuses {
		return fmt.Errorf("another kind: %w", errors.ErrUnsupported)
	}
	d.fetched++
	return d.Copy(dst, src)
}

// openRemote makes cpu(index) a remote device for the duration of the test.
func openRemote(t *testing.T, index int) device.Context {
	return openAs(t, index, remote{ref.New(index)})
}

func openAs(t *testing.T, index int, dev backend.Device) device.Context {
	ctx := device.CPU(index)
	homes.Store(ctx, &home{ctx: ctx, dev: dev, pool: newPool(dev)})
	t.Cleanup(func() { homes.Delete(ctx) })
	return ctx
}

// Devices that can fetch from each other do so; others go through the host.
func TestCopiesBetweenPeers(t *testing.T) {
	dev := &peer{remote: remote{ref.New(96)}}
	from, to := openRemote(t, 95), openAs(t, 96, dev)
	src, dst := Array(count(6), Shape{6}, On(from)), Zeros(Shape{6}, On(to))
	require.NoError(t, dst.CopyFrom(src))
	assert.Equal(t, count(6), dst.Float32())
	assert.Equal(t, 1, dev.fetched)
	dst.Fill(0)
	dev.refuses = true
	require.NoError(t, dst.CopyFrom(src))
	assert.Equal(t, count(6), dst.Float32())
	dst.Fill(0)
	require.NoError(t, dst.CopyFrom(Array(count(6), Shape{6})))
	assert.Equal(t, count(6), dst.Float32())
	assert.Equal(t, 1, dev.fetched)
}

func TestMemoryOutOfReach(t *testing.T) {
	ctx := openRemote(t, 99)
	a := Array(count(6), Shape{2, 3}, On(ctx))
	assert.Nil(t, a.Bytes())
	assert.Nil(t, a.Data32())
	assert.Equal(t, count(6), a.Float32())
	for i := range 3 {
		assert.Equal(t, float32(5+i), a.AddScalar(float64(i)).Float32()[5])
	}
	assert.Equal(t, []float32{0, 2, 4, 6, 8, 10}, a.Add(a).Float32())
	a.Slice(1, 2).Fill(-1)
	assert.Equal(t, []float32{0, 1, 2, -1, -1, -1}, a.Float32())
	near := a.AsInContext(device.CPU(0))
	assert.Equal(t, a.Float32(), near.Float32())
	assert.Equal(t, a.Float64(), near.AsInContext(ctx).AsType(backend.Float64).Float64())
	require.NoError(t, a.CopyFrom(Ones(Shape{2, 3}, Of(backend.Int8))))
	a.MulScalarInPlace(3)
	assert.Equal(t, Full(Shape{2, 3}, 3).Float32(), a.Float32())
	assert.Equal(t, Shape{4}, Uniform(0, 1, Shape{4}, On(ctx)).Shape())
	path := filepath.Join(t.TempDir(), "far.params")
	require.NoError(t, Save(path, a))
	f, err := Load(path, On(ctx))
	require.NoError(t, err)
	assert.Equal(t, a.Float32(), f.List()[0].Float32())
	assert.Equal(t, ctx, f.List()[0].Context())
}

// Batches travel to a device and outputs back in every step: that allocates nothing, nor do numbers set by the host.
func TestCopiesAcrossDevices(t *testing.T) {
	far, farther, near := openRemote(t, 98), openRemote(t, 97), device.CPU(0)
	numbers := count(6)
	a := Array(numbers, Shape{2, 3}, On(near))
	b, c, d := Zeros(Shape{2, 3}, On(far)), Zeros(Shape{2, 3}, On(farther)), Zeros(Shape{2, 3}, On(near))
	part := Zeros(Shape{1, 3}, On(far))
	round := func() {
		for _, p := range [][2]*NDArray{{b, a}, {c, b}, {d, c}} {
			if err := p[0].CopyFrom(p[1]); err != nil {
				t.Fatal(err)
			}
		}
		if err := part.CopyRowsFrom(a, 1); err != nil {
			t.Fatal(err)
		}
		if err := a.SetFloat32(numbers); err != nil {
			t.Fatal(err)
		}
		if err := b.SetFloat32(numbers); err != nil {
			t.Fatal(err)
		}
	}
	round()
	for _, x := range []*NDArray{b, c, d} {
		assert.Equal(t, numbers, x.Float32())
	}
	assert.Equal(t, numbers[3:], part.Float32())
	version := d.region().Buffer.Version()
	assert.Zero(t, testing.AllocsPerRun(10, round))
	assert.Greater(t, d.region().Buffer.Version(), version)
}

func TestCopyRows(t *testing.T) {
	src := Array(count(8), Shape{4, 2}, Of(backend.Uint8))
	a := Zeros(Shape{2, 2})
	require.NoError(t, a.CopyRowsFrom(src, 1))
	assert.Equal(t, []float32{2, 3, 4, 5}, a.Float32())
	require.NoError(t, src.Slice(0, 2).CopyRowsFrom(src, 2))
	assert.Equal(t, []float32{4, 5, 6, 7, 4, 5, 6, 7}, src.Float32())
	for _, lo := range []int{-1, 3} {
		assert.ErrorContains(t, a.CopyRowsFrom(src, lo), fmt.Sprintf("source is (4,2), want (2,2) from row %d on", lo))
	}
	assert.Error(t, a.CopyRowsFrom(Zeros(Shape{4, 3}), 0))
	assert.Error(t, Zeros(Shape{}).CopyRowsFrom(Zeros(Shape{}), 0))
}
