//go:build cgo

package cpu

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

func mlpStep() *net {
	m := newNet()
	b := m.b
	sgd := expr.MustParse("w g m lr wd -> v = 0.9*m - lr*(0.01*g + wd*w); w + v, v")
	x := m.in(0, 1, 64, 784)
	dims := []int{784, 128, 64, 10}
	var hs, ws, bs []backend.Value
	h := x
	for i := range 3 {
		w := m.in(-0.1, 0.1, dims[i+1], dims[i])
		bb := m.in(-0.1, 0.1, dims[i+1])
		ws, bs, hs = append(ws, w), append(bs, bb), append(hs, h)
		h = b.Add(b.MatMul(h, w, backend.TransB), bb)
		if i < 2 {
			h = b.Map1(expr.MustParse("x -> max(x, 0)"), h)
		}
	}
	p := b.Softmax(h, 1)
	m.out(p)
	label := b.Reshape(m.in(0, 10, 64), backend.Shape{64, 1})
	d := b.Map1(expr.MustParse("p l c -> p - select(c == trunc(l), 1, 0)"), p, label, b.Iota(backend.Float32, 10))
	lr, wd := m.in(0.1, 0.1), m.in(0, 0)
	type g struct{ w, g backend.Value }
	var gs []g
	for i := 2; i >= 0; i-- {
		gs = append(gs, g{ws[i], b.MatMul(d, hs[i], backend.TransA)}, g{bs[i], b.Sum(d, 0)})
		if i > 0 {
			d = b.Map1(expr.MustParse("d h -> select(h > 0, d, 0)"), b.MatMul(d, ws[i]), hs[i])
		}
	}
	for _, q := range gs {
		v := b.Map(sgd, q.w, q.g, m.in(0, 0, q.w.Shape()...), lr, wd)
		for k := range 2 {
			m.out(v[k])
		}
	}
	return m
}

func TestProf(t *testing.T) {
	if os.Getenv("GB") == "" {
		t.Skip()
	}
	th := 1
	fmt.Sscan(os.Getenv("GB"), &th)
	SetThreads(th)
	m := mlpStep()
	d := levels()[len(levels())-1]
	p := m.finish(t)
	for _, prof := range []bool{false, true} {
		x, err := d.Compile(p, backend.Options{Profile: prof})
		if err != nil {
			t.Fatal(err)
		}
		b, _ := m.bind(t, d, x)
		best := time.Hour
		for range 300 {
			since := time.Now()
			b.Run()
			best = min(best, time.Since(since))
		}
		fmt.Println(prof, best, "img/s", 64/best.Seconds())
		for _, q := range x.Profile() {
			fmt.Printf("%8.1f us %s\n", 1e6*q.Seconds/float64(q.Runs), x.Program().CallString(&x.Program().Entry(backend.Infer).Calls[q.Call]))
		}
	}
}
