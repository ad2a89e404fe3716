//go:build cgo

package cpu

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
)

// Products of the MLP and LeNet at 64 images, of convolutions of 1×1, of a large layer at few images, and squares.
// Flag 1 is TransA, 2 TransB.
var gemmBench = []struct {
	mnk   [3]int
	flags int
}{
	{[3]int{64, 128, 784}, 2}, {[3]int{64, 784, 128}, 0}, {[3]int{128, 784, 64}, 1}, {[3]int{64, 10, 64}, 2},
	{[3]int{64, 500, 800}, 2}, {[3]int{64, 800, 500}, 0}, {[3]int{500, 800, 64}, 1},
	{[3]int{256, 3136, 64}, 0}, {[3]int{64, 3136, 256}, 0}, {[3]int{1, 4096, 4096}, 2}, {[3]int{8, 4096, 4096}, 2},
	{[3]int{512, 512, 512}, 0}, {[3]int{1024, 1024, 1024}, 0}, {[3]int{1024, 1024, 1024}, 1}, {[3]int{1024, 1024, 1024}, 2},
}

// The own product and OpenBLAS in turns, on one thread: the best of some rounds of each, in GFLOP/s.
func BenchmarkMatMul(b *testing.B) {
	defer SetThreads(0)
	require.NoError(b, SetThreads(1))
	defer func(before bool) { preferBLAS = before }(preferBLAS)
	d := levels()[len(levels())-1]
	for _, c := range gemmBench {
		b.Run(fmt.Sprintf("%dx%dx%d/flags=%d", c.mnk[0], c.mnk[1], c.mnk[2], c.flags), func(b *testing.B) {
			m := newNet()
			x, y := gemmShapes(c.mnk, c.flags)
			m.out(m.b.MatMul(m.in(-1, 1, x...), m.in(-1, 1, y...), gemmFlags(c.flags)...))
			var bounds [2]backend.Bound
			for k := range bounds {
				preferBLAS = k == 1
				e, err := d.Compile(m.finish(b), backend.Options{})
				require.NoError(b, err)
				defer e.Close()
				bounds[k], _ = m.bind(b, d, e)
				defer bounds[k].Close()
			}
			flops := 2 * float64(c.mnk[0]) * float64(c.mnk[1]) * float64(c.mnk[2])
			var best [2]float64
			for range max(b.N, 5) {
				for k := range bounds {
					best[k] = max(best[k], flops/secondsOf(b, bounds[k], int(1e7/flops)+1)/1e9)
				}
			}
			b.ReportMetric(best[0], "own-GF/s")
			if blas().name != "" {
				b.ReportMetric(best[1], "blas-GF/s")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// secondsOf is the time of one Run, over n of them.
func secondsOf(t testing.TB, b backend.Bound, n int) float64 {
	since := time.Now()
	for range n {
		if err := b.Run(); err != nil {
			t.Fatal(err)
		}
	}
	return time.Since(since).Seconds() / float64(n)
}
