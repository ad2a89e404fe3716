package ndarray

import (
	"fmt"
	"strings"
)

// The limits of numpy's printing: larger arrays show three elements at each end of an axis, longer lines wrap.
const (
	summaryAbove = 1000 // elements
	edgeItems    = 3
	lineWidth    = 75
)

// String is MXNet's printed form: the values as numpy writes them, then <NDArray 2x3 @cpu(0)>.
func (a *NDArray) String() string {
	if a == nil || a.st == nil {
		return "<NDArray closed>"
	}
	dims := make([]string, len(a.shape))
	for i, d := range a.shape {
		dims[i] = fmt.Sprint(d)
	}
	return fmt.Sprintf("\n%s\n<NDArray %s @%v>", a.values(), strings.Join(dims, "x"), a.home.ctx)
}

// Text is the values alone, as numpy prints them: str of the array, or of the number where the shape is ().
func (a *NDArray) Text() string {
	if a == nil || a.st == nil {
		return "<NDArray closed>"
	}
	return a.values()
}

func (a *NDArray) values() string {
	if a.Size() == 0 {
		return "[]"
	}
	p := &printer{shape: a.shape}
	if a.dtype.IsFloat() {
		p.vals = a.Float64()
	} else {
		p.whole = a.Int64()
	}
	if len(a.shape) == 0 {
		return scalarText(a.dtype, p.val(0), p.int(0))
	}
	p.summary = a.Size() > summaryAbove
	vals, whole := p.shown()
	p.format = newColumnFormat(a.dtype, vals, whole)
	return p.axis(0, 0, " ", lineWidth)
}

// printer lays the numbers of an array out in nested brackets.
type printer struct {
	shape   Shape
	vals    []float64 // of floating-point arrays
	whole   []int64   // of the others
	summary bool
	format  columnFormat
}

func (p *printer) val(i int) float64 {
	if p.vals == nil {
		return 0
	}
	return p.vals[i]
}

func (p *printer) int(i int) int64 {
	if p.whole == nil {
		return 0
	}
	return p.whole[i]
}

// along lists the positions shown along an axis; gap is where the dots stand, -1 without.
func (p *printer) along(axis int) (at []int, gap int) {
	n := p.shape[axis]
	for i := range n {
		if p.summary && n > 2*edgeItems && i >= edgeItems && i < n-edgeItems {
			continue
		}
		at = append(at, i)
	}
	if len(at) < n {
		return at, edgeItems
	}
	return at, -1
}

// shown gives the numbers that will be printed: they alone decide about the format.
func (p *printer) shown() (vals []float64, whole []int64) {
	if !p.summary {
		return p.vals, p.whole
	}
	var walk func(axis, base int)
	walk = func(axis, base int) {
		if axis == len(p.shape) {
			vals, whole = append(vals, p.val(base)), append(whole, p.int(base))
			return
		}
		at, _ := p.along(axis)
		for _, i := range at {
			walk(axis+1, base*p.shape[axis]+i)
		}
	}
	walk(0, 0)
	return vals, whole
}

// axis writes the part of the array with the leading indices base, in brackets. Lines after the first begin with indent;
// width is what is left of a line.
func (p *printer) axis(axis, base int, indent string, width int) string {
	at, gap := p.along(axis)
	if axis == len(p.shape)-1 {
		return p.row(base, at, gap, indent, width-1)
	}
	sep := "\n" + strings.Repeat("\n", len(p.shape)-axis-2) + indent
	var b strings.Builder
	b.WriteByte('[')
	for k, i := range at {
		if k > 0 {
			b.WriteString(sep)
		}
		if k == gap {
			b.WriteString("..." + sep)
		}
		b.WriteString(p.axis(axis+1, base*p.shape[axis]+i, indent+" ", width-1))
	}
	return b.String() + "]"
}

// row writes elements of the last axis, wrapped at width.
func (p *printer) row(base int, at []int, gap int, indent string, width int) string {
	var done strings.Builder
	line := indent
	put := func(word string) {
		if len(line)+len(word) > width && len(line) > len(indent) {
			done.WriteString(strings.TrimRight(line, " ") + "\n")
			line = indent
		}
		line += word
	}
	n := p.shape[len(p.shape)-1]
	for k, i := range at {
		if k == gap {
			put("...")
			line += " "
		}
		put(p.format(p.val(base*n+i), p.int(base*n+i)))
		if k < len(at)-1 {
			line += " "
		}
	}
	return "[" + (done.String() + line)[len(indent):] + "]"
}
