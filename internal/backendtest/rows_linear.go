package backendtest

import (
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend"
)

var matMulFlags = []backend.MatMulFlag{0, backend.TransA, backend.TransB, backend.TransA | backend.TransB}

func matMulRows() []Row {
	var rows []Row
	for _, s := range [][3]int{{1, 1, 1}, {1, 17, 33}, {33, 1, 16}, {15, 16, 17}, {16, 16, 16}, {17, 31, 33}, {64, 257, 130}, {2, 800, 10}, {70, 300, 140}, {3, 0, 4}} {
		for _, flags := range matMulFlags {
			m, k, n := s[0], s[1], s[2]
			a, b := shape{m, k}, shape{k, n}
			if flags&backend.TransA != 0 {
				a = shape{k, m}
			}
			if flags&backend.TransB != 0 {
				b = shape{n, k}
			}
			types := []backend.DType(nil)
			if k < 100 {
				types = floatTypes
			}
			rows = append(rows, Row{Name: fmt.Sprintf("MatMul %dx%dx%d flags %d", m, k, n, flags), Length: k, Types: types, Build: func(c *Case) {
				c.Out("y", c.MatMul(c.In("a", a, Normal), c.In("b", b, Normal), flags))
			}})
			if m*k*n < 20000 {
				a, b := append(shape{3}, a...), append(shape{3}, b...)
				rows = append(rows, Row{Name: fmt.Sprintf("MatMul 3 times %dx%dx%d flags %d", m, k, n, flags), Length: k, Build: func(c *Case) {
					c.Out("y", c.MatMul(c.In("a", a, Normal), c.In("b", b, Normal), flags))
				}})
			}
		}
	}
	// Round the blocks of 32, 64 and 128 rows that GPUs work in; enough products to need the largest; long sums of few results,
	// which are cut into parts.
	for _, s := range [][4]int{{1, 32, 15, 33}, {1, 65, 129, 64}, {1, 129, 33, 32}, {2, 31, 65, 127}, {64, 129, 9, 131}, {1, 5, 3001, 7}, {2, 33, 515, 65}} {
		for _, flags := range matMulFlags {
			if s[0] == 64 && flags != 0 {
				continue // it is long
			}
			a, b := shape{s[0], s[1], s[2]}, shape{s[0], s[2], s[3]}
			if flags&backend.TransA != 0 {
				a[1], a[2] = a[2], a[1]
			}
			if flags&backend.TransB != 0 {
				b[1], b[2] = b[2], b[1]
			}
			rows = append(rows, Row{Name: fmt.Sprintf("MatMul %d times %dx%dx%d flags %d", s[0], s[1], s[2], s[3], flags), Length: s[2], Types: []backend.DType{backend.Float32}, Build: func(c *Case) {
				c.Out("y", c.MatMul(c.In("a", a, Normal), c.In("b", b, Normal), flags))
			}})
		}
	}
	return rows
}

// convCase is a convolution: data, filters, and what beside the kernel's size is not the default.
type convCase struct {
	x       shape
	filters int
	k       []int
	a       backend.ConvAttrs
	surplus int // rows at the end of the data that no window covers
}

func (k convCase) attrs() backend.ConvAttrs {
	a := k.a
	a.Kernel = k.k
	for _, v := range []*[]int{&a.Stride, &a.Dilate} {
		if *v == nil {
			*v = ones(len(k.k))
		}
	}
	if a.Pad == nil {
		a.Pad = make([]int, len(k.k))
	}
	a.Groups = max(a.Groups, 1)
	return a
}

func ones(n int) []int {
	v := make([]int, n)
	for i := range v {
		v[i] = 1
	}
	return v
}

func pair(a, b int) []int { return []int{a, b} }

// convCases are sizes round 16 images and 16 channels, the first and second layers of LeNet, and every attribute.
func convCases() []convCase {
	pad1 := backend.ConvAttrs{Pad: pair(1, 1)}
	return []convCase{
		{x: shape{1, 1, 1, 1}, filters: 1, k: pair(1, 1)},
		{x: shape{2, 1, 28, 28}, filters: 20, k: pair(5, 5)},
		{x: shape{17, 20, 12, 12}, filters: 5, k: pair(5, 5)},
		{x: shape{15, 3, 9, 9}, filters: 4, k: pair(3, 3), a: pad1},
		{x: shape{16, 16, 7, 7}, filters: 16, k: pair(3, 3), a: pad1},
		{x: shape{33, 2, 6, 5}, filters: 3, k: pair(3, 3)},
		{x: shape{3, 17, 8, 8}, filters: 31, k: pair(1, 1)},
		{x: shape{2, 33, 9, 7}, filters: 15, k: pair(1, 1), a: backend.ConvAttrs{Stride: pair(2, 2)}},
		{x: shape{2, 3, 23, 23}, filters: 8, k: pair(7, 7), a: backend.ConvAttrs{Stride: pair(2, 2), Pad: pair(3, 3)}},
		{x: shape{2, 3, 11, 13}, filters: 4, k: pair(3, 3), a: backend.ConvAttrs{Stride: pair(2, 1), Pad: pair(0, 2)}},
		{x: shape{2, 4, 13, 11}, filters: 6, k: pair(3, 3), a: backend.ConvAttrs{Dilate: pair(2, 3), Pad: pair(2, 3)}},
		{x: shape{2, 5, 9, 9}, filters: 3, k: pair(1, 7), a: backend.ConvAttrs{Pad: pair(0, 3)}},
		{x: shape{2, 5, 9, 9}, filters: 3, k: pair(7, 1), a: backend.ConvAttrs{Pad: pair(3, 0)}},
		{x: shape{3, 6, 8, 8}, filters: 4, k: pair(3, 3), a: backend.ConvAttrs{Groups: 2, Pad: pair(1, 1)}},
		{x: shape{2, 18, 7, 7}, filters: 18, k: pair(3, 3), a: backend.ConvAttrs{Groups: 18, Pad: pair(1, 1)}},
		{x: shape{2, 32, 8, 8}, filters: 32, k: pair(3, 3), a: backend.ConvAttrs{Groups: 32, Pad: pair(1, 1), Stride: pair(2, 2)}},
		{x: shape{2, 34, 6, 6}, filters: 34, k: pair(3, 3), a: backend.ConvAttrs{Groups: 2, Pad: pair(1, 1)}},
		{x: shape{1, 2, 3, 3}, filters: 2, k: pair(5, 5), a: backend.ConvAttrs{Pad: pair(4, 4)}},
		{x: shape{1, 2, 1, 1}, filters: 2, k: pair(2, 2), a: backend.ConvAttrs{Pad: pair(3, 3), Stride: pair(2, 2)}},
		{x: shape{2, 3, 8, 9}, filters: 2, k: pair(3, 3), a: backend.ConvAttrs{Stride: pair(2, 2)}, surplus: 1},
		{x: shape{2, 3, 5, 6, 7}, filters: 4, k: []int{3, 2, 3}, a: backend.ConvAttrs{Pad: []int{1, 0, 1}, Stride: []int{1, 2, 2}, Dilate: []int{2, 1, 1}}},
		{x: shape{2, 4, 4, 4, 4}, filters: 4, k: []int{2, 2, 2}, a: backend.ConvAttrs{Groups: 2}},
		{x: shape{64, 1, 28, 28}, filters: 20, k: pair(5, 5)},
		{x: shape{2, 4, 7, 7}, filters: 8, k: pair(3, 3), a: backend.ConvAttrs{Groups: 4, Pad: pair(1, 1)}},
		{x: shape{2, 6, 5, 5}, filters: 36, k: pair(3, 3), a: backend.ConvAttrs{Groups: 2}},
		{x: shape{2, 6, 5, 5}, filters: 4, k: pair(1, 1), a: backend.ConvAttrs{Groups: 2}},
		{x: shape{2, 3, 6, 5}, filters: 18, k: pair(1, 1), a: backend.ConvAttrs{Pad: pair(1, 2)}},
		{x: shape{2, 3, 1, 17}, filters: 17, k: pair(1, 3), a: backend.ConvAttrs{Pad: pair(0, 1), Dilate: pair(1, 2)}},
		{x: shape{2, 3, 9, 10}, filters: 17, k: pair(2, 2), a: backend.ConvAttrs{Stride: pair(3, 4)}, surplus: 1},
		{x: shape{5, 2, 33, 31}, filters: 3, k: pair(3, 4), a: backend.ConvAttrs{Pad: pair(1, 2)}},
		{x: shape{1, 3, 5, 6, 7}, filters: 17, k: []int{3, 3, 3}, a: backend.ConvAttrs{Pad: []int{1, 1, 1}, Stride: []int{2, 1, 2}, Dilate: []int{1, 2, 1}}},
		{x: shape{2, 3, 4, 5, 6}, filters: 3, k: []int{2, 3, 2}, a: backend.ConvAttrs{Groups: 3, Pad: []int{1, 0, 1}}},
	}
}

func convRows() []Row {
	var rows []Row
	for _, k := range convCases() {
		a := k.attrs()
		w := append(shape{k.filters, k.x[1] / a.Groups}, k.k...)
		name := fmt.Sprintf("%v w%v s%v p%v d%v g%d", k.x, w, a.Stride, a.Pad, a.Dilate, a.Groups)
		patch := w[1:].Size()
		types := []backend.DType(nil)
		switch {
		case k.x.Size() > 50000:
			types = []backend.DType{backend.Float32}
		case patch < 50:
			types = floatTypes
		}
		out := append(shape{k.x[0], k.filters}, convSizes(k.x, a)...)
		rows = append(rows,
			Row{Name: "Conv " + name, Length: patch, Types: types, Build: func(c *Case) {
				c.Out("y", c.Conv(c.In("x", k.x, Normal), c.In("w", w, Normal), a))
			}},
			Row{Name: "ConvGradData " + name, Length: patch / w[1] * w[0] / a.Groups, Types: slices.DeleteFunc(slices.Clone(types), isHalf), Build: func(c *Case) {
				c.Out("dx", c.ConvGradData(c.In("dy", out, Normal), c.In("w", w, Normal), k.x, a))
			}},
			Row{Name: "ConvGradFilter " + name, Length: out.Size() / k.filters, Types: slices.DeleteFunc(slices.Clone(types), isHalf), Build: func(c *Case) {
				c.Out("dw", c.ConvGradFilter(c.In("dy", out, Normal), c.In("x", k.x, Normal), w, a))
			}})
	}
	return rows
}

func isHalf(t backend.DType) bool { return t == backend.Float16 || t == backend.BFloat16 }

// convSizes is the spatial size of the output.
func convSizes(x shape, a backend.ConvAttrs) []int {
	var s []int
	for i, k := range a.Kernel {
		s = append(s, (x[2+i]+2*a.Pad[i]-a.Dilate[i]*(k-1)-1)/a.Stride[i]+1)
	}
	return s
}

func poolRows() []Row {
	var rows []Row
	for _, k := range []struct {
		x                   shape
		kernel, stride, pad []int
		full                bool // sizes rounded up: the last window may hang over
	}{
		{x: shape{1, 1, 1, 1}, kernel: pair(1, 1)},
		{x: shape{17, 3, 24, 24}, kernel: pair(2, 2), stride: pair(2, 2)},
		{x: shape{2, 17, 8, 8}, kernel: pair(2, 2), stride: pair(2, 2)},
		{x: shape{2, 16, 9, 9}, kernel: pair(3, 3), stride: pair(2, 2)},
		{x: shape{3, 5, 9, 10}, kernel: pair(3, 3), stride: pair(2, 2), full: true},
		{x: shape{16, 2, 7, 7}, kernel: pair(3, 3), stride: pair(2, 2), pad: pair(1, 1)},
		{x: shape{2, 3, 7, 8}, kernel: pair(3, 3), stride: pair(2, 2), pad: pair(1, 1), full: true},
		{x: shape{2, 3, 8, 8}, kernel: pair(3, 3), pad: pair(1, 1)},
		{x: shape{33, 2, 7, 7}, kernel: pair(7, 7)},
		{x: shape{2, 3, 6, 7}, kernel: pair(2, 3), stride: pair(1, 2), pad: pair(0, 1)},
		{x: shape{2, 3, 9, 9}, kernel: pair(2, 2), stride: pair(3, 3)},
		{x: shape{2, 3, 5, 6, 7}, kernel: []int{2, 3, 2}, stride: []int{2, 1, 2}, pad: []int{1, 1, 0}},
		{x: shape{2, 3, 4, 4, 4}, kernel: []int{2, 2, 2}, stride: []int{2, 2, 2}},
	} {
		if k.stride == nil {
			k.stride = ones(len(k.kernel))
		}
		if k.pad == nil {
			k.pad = make([]int, len(k.kernel))
		}
		var out []int
		for i, w := range k.kernel {
			n := k.x[2+i] + 2*k.pad[i] - w
			if k.full {
				n += k.stride[i] - 1
			}
			out = append(out, n/k.stride[i]+1)
		}
		for _, a := range []backend.PoolAttrs{
			{Type: backend.PoolMax}, {Type: backend.PoolAvg, CountIncludePad: true}, {Type: backend.PoolAvg}, {Type: backend.PoolSum},
			{Type: backend.PoolLp, P: 2}, {Type: backend.PoolLp, P: 3},
		} {
			a.Kernel, a.Stride, a.Pad = k.kernel, k.stride, k.pad
			fill := Normal
			if a.Type == backend.PoolMax {
				fill = Small
			}
			types := []backend.DType(nil)
			if a.Type == backend.PoolMax || a.Type == backend.PoolAvg {
				types = floatTypes
			}
			window := shape(k.kernel).Size()
			rows = append(rows, Row{Name: fmt.Sprintf("Pool %v full %v %v", k.x, k.full, &a), Length: window, Types: types, Slack: 2, Build: func(c *Case) {
				c.Out("y", c.Pool(c.In("x", k.x, fill), out, a))
			}})
			rows = append(rows, Row{Name: fmt.Sprintf("PoolGrad %v full %v %v", k.x, k.full, &a), Length: window, Slack: 4, Build: func(c *Case) {
				x := c.In("x", k.x, fill)
				y := c.Pool(x, out, a)
				c.Out("dx", c.PoolGrad(c.In("dy", y.Shape(), Normal), x, y, a))
			}})
		}
	}
	a := backend.PoolAttrs{Type: backend.PoolMax, Kernel: pair(2, 2), Stride: pair(1, 1), Pad: pair(0, 0)}
	return append(rows, Row{Name: "Pool max with NaN", Build: func(c *Case) {
		x := c.In("x", shape{17, 1, 4, 5}, Values(1, 2, nan, -1, inf(-1), 3, inf(1)))
		y := c.Pool(x, pair(3, 4), a)
		c.Out("y", y)
		c.Out("dx", c.PoolGrad(c.In("dy", y.Shape(), Normal), x, y, a))
	}, Length: 4})
}
