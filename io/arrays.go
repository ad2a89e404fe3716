package mxio

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
)

// Arrays are the inputs, or the labels, that an iterator takes its examples from: each an array with the examples along
// the first dimension. The functions below make a list of one; Join makes longer ones.
type Arrays []array

type array struct {
	name   string
	shape  backend.Shape
	floats []float32
	bytes  []uint8
	table  *[256]float32 // what each byte becomes
}

// Floats are examples in a slice, which is not copied and must not change. The shape begins with the number of examples;
// none means (len(data),).
func Floats(data []float32, shape ...int) Arrays {
	return Arrays{{shape: shapeOf(len(data), shape), floats: data}}
}

// Bytes are examples of small numbers, such as pixels, in a slice that is not copied and must not change. A byte x becomes
// the float32 number scale·x.
func Bytes(data []uint8, scale float64, shape ...int) Arrays {
	table := new([256]float32)
	for x := range table {
		table[x] = float32(scale * float64(x))
	}
	return Arrays{{shape: shapeOf(len(data), shape), bytes: data, table: table}}
}

func shapeOf(n int, shape []int) backend.Shape {
	if len(shape) == 0 {
		return backend.Shape{n}
	}
	return shape
}

// FromNDArray are examples in an array of any type and device; its numbers are copied as float32.
func FromNDArray(a *ndarray.NDArray) Arrays {
	return Arrays{{shape: a.Shape().Clone(), floats: a.Float32()}}
}

// Join makes one list of several.
func Join(lists ...Arrays) Arrays {
	var all Arrays
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// Named gives the first array a name, which is that of the network's input.
func (a Arrays) Named(name string) Arrays {
	if len(a) == 0 {
		return a
	}
	named := append(Arrays{}, a...)
	named[0].name = name
	return named
}

// name fills in the names of arrays without one: def for a single array, _0_def, _1_def … for several.
func (a Arrays) withNames(def string) Arrays {
	named := append(Arrays{}, a...)
	for i := range named {
		switch {
		case named[i].name != "":
		case len(named) == 1:
			named[i].name = def
		default:
			named[i].name = fmt.Sprintf("_%d_%s", i, def)
		}
	}
	return named
}

// size is the number of elements there are.
func (a *array) size() int { return max(len(a.floats), len(a.bytes)) }

// row is the number of elements of one example.
func (a *array) row() int { return a.shape[1:].Size() }

func (a *array) check() error {
	if len(a.shape) == 0 {
		return fmt.Errorf("%q has shape (), want examples along the first dimension", a.name)
	}
	n := 1
	for _, d := range a.shape {
		if d < 1 || n > a.size()/d {
			return fmt.Errorf("%q has %d numbers, which do not fill shape %v", a.name, a.size(), a.shape)
		}
		n *= d
	}
	if n != a.size() {
		return fmt.Errorf("%q has %d numbers, want the %d of shape %v", a.name, a.size(), n, a.shape)
	}
	return nil
}

// checkLabels refuses labels that no loss can use.
func (a *array) checkLabels() error {
	for i, x := range a.floats {
		if x-x != 0 {
			return fmt.Errorf("label %q of example %d is %v", a.name, i/a.row(), x)
		}
	}
	return nil
}

// part is the examples from lo up to hi.
func (a *array) part(lo, hi int) {
	row := a.row()
	if a.bytes != nil {
		a.bytes = a.bytes[lo*row : hi*row]
	} else {
		a.floats = a.floats[lo*row : hi*row]
	}
	a.shape = append(backend.Shape{hi - lo}, a.shape[1:]...)
}

// gather copies the examples of the given numbers into dst, one after the other.
func (a *array) gather(dst []float32, index []int) {
	row := a.row()
	for i, at := range index {
		to := dst[i*row : (i+1)*row]
		if a.bytes == nil {
			copy(to, a.floats[at*row:])
			continue
		}
		lookUp(to, a.bytes[at*row:(at+1)*row], a.table)
	}
}

// lookUp turns bytes into numbers, eight at a time: the compiler sees that no index is out of range.
func lookUp(to []float32, from []uint8, table *[256]float32) {
	for len(from) >= 8 && len(to) >= 8 {
		f, t := (*[8]uint8)(from), (*[8]float32)(to)
		t[0], t[1], t[2], t[3] = table[f[0]], table[f[1]], table[f[2]], table[f[3]]
		t[4], t[5], t[6], t[7] = table[f[4]], table[f[5]], table[f[6]], table[f[7]]
		from, to = from[8:], to[8:]
	}
	for k, x := range from {
		to[k] = table[x]
	}
}
