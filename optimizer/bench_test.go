package optimizer

import (
	"fmt"
	"testing"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
)

// BenchmarkGroup sets the numbers of a step with the 160 parameters of a ResNet-50.
func BenchmarkGroup(b *testing.B) {
	for _, o := range []Optimizer{SGD{Momentum: .9, LRScheduler: FactorScheduler{Step: 1000, Factor: .9}}, Adam{}} {
		b.Run(o.Name(), func(b *testing.B) {
			var params []Param
			var weights []*ndarray.NDArray
			for i := range 160 {
				name := fmt.Sprintf("p%d_%s", i, []string{"weight", "bias"}[i%2])
				params = append(params, Param{Name: name, Shape: backend.Shape{1}})
				weights = append(weights, ndarray.Zeros(backend.Shape{1}))
			}
			g, err := NewGroup(o, params)
			if err == nil {
				err = g.Alloc(device.CPU(0), weights)
			}
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := g.Next(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
