//go:build cgo

package cpu

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// mapExpressions are those that training spends its time on, beside a copy, which says what memory allows.
var mapExpressions = []struct{ name, text string }{
	{"copy", "a -> a"},
	{"relu", "a -> max(a, 0)"},
	{"reluGrad", "a b -> b > 0 ? a : 0"},
	{"add", "a b -> a + b"},
	{"tanh", "a -> tanh(a)"},
	{"sigmoid", "a -> sigmoid(a)"},
	{"exp", "a -> exp(a)"},
	{"sgd", "a b c -> v = 0.9*c - 0.1*(0.01*b + 0.0001*a); a + v, v"},
	{"adam", "w g m v -> n = 0.9*m + 0.1*g; s = 0.999*v + 0.001*g*g; w - 0.01*n/(sqrt(s) + 1e-8), n, s"},
}

// In the first-level cache, in the second, and beyond; bytes count inputs and outputs.
func BenchmarkMap(b *testing.B) {
	defer SetThreads(0)
	require.NoError(b, SetThreads(1))
	d := levels()[len(levels())-1]
	for _, n := range []int{2048, 32768, 4 << 20} {
		for _, m := range mapExpressions {
			e := expr.MustParse(m.text)
			net := newNet()
			var in []backend.Value
			for range e.NumInputs {
				in = append(in, net.in(0, 1, n))
			}
			if m.name == "copy" {
				net.out(in[0])
			} else {
				for _, v := range net.b.Map(e, in...) {
					net.out(v)
				}
			}
			x, err := d.Compile(net.finish(b), backend.Options{})
			require.NoError(b, err)
			bound, _ := net.bind(b, d, x)
			b.Run(fmt.Sprintf("%s/%d", m.name, n), func(b *testing.B) {
				b.SetBytes(int64(4 * n * (e.NumInputs + len(e.Outs))))
				for range b.N {
					if err := bound.Run(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/elem")
			})
			bound.Close()
			x.Close()
		}
	}
}
