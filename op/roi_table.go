package op

import (
	"math/bits"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
)

// maxTable answers where the largest element of a rectangle of an image is, with four looks instead of one at every pixel:
// it has the maxima of all rectangles of one height, a power of 2, whose widths are powers of 2; a rectangle that is less
// than twice as high is a union of four of those (the sparse table of Bender and Farach-Colton 2000, in two dimensions).
// There is one table at a time, since those of all heights would be some 20 times as large as the images.
type maxTable struct {
	c      *Ctx
	size   [2]Value // height and width of the images
	height Value    // of the rectangles
	values Value    // (places, C)
	pixels Value    // (places, C): where each maximum stands, counted along the rows of its image; of equal ones the first
	begins Value    // (widths): where among places the rectangles of a width begin
}

var (
	// The larger of a at pixel i and b at k; of equal ones that of the first pixel.
	bestExpr = expr.MustParse("a i b k -> t = b > a || b == a && k < i; t ? b : a, t ? k : i")
	// The largest of the powers of 2 q that are at most n, and how many of those above 1 there are.
	powerExpr = expr.MustParse("n q -> q <= n ? q : 1")
	levelExpr = expr.MustParse("n q -> q > 1 && q <= n ? 1 : 0")
	// The place of a rectangle, p high and q wide; those that are too high are looked at elsewhere.
	placeRow    = expr.MustParse("begin b y x p q H W -> begin + (b*(H - p + 1) + min(max(y, 0), H - p))*(W - q + 1) + x")
	farEdgeExpr = expr.MustParse("y height p -> y + height - p")
	ofHeight    = expr.MustParse("v pixel w at n p -> t = n >= p; t ? w : v, t ? at : pixel")
)

// rectangles are places of images: the image b, first row y and column x, height and width. All are whole numbers that
// broadcast to one shape; each rectangle lies within the image.
type rectangles struct{ b, y, x, height, width Value }

// largestIn gives the largest element of each rectangle and where it stands, as (…,C), for images x as (N,H,W,C).
func largestIn(c *Ctx, x Value, r rectangles) (value, pixel Value) {
	s, t := x.Shape(), x.DType()
	size := [2]Value{c.Scalar(t, float64(s[1])), c.Scalar(t, float64(s[2]))}
	at := c.BroadcastTo(c.Reshape(c.Iota(t, s[1]*s[2]), Shape{1, s[1], s[2], 1}), s)
	for i := range bits.Len(uint(s[1])) {
		if i > 0 {
			x, at = double(c, x, at, 1, 1<<(i-1))
		}
		table := newMaxTable(c, x, at, size, c.Scalar(t, float64(int(1)<<i)))
		v, k := table.find(r)
		if i == 0 {
			value, pixel = v, k
			continue
		}
		n := c.Reshape(r.height, append(r.height.Shape().Clone(), 1))
		chosen := c.Map(ofHeight, value, pixel, v, k, n, table.height)
		value, pixel = chosen[0], chosen[1]
	}
	return value, pixel
}

// newMaxTable takes the maxima of rectangles one pixel wide, and where they stand.
func newMaxTable(c *Ctx, v, p Value, size [2]Value, height Value) *maxTable {
	m := &maxTable{c: c, size: size, height: height}
	s := v.Shape()
	var values, pixels []Value
	var begins []float64
	n := 0
	for j := range bits.Len(uint(s[2])) {
		if j > 0 {
			v, p = double(c, v, p, 2, 1<<(j-1))
		}
		rows := Shape{v.Shape().Size() / s[3], s[3]}
		values, pixels = append(values, c.Reshape(v, rows)), append(pixels, c.Reshape(p, rows))
		begins = append(begins, float64(n))
		n += rows[0]
	}
	m.values, m.pixels = c.Concat(0, values...), c.Concat(0, pixels...)
	m.begins = c.Const(Shape{len(begins)}, backend.Int64, begins...)
	return m
}

// double makes, from the maxima of rectangles, those of rectangles twice as long, of two that are by elements apart.
func double(c *Ctx, v, p Value, axis, by int) (value, pixel Value) {
	n := v.Shape()[axis] - by
	first := func(x Value) Value { return c.SliceAxis(x, axis, 0, n) }
	second := func(x Value) Value { return c.SliceAxis(x, axis, by, n) }
	best := c.Map(bestExpr, first(v), first(p), second(v), second(p))
	return best[0], best[1]
}

// span is the largest power of 2 in each of the widths, and its number.
func (m *maxTable) span(width Value) (power, level Value) {
	c, levels := m.c, m.begins.Shape()[0]
	q := make([]float64, levels)
	for i := range q {
		q[i] = float64(int(1) << i)
	}
	each := c.Reshape(width, append(width.Shape().Clone(), 1))
	powers, axis := c.Const(Shape{levels}, width.DType(), q...), len(width.Shape())
	return c.Reduce(backend.ReduceMax, c.Map1(powerExpr, each, powers), false, axis), c.Sum(c.Map1(levelExpr, each, powers), axis)
}

// find is right for rectangles at least as high as those of the table and less than twice as high.
func (m *maxTable) find(r rectangles) (value, pixel Value) {
	c := m.c
	q, level := m.span(r.width)
	begin := c.Gather(m.begins, c.Cast(level, backend.Int64), 0, false)
	for k, y := range []Value{r.y, c.Map1(farEdgeExpr, r.y, r.height, m.height)} {
		for l, x := range []Value{r.x, c.Map1(farEdgeExpr, r.x, r.width, q)} {
			row := c.MapAs(backend.Int64, placeRow, begin, r.b, y, x, m.height, q, m.size[0], m.size[1])
			v, at := c.Gather(m.values, row, 0, false), c.Gather(m.pixels, row, 0, false)
			if k+l == 0 {
				value, pixel = v, at
				continue
			}
			best := c.Map(bestExpr, value, pixel, v, at)
			value, pixel = best[0], best[1]
		}
	}
	return value, pixel
}
