package cuda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/backendtest"
)

// rowsOf are the float32 cases of kernels whose name begins so.
func rowsOf(prefix string) []backendtest.Row {
	var rows []backendtest.Row
	for _, r := range backendtest.Rows() {
		if strings.HasPrefix(r.Name, prefix) {
			rows = append(rows, r)
		}
	}
	return rows
}

// checkRows holds d to the rows and counts them.
func checkRows(t *testing.T, d *Device, rows []backendtest.Row) {
	require.NotEmpty(t, rows)
	for _, r := range rows {
		assert.NoError(t, backendtest.Check(d, r, backend.Float32), r.Name)
	}
}

// Every convolution has the same answer on every path, also those that lowerConv would not choose, and when the patches are
// made image by image or channel by channel.
func TestConvPaths(t *testing.T) {
	d := open(t, 0)
	for name, lower := range map[string]func(s *convShape, cx *compileCtx, c *backend.Call){
		"direct":  func(s *convShape, cx *compileCtx, c *backend.Call) { s.lowerDirect(cx, c) },
		"patches": func(s *convShape, cx *compileCtx, c *backend.Call) { s.lowerPatches(cx, c, patchBytes) },
		"two images": func(s *convShape, cx *compileCtx, c *backend.Call) {
			s.lowerPatches(cx, c, 12*(s.patch()+s.f)*s.outSize-4)
		},
		"single channel": func(s *convShape, cx *compileCtx, c *backend.Call) { s.lowerPatches(cx, c, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			for _, kind := range []backend.Kind{backend.Conv, backend.ConvGradData, backend.ConvGradFilter} {
				row := kernels[kind]
				t.Cleanup(func() { kernels[kind] = row })
				kernels[kind] = kernelRow{supports: row.supports, lower: func(cx *compileCtx, c *backend.Call) error {
					lower(newConvShape(cx.P, c), cx, c)
					return nil
				}}
			}
			checkRows(t, d, rowsOf("Conv"))
		})
	}
}

func TestConvPathChosen(t *testing.T) {
	shape := func(c, f, groups, kernel, size int) *convShape {
		s := &convShape{
			n: 2, c: c, f: f, groups: groups, in: [3]int{1, size, size}, out: [3]int{1, size, size}, kernel: [3]int{1, kernel, kernel},
			stride: [3]int{1, 1, 1}, pad: [3]int{0, kernel / 2, kernel / 2}, dilate: [3]int{1, 1, 1},
		}
		s.inSize, s.outSize, s.taps = volume(s.in), volume(s.out), volume(s.kernel)
		return s
	}
	for _, c := range []struct {
		s    *convShape
		want convPath
	}{
		{shape(64, 64, 1, 3, 32), convPatches},
		{shape(64, 64, 2, 3, 32), convPatches},
		{shape(1, 1, 64, 3, 32), convDirect},  // depthwise
		{shape(3, 8, 1, 3, 32), convDirect},   // a thin product
		{shape(64, 8, 1, 1, 32), convPatches}, // nothing to copy
		{shape(8, 8, 8, 1, 32), convDirect},   // many small products
		{shape(1, 64, 1, 3, 2000), convDirect},
	} {
		assert.Equal(t, c.want, c.s.path(), "%+v", *c.s)
	}
}

// The parts of the patches cover every image and channel once and keep to the limit.
func TestConvParts(t *testing.T) {
	s := &convShape{n: 5, c: 6, f: 4, groups: 1, outSize: 10, taps: 9}
	for limit, want := range map[int]int{
		4 * 10 * 54 * 5: 1,  // all
		4 * 10 * 54 * 2: 3,  // 2, 2 and 1 images
		4 * 10 * 54:     5,  // one
		4 * 10 * 53:     10, // 5 channels and 1
		4 * 10 * 9:      30, // one channel
		1:               30,
	} {
		k := convProduct{convShape: s, rows: s.patch(), limit: limit}
		parts := k.parts()
		assert.Len(t, parts, want, "limit %d", limit)
		seen := map[[2]int]int{}
		for _, p := range parts {
			for n := range p.images {
				for c := range p.channels {
					seen[[2]int{p.n + n, p.c + c}]++
				}
			}
			if bytes := 4 * p.images * p.channels * s.taps * s.outSize; bytes > limit {
				assert.Equal(t, 4*s.taps*s.outSize, bytes, "limit %d: a single channel is the least", limit)
			}
		}
		assert.Len(t, seen, 30, "limit %d", limit)
		for at, n := range seen {
			assert.Equal(t, 1, n, "limit %d: %v", limit, at)
		}
	}
}
