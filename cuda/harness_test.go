package cuda

import (
	"errors"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/simgpu"
)

// open gives gpu(index), closed when the test ends.
func open(t *testing.T, index int) *Device {
	simgpu.Need(t)
	d, err := New(index)
	require.NoError(t, err)
	t.Cleanup(func() {
		err := d.Close()
		if d.faults.lostError() == nil {
			assert.NoError(t, err)
		}
	})
	return d
}

// hideBLAS makes d as if there were no cuBLAS.
func hideBLAS(d *Device) {
	d.blas.asked, d.blas.why = true, errors.New("hidden")
}

func alloc(t *testing.T, d *Device, bytes int) backend.Buffer {
	b, err := d.Alloc(bytes)
	require.NoError(t, err)
	t.Cleanup(b.Free)
	return b
}

func whole(b backend.Buffer) backend.Region { return backend.Region{Buffer: b, Length: b.Size()} }

func bytesOf(v []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), 4*len(v))
}

// put gives memory of the device with numbers in it.
func put(t *testing.T, d *Device, v ...float32) backend.Region {
	r := whole(alloc(t, d, 4*len(v)))
	require.NoError(t, d.Copy(r, backend.HostRegion(bytesOf(v))))
	return r
}

func get(t *testing.T, d *Device, r backend.Region) []float32 {
	v := make([]float32, r.Length/4)
	require.NoError(t, d.Copy(backend.HostRegion(bytesOf(v)), r))
	return v
}

// say makes a Program of one entry.
func say(t *testing.T, kind backend.EntryKind, f func(b *backend.Builder)) *backend.Program {
	p := &backend.Program{}
	sayMore(t, p, kind, f)
	return p
}

func sayMore(t *testing.T, p *backend.Program, kind backend.EntryKind, f func(b *backend.Builder)) {
	b := backend.NewBuilder(p)
	f(b)
	require.NoError(t, b.Finish(kind))
	require.NoError(t, p.Verify())
}

func compile(t *testing.T, d *Device, p *backend.Program, o backend.Options) backend.Executable {
	x, err := d.Compile(p, o)
	require.NoError(t, err)
	t.Cleanup(func() { x.Close() })
	return x
}

func bind(t *testing.T, x backend.Executable, kind backend.EntryKind, args ...backend.Region) backend.Bound {
	b, err := x.Bind(kind, args)
	require.NoError(t, err)
	t.Cleanup(b.Close)
	return b
}

// count gives 0, 1, 2, …
func count(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(i)
	}
	return v
}
