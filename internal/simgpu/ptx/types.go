package ptx

import "fmt"

// class is what the bits of a type mean.
type class byte

const (
	bits      class = 'b'
	unsigned  class = 'u'
	signed    class = 's'
	float     class = 'f'
	predicate class = 'p'
)

// A scalar is one of PTX's fundamental types.
type scalar struct {
	class class
	size  int // bits; 1 for predicates
}

var scalars = map[string]scalar{
	"pred": {predicate, 1},
	"b8":   {bits, 8}, "b16": {bits, 16}, "b32": {bits, 32}, "b64": {bits, 64},
	"u8": {unsigned, 8}, "u16": {unsigned, 16}, "u32": {unsigned, 32}, "u64": {unsigned, 64},
	"s8": {signed, 8}, "s16": {signed, 16}, "s32": {signed, 32}, "s64": {signed, 64},
	"f16": {float, 16}, "f32": {float, 32}, "f64": {float, 64},
}

func (s scalar) String() string {
	if s.class == predicate {
		return "pred"
	}
	return fmt.Sprintf("%c%d", s.class, s.size)
}

func (s scalar) bytes() int        { return s.size / 8 }
func (s scalar) as(c class) scalar { return scalar{c, s.size} }

// real reports whether C++ has the type as a floating point number; halves are handled as their bits.
func (s scalar) real() bool { return s.class == float && s.size > 16 }

// cpp names the type in thread.h.
func (s scalar) cpp() string {
	switch {
	case s.class == predicate:
		return "bool"
	case s.real() || s.class == signed:
		return s.String()
	}
	return fmt.Sprintf("u%d", s.size)
}

// storage names the type of a register's variable, which has no sign.
func (s scalar) storage() string {
	if s.class == signed {
		return s.as(unsigned).cpp()
	}
	return s.cpp()
}

// fits reports whether a register of type s may be an operand of type t: the same size, and bits go with everything.
func (s scalar) fits(t scalar) bool {
	return s.size == t.size && (s.class == t.class || s.class == bits && t.class != predicate || t.class == bits && s.class != predicate ||
		s.class != float && t.class != float && s.class != predicate && t.class != predicate)
}

// holds reports whether a register of type s may hold a smaller number of type t, in loads, stores and conversions.
func (s scalar) holds(t scalar) bool {
	switch {
	case s.size <= t.size || s.class == predicate || t.class == predicate:
		return false
	case t.class == float:
		return s.class == bits
	}
	return t.class == bits || s.class != float
}
