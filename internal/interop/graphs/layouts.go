package graphs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
)

// layouts are operators that move numbers.
var layouts = []maker{
	reshape, reshape, transpose, swapAxis, expandDims, squeeze, slicing, slicing, sliceAxis, sliceLike, reverse, tile, repeat, pad, depthSpace, diag,
	concat, concat, stack, sliceChannel, splitV2, broadcastTo, flatten,
}

func flatten(d *drawing) { d.keep(d.apply("Flatten", "", d.array(any2, 2))) }

// reshape draws a shape with MXNet's codes.
func reshape(d *drawing) {
	x := d.array(any1, 1)
	n := len(x.shape)
	var to []int
	reversed := ""
	switch d.IntN(5) {
	case 0: // what is left
		to = []int{-1}
		if k := d.divisor(x.shape.Size()); d.IntN(2) == 0 {
			to = []int{k, -1}
		}
	case 1: // an axis stays
		to = []int{0, -1}
		if n == 1 {
			to = []int{0}
		}
	case 2: // two become one, the rest stays
		to = []int{-2}
		if n > 1 {
			to = []int{-3, -2}
		}
	case 3: // one becomes two
		k := d.divisor(x.shape[0])
		to = []int{-4, k, -1, -2}
	default: // from the end
		to, reversed = []int{-1, 0}, "; reverse=True"
		if n == 1 {
			to = []int{0}
		}
	}
	d.keep(d.apply("Reshape", "shape="+tuple(to...)+reversed, x))
}

func transpose(d *drawing) {
	x := d.array(any2, 2)
	if d.IntN(4) == 0 {
		d.keep(d.apply("transpose", "", x))
		return
	}
	d.keep(d.apply("transpose", "axes="+tuple(d.Perm(len(x.shape))...), x))
}

func swapAxis(d *drawing) {
	x := d.array(any2, 2)
	p := d.Perm(len(x.shape))
	d.keep(d.apply("SwapAxis", fmt.Sprintf("dim1=%d; dim2=%d", p[0], p[1]), x))
}

func expandDims(d *drawing) {
	x := d.take(func(s backend.Shape) bool { return any1(s) && len(s) < 5 }, 2, 3)
	n := len(x.shape)
	d.keep(d.apply("expand_dims", fmt.Sprintf("axis=%d", d.int(-n-1, n)), x))
}

func squeeze(d *drawing) {
	x := d.apply("expand_dims", "axis=1", d.take(func(s backend.Shape) bool { return any1(s) && len(s) < 5 }, 1, 3, 1))
	if d.IntN(2) == 0 && x.shape.Size() > 1 {
		d.keep(d.apply("squeeze", "", x))
		return
	}
	d.keep(d.apply("squeeze", "axis=1", x))
}

// bounds draws begin, end and step along an axis of n, with at least one element between.
func (d *drawing) bounds(n int) (begin, end, step string) {
	lo := d.IntN(n)
	hi := lo + 1 + d.IntN(n-lo)
	k := d.int(1, 2)
	if d.IntN(3) == 0 { // backwards: from hi-1 down to lo
		end = fmt.Sprint(lo - 1)
		if lo == 0 {
			end = "None"
		}
		return fmt.Sprint(hi - 1), end, fmt.Sprint(-k)
	}
	begin, end, step = fmt.Sprint(lo), fmt.Sprint(hi), fmt.Sprint(k)
	if d.IntN(3) == 0 {
		begin = fmt.Sprint(lo - n)
	}
	if hi == n && d.IntN(2) == 0 {
		end = "None"
	} else if hi < n && d.IntN(3) == 0 {
		end = fmt.Sprint(hi - n)
	}
	return begin, end, step
}

func slicing(d *drawing) {
	x := d.array(any1, 1)
	var begin, end, step []string
	for _, n := range x.shape[:d.int(1, len(x.shape))] {
		b, e, s := d.bounds(n)
		begin, end, step = append(begin, b), append(end, e), append(step, s)
	}
	list := func(v []string) string { return "(" + strings.Join(v, ", ") + ",)" }
	d.keep(d.apply("slice", fmt.Sprintf("begin=%s; end=%s; step=%s", list(begin), list(end), list(step)), x))
}

func sliceAxis(d *drawing) {
	x := d.array(any1, 1)
	axis := d.axis(x.shape)
	n := x.shape[(axis+len(x.shape))%len(x.shape)]
	lo := d.IntN(n)
	end := fmt.Sprint(lo + 1 + d.IntN(n-lo))
	if d.IntN(3) == 0 {
		end = "None"
	}
	d.keep(d.apply("slice_axis", fmt.Sprintf("axis=%d; begin=%d; end=%s", axis, lo, end), x))
}

func sliceLike(d *drawing) {
	x := d.array(any1, 1)
	smaller := make([]int, len(x.shape))
	for i, n := range x.shape {
		smaller[i] = d.int(1, n)
	}
	params := ""
	if d.IntN(2) == 0 {
		params = "axes=" + d.axes(x.shape)
	}
	d.keep(d.apply("slice_like", params, x, d.variable(smaller...)))
}

func reverse(d *drawing) {
	x := d.array(any1, 1)
	d.keep(d.apply("reverse", "axis="+d.axes(x.shape), x))
}

// tile repeats two axes at most: MXNet's gradient knows no more.
func tile(d *drawing) {
	x := d.array(any1, 1)
	if x.shape.Size() > 200 {
		return
	}
	reps := slices.Repeat([]int{1}, d.int(1, min(4, len(x.shape)+1)))
	for range 2 {
		reps[d.IntN(len(reps))] = d.int(1, 3)
	}
	d.keep(d.apply("tile", "reps="+tuple(reps...), x))
}

func repeat(d *drawing) {
	x := d.array(any1, 1)
	params := fmt.Sprintf("repeats=%d", d.int(1, 3))
	if d.IntN(3) > 0 {
		params += fmt.Sprintf("; axis=%d", d.axis(x.shape))
	}
	d.keep(d.apply("repeat", params, x))
}

func pad(d *drawing) {
	x := d.image()
	mode := d.one("constant", "edge", "reflect")
	width := make([]int, 8)
	for i := 4; i < 8; i++ {
		width[i] = d.IntN(min(3, x.shape[i/2]))
	}
	d.keep(d.apply("Pad", fmt.Sprintf("mode=%s; pad_width=%s; constant_value=%s", mode, tuple(width...), d.one("0", "0.5")), x))
}

func depthSpace(d *drawing) {
	k := d.int(1, 2)
	if d.IntN(2) == 0 {
		d.keep(d.apply("depth_to_space", fmt.Sprintf("block_size=%d", k), d.variable(d.int(1, 2), k*k*d.int(1, 2), d.int(1, 4), d.int(1, 4))))
		return
	}
	d.keep(d.apply("space_to_depth", fmt.Sprintf("block_size=%d", k), d.variable(d.int(1, 2), d.int(1, 3), k*d.int(1, 3), k*d.int(1, 3))))
}

func diag(d *drawing) {
	n := d.int(2, 5)
	if d.IntN(2) == 0 {
		d.keep(d.apply("diag", fmt.Sprintf("k=%d", d.int(-2, 2)), d.take(rank(1), n)))
		return
	}
	d.keep(d.apply("diag", fmt.Sprintf("k=%d", d.int(-1, 1)), d.variable(d.int(2, 5), n)))
}

// alike draws a few arrays that agree but along an axis.
func (d *drawing) alike(x value, axis, more int) []value {
	in := []value{x}
	for range d.int(0, 2) {
		s := slices.Clone(x.shape)
		if s[axis] += d.int(0, more); s[axis] < 1 {
			s[axis] = 1
		}
		in = append(in, d.take(func(o backend.Shape) bool { return o.Equal(s) }, s...))
	}
	return in
}

func concat(d *drawing) {
	x := d.array(any1, 1)
	axis := d.axis(x.shape)
	d.keep(d.apply("Concat", fmt.Sprintf("dim=%d", axis), d.alike(x, (axis+len(x.shape))%len(x.shape), 2)...))
}

func stack(d *drawing) {
	x := d.take(func(s backend.Shape) bool { return any1(s) && len(s) < 5 }, 2, 3)
	n := len(x.shape)
	d.keep(d.apply("stack", fmt.Sprintf("axis=%d", d.int(-n-1, n)), d.alike(x, 0, 0)...))
}

func sliceChannel(d *drawing) {
	x := d.array(any1, 1)
	axis := d.axis(x.shape)
	n := x.shape[(axis+len(x.shape))%len(x.shape)]
	parts := d.divisor(n)
	squeeze := "False"
	if parts == n && len(x.shape) > 1 {
		squeeze = d.bool()
	}
	outs := d.applyAll("SliceChannel", fmt.Sprintf("num_outputs=%d; axis=%d; squeeze_axis=%s", parts, axis, squeeze), x)
	d.keep(outs[:d.int(1, len(outs))]...)
}

func splitV2(d *drawing) {
	x := d.take(func(s backend.Shape) bool { return any1(s) && s[0] > 2 }, 6, 3)
	n := x.shape[0]
	outs := d.applyAll("_split_v2", fmt.Sprintf("indices=%s; axis=0", tuple(0, d.int(1, n-1))), x)
	d.keep(outs...)
}

func broadcastTo(d *drawing) {
	x := d.variable(d.int(1, 3), 1, d.int(1, 3))
	n := d.int(1, 4)
	switch d.IntN(3) {
	case 0:
		d.keep(d.apply("broadcast_to", "shape="+tuple(0, n, 0), x))
	case 1:
		d.keep(d.apply("broadcast_axis", fmt.Sprintf("axis=(1,); size=(%d,)", n), x))
	default:
		d.keep(d.apply("broadcast_like", "", x, d.variable(x.shape[0], n, x.shape[2])))
	}
}
