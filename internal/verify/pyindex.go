package verify

import (
	"fmt"
	"slices"
	"strings"

	nd "github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/with"
)

// axisIndex is what an index says of one axis: a position, or a range of them, or a new axis.
type axisIndex struct {
	positions []int
	listed    bool // by a list, in any order
	single    bool // the axis goes
	fresh     bool // the axis is new
}

// index is v[index]: a part of an array, or an item of a list.
func (p *python) index(v, index any) any {
	if items, ok := sequence(v); ok {
		i := p.whole(index)
		if i < 0 {
			i += len(items)
		}
		return items[i]
	}
	a := p.array(v)
	switch x := index.(type) {
	case int:
		return a.At(x)
	case *nd.NDArray:
		return nd.Take(a, x)
	case pySlice:
		if x.step == nil || x.step == 1 {
			from, to, _ := p.bounds(x, a.Shape()[0])
			return a.Slice(from, to)
		}
	}
	parts := p.parts(index)
	if len(parts) > 0 {
		if _, ok := parts[0].(pyList); ok {
			return p.gather(a, parts)
		}
	}
	return p.region(a, p.axes(parts, a.Shape()))
}

func (p *python) parts(index any) pyTuple {
	if t, ok := index.(pyTuple); ok {
		return t
	}
	return pyTuple{index}
}

// gather picks elements by lists of positions along the first axes: those axes joined, and rows of them.
func (p *python) gather(a *nd.NDArray, parts pyTuple) *nd.NDArray {
	var rows []float64
	shape := a.Shape()
	if len(parts) > len(shape) {
		panic(&nd.Error{Op: "index", Err: fmt.Errorf("%d indices for %v", len(parts), shape)})
	}
	for k, part := range parts {
		list := p.ints(part)
		for len(rows) < len(list) {
			rows = append(rows, 0)
		}
		for i, at := range list {
			rows[i] = rows[i]*float64(shape[k]) + float64(p.position(at, shape[k]))
		}
	}
	joined := append([]int{shape[:len(parts)].Size()}, shape[len(parts):]...)
	return nd.Take(a.Reshape(joined...), nd.Array(rows, nil, p.on))
}

func (p *python) position(i, n int) int {
	if i < -n || i >= n {
		panic(&nd.Error{Op: "index", Err: fmt.Errorf("%d is outside an axis of %d", i, n)})
	}
	if i < 0 {
		i += n
	}
	return i
}

// bounds are the first position of a slice, the one behind its last, and its step, as Python has them.
func (p *python) bounds(s pySlice, n int) (from, to, step int) {
	step = 1
	if s.step != nil {
		step = p.whole(s.step)
	}
	from, to = 0, n
	low, high := 0, n
	if step < 0 {
		from, to, low, high = n-1, -1, -1, n-1
	}
	set := func(at *int, v any) {
		if v == nil {
			return
		}
		i := p.whole(v)
		if i < 0 {
			i += n
		}
		*at = min(max(i, low), high)
	}
	set(&from, s.lo)
	set(&to, s.hi)
	return from, to, step
}

// axes says of each axis of a shape, and of new ones, which positions an index means.
func (p *python) axes(parts pyTuple, shape nd.Shape) []axisIndex {
	used := 0
	for _, part := range parts {
		if _, dots := part.(pyEllipsis); part != nil && !dots {
			used++
		}
	}
	if used > len(shape) {
		panic(&nd.Error{Op: "index", Err: fmt.Errorf("%d indices for %v", used, shape)})
	}
	var axes []axisIndex
	at := 0
	all := func(n int) {
		for range n {
			axes = append(axes, axisIndex{positions: positions(0, shape[at], 1)})
			at++
		}
	}
	for _, part := range parts {
		switch x := part.(type) {
		case nil:
			axes = append(axes, axisIndex{positions: []int{0}, fresh: true})
		case pyEllipsis:
			all(len(shape) - used)
		case pySlice:
			axes = append(axes, axisIndex{positions: positions(p.bounds(x, shape[at]))})
			at++
		case pyList:
			list := p.ints(x)
			for i := range list {
				list[i] = p.position(list[i], shape[at])
			}
			axes = append(axes, axisIndex{positions: list, listed: true})
			at++
		default:
			axes = append(axes, axisIndex{positions: []int{p.position(p.whole(x), shape[at])}, single: true})
			at++
		}
	}
	all(len(shape) - at)
	return axes
}

func floatsOf(list []int) []float64 {
	out := make([]float64, len(list))
	for i, v := range list {
		out[i] = float64(v)
	}
	return out
}

func positions(from, to, step int) (list []int) {
	for i := from; step > 0 && i < to || step < 0 && i > to; i += step {
		list = append(list, i)
	}
	return list
}

// region is the part of an array that axes mean, by the operator slice. As MXNet, a single element has shape (1,).
func (p *python) region(a *nd.NDArray, axes []axisIndex) *nd.NDArray {
	var begin, end, step []string
	shape := nd.Shape{}
	at := 0 // the axis of a
	for k, x := range axes {
		if len(x.positions) == 0 {
			p.unknown("index without elements")
		}
		if x.listed { // along an axis of its own, before all others
			picked := nd.Take(a, nd.Array(floatsOf(x.positions), nil, p.on), with.Axis(at))
			axes[k] = axisIndex{positions: positions(0, len(x.positions), 1)}
			return p.region(picked, axes)
		}
		if !x.single {
			shape = append(shape, len(x.positions))
		}
		if x.fresh {
			continue
		}
		at++
		first, last, by := x.positions[0], x.positions[len(x.positions)-1], 1
		if len(x.positions) > 1 {
			by = x.positions[1] - first
		}
		stop := fmt.Sprint(last + by)
		if last+by < 0 {
			stop = "None"
		}
		begin, end, step = append(begin, fmt.Sprint(first)), append(end, stop), append(step, fmt.Sprint(by))
	}
	tuple := func(list []string) string { return "(" + strings.Join(list, ",") + ")" }
	s := arguments{list: []any{a}, named: map[string]any{"begin": tuple(begin), "end": tuple(end), "step": tuple(step)}, order: []string{"begin", "end", "step"}}
	out := p.array(p.call("slice", s))
	if len(shape) == 0 {
		shape = nd.Shape{1}
	}
	return out.Reshape(shape...)
}

// setIndex is a[index] = v: rows and parts of them are views, and writing into those changes a.
func (p *python) setIndex(a *nd.NDArray, index, v any) {
	var numbers []float64
	var from nd.Shape
	if x, ok := v.(*nd.NDArray); ok {
		numbers, from = x.Float64(), x.Shape()
	} else {
		numbers, from = p.flat(v)
	}
	axes := p.axes(p.parts(index), a.Shape())
	axes = slices.DeleteFunc(axes, func(x axisIndex) bool { return x.fresh })
	shape := nd.Shape{}
	for _, x := range axes {
		if !x.single {
			shape = append(shape, len(x.positions))
		}
	}
	for len(from) > len(shape) && from[0] == 1 {
		from = from[1:]
	}
	for i := range from {
		at := len(shape) - len(from) + i
		if at < 0 || from[i] != 1 && from[i] != shape[at] {
			panic(&nd.Error{Op: "assignment", Err: fmt.Errorf("%v into %v", from, shape)})
		}
	}
	write(a, axes, func(at []int) float64 { return numbers[broadcastIndex(at, from)] }, nil)
}

// write sets the elements that axes mean; at is the position among them, of axes that stay.
func write(a *nd.NDArray, axes []axisIndex, value func(at []int) float64, at []int) {
	for k, i := range axes[0].positions {
		here := slices.Clone(at)
		if !axes[0].single {
			here = append(here, k)
		}
		if len(axes) == 1 {
			a.Slice(i, i+1).Fill(value(here))
		} else {
			write(a.At(i), axes[1:], value, here)
		}
	}
}

// broadcastIndex is where an element of a broadcast array lies in the array of that shape.
func broadcastIndex(at []int, shape nd.Shape) int {
	i := 0
	for k, n := range shape {
		i *= n
		if n > 1 {
			i += at[len(at)-len(shape)+k]
		}
	}
	return i
}
