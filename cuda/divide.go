package cuda

import "math/bits"

// divisor gives the numbers by which divide in kernels/divide.h divides n < 2³¹ by d: (⌊n·magic / 2³²⌋ + n) / 2^shift.
func divisor(d int) (magic, shift uint32) {
	shift = uint32(bits.Len32(uint32(d - 1))) // 2^shift is the first power of two that is not below d
	return uint32((1<<shift-uint64(d))<<32/uint64(d) + 1), shift
}

// axes are dimensions for kernels that take indices apart, fastest first.
type axes struct {
	size, magic, shift []uint32
}

// newAxes turns sizes, outermost first, round.
func newAxes(size []int) axes {
	var a axes
	for i := len(size) - 1; i >= 0; i-- {
		magic, shift := divisor(max(size[i], 1))
		a.size, a.magic, a.shift = append(a.size, uint32(size[i])), append(a.magic, magic), append(a.shift, shift)
	}
	return a
}

// store fills the arrays of a kernel's struct.
func (a axes) store(size, magic, shift []uint32) {
	copy(size, a.size)
	copy(magic, a.magic)
	copy(shift, a.shift)
}

// fastestFirst turns numbers, one per dimension and outermost first, round into an array of a kernel's struct.
func fastestFirst[T int32 | uint32](dst []T, v []int) {
	for i := range v {
		dst[i] = T(v[len(v)-1-i])
	}
}
