package graphs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
)

// maker adds an operator to a drawing.
type maker func(d *drawing)

// makers are all of them; one that stands there twice is drawn twice as often.
var makers = slices.Concat(layers, layers, elementwise, layouts, reductions, lookups, regions)

// Shapes that inputs may be wanted in.

// Above five axes MXNet cannot reduce all combinations.
func between(least, most int) func(backend.Shape) bool {
	return func(s backend.Shape) bool { return len(s) >= least && len(s) <= most && s.Size() <= mostElements }
}

func rank(n int) func(backend.Shape) bool { return between(n, n) }

var (
	any1, any2, any3 = between(1, 5), between(2, 5), between(3, 5)
	image            = rank(4)
)

// int draws a whole number from lo to hi, both included.
func (d *drawing) int(lo, hi int) int { return lo + d.IntN(hi-lo+1) }

// bool draws True or False.
func (d *drawing) bool() string {
	if d.IntN(2) == 0 {
		return "False"
	}
	return "True"
}

// one draws a word.
func (d *drawing) one(words ...string) string { return words[d.IntN(len(words))] }

// image draws images, (N,C,H,W).
func (d *drawing) image() value {
	return d.take(image, d.int(1, 3), d.int(1, 6), d.int(4, 9), d.int(4, 9))
}

// array draws an array of one to four axes.
func (d *drawing) array(fits func(backend.Shape) bool, least int) value {
	shape := make([]int, d.int(least, 4))
	for i := range shape {
		shape[i] = d.int(1, 6)
	}
	return d.take(fits, shape...)
}

// axis draws an axis, counted from either end.
func (d *drawing) axis(s backend.Shape) int {
	a := d.IntN(len(s))
	if d.IntN(3) == 0 {
		a -= len(s)
	}
	return a
}

// axes draws some of the axes, each once.
func (d *drawing) axes(s backend.Shape) string {
	all := d.Perm(len(s))
	return tuple(all[:d.int(1, len(s))]...)
}

// tuple writes whole numbers as Python does.
func tuple(v ...int) string {
	text := make([]string, len(v))
	for i := range v {
		text[i] = fmt.Sprint(v[i])
	}
	if len(v) == 1 {
		return "(" + text[0] + ",)"
	}
	return "(" + strings.Join(text, ", ") + ")"
}

// divisor draws a number that divides n.
func (d *drawing) divisor(n int) int {
	var all []int
	for i := 1; i <= n; i++ {
		if n%i == 0 {
			all = append(all, i)
		}
	}
	return all[d.IntN(len(all))]
}

// times draws a number for each axis.
func (d *drawing) times(n, lo, hi int) []int {
	v := make([]int, n)
	for i := range v {
		v[i] = d.int(lo, hi)
	}
	return v
}
