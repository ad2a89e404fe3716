package backend

// Layout is how the elements of a value lie in memory. Programs are made in Plain; only the layout pass, asking the
// device, brings in others, and Relayout calls convert between them. Shapes stay logical: (N,C,H,W) whatever the layout.
type Layout string

// The layouts. A backend may add rows for its own packed weights.
const (
	// Plain is C order.
	Plain Layout = ""
	// N16 puts 16 images into the lanes of a vector: (ceil(N/16), C, H, W, 16), or (ceil(N/16), C, 16) for (N,C).
	// No channel is ever padded; the lanes of missing images hold zeros. Suits small and odd channel counts.
	N16 Layout = "N16"
	// C16 blocks channels: (N, ceil(C/16), H, W, 16); missing channels hold zeros.
	C16 Layout = "C16"
	// F4 packs convolution weights (F,C,kh,kw) for N16 kernels: (ceil(F/4), C, kh, kw, 4); missing filters hold zeros.
	F4 Layout = "F4"
)

// layouts gives, for a logical shape, the number of elements in memory.
var layouts = map[Layout]func(Shape) int{
	Plain: Shape.Size,
	N16:   func(s Shape) int { return ceilDiv(s[0], 16) * 16 * s[1:].Size() },
	C16:   func(s Shape) int { return s[0] * ceilDiv(s[1], 16) * 16 * s[2:].Size() },
	F4:    func(s Shape) int { return ceilDiv(s[0], 4) * 4 * s[1:].Size() },
}

// RegisterLayout adds a layout of a backend: elements tells how many elements a logical shape takes in memory.
func RegisterLayout(l Layout, elements func(Shape) int) { layouts[l] = elements }

// Elements is the number of elements, padding included, that a value of the logical shape s takes.
func (l Layout) Elements(s Shape) int {
	if f, ok := layouts[l]; ok {
		return f(s)
	}
	return s.Size()
}

// String is the name, "plain" for C order.
func (l Layout) String() string {
	if l == Plain {
		return "plain"
	}
	return string(l)
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
