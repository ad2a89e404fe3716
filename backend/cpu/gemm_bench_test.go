//go:build cgo

package cpu

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/gomx-org/gomx/backend"
)

func TestGemmSpeed(t *testing.T) {
	if os.Getenv("GB") == "" {
		t.Skip()
	}
	th := 1
	fmt.Sscan(os.Getenv("GB"), &th)
	SetThreads(th)
	for _, c := range []struct {
		s     [3]int
		flags int
	}{
		{[3]int{64, 128, 784}, 2}, {[3]int{64, 784, 128}, 0}, {[3]int{128, 784, 64}, 1}, {[3]int{64, 64, 128}, 2}, {[3]int{64, 10, 64}, 2}, {[3]int{64, 500, 800}, 2}, {[3]int{64, 800, 500}, 0}, {[3]int{500, 800, 64}, 1},
		{[3]int{512, 512, 512}, 0}, {[3]int{1024, 1024, 1024}, 0}, {[3]int{1024, 1024, 1024}, 2}, {[3]int{1024, 1024, 1024}, 1}, {[3]int{256, 3136, 64}, 0}, {[3]int{64, 3136, 256}, 0}, {[3]int{8, 4096, 4096}, 2}, {[3]int{1, 4096, 4096}, 2}, {[3]int{512, 512, 4096}, 2},
	} {
		a, b := gemmShapes(c.s, c.flags)
		m := newNet()
		m.out(m.b.MatMul(m.in(-1, 1, a...), m.in(-1, 1, b...), gemmFlags(c.flags)...))
		p := m.finish(t)
		var best [3]time.Duration
		var bs [2]backend.Bound
		d := levels()[len(levels())-1]
		for k := range 2 {
			preferBLAS = k == 1
			x, err := d.Compile(p, backend.Options{})
			if err != nil {
				t.Fatal(err)
			}
			bs[k], _ = m.bind(t, d, x)
		}
		preferBLAS = false
		flops := 2 * float64(c.s[0]) * float64(c.s[1]) * float64(c.s[2])
		n := int(1e7/flops) + 1
		for range 15 {
			for k := range 2 {
				since := time.Now()
				for range n {
					bs[k].Run()
				}
				if e := time.Since(since) / time.Duration(n); best[k] == 0 || e < best[k] {
					best[k] = e
				}
			}
		}
		fmt.Printf("%v %d: own %.1f  blas %.1f GF/s\n", c.s, c.flags, flops/float64(best[0]), flops/float64(best[1]))
	}
}
