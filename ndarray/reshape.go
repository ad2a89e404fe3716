package ndarray

import (
	"fmt"
	"slices"

	"github.com/gomx-org/gomx/backend"
)

// reshaped reads MXNet's codes (see Reshape) against the shape from.
func reshaped(from Shape, codes []int, reverse bool) (Shape, error) {
	src, want := from.Clone(), slices.Clone(codes)
	if reverse {
		slices.Reverse(src)
		slices.Reverse(want)
	}
	r := reshaper{src: src, infer: -1}
	for i := 0; i < len(want) && r.err == nil; i++ {
		if want[i] == -4 {
			if i+2 >= len(want) {
				r.fail("-4 needs two dimensions after it")
				break
			}
			r.split(want[i+1], want[i+2])
			i += 2
			continue
		}
		r.code(want[i])
	}
	if r.err == nil {
		r.solve(from.Size())
	}
	if r.err != nil {
		return nil, fmt.Errorf("%v of shape %v: %w", codes, from, r.err)
	}
	if reverse {
		slices.Reverse(r.out)
	}
	return r.out, nil
}

// reshaper walks the source shape while codes ask for dimensions.
type reshaper struct {
	src   Shape // what was not asked for yet
	out   Shape
	infer int // position of the -1 in out
	err   error
}

func (r *reshaper) next() int {
	if len(r.src) == 0 {
		r.fail("there are no dimensions left to take")
		return 1
	}
	d := r.src[0]
	r.src = r.src[1:]
	return d
}

func (r *reshaper) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

func (r *reshaper) code(c int) {
	switch {
	case c == 0:
		r.out = append(r.out, r.next())
	case c == -1:
		if r.infer >= 0 {
			r.fail("only one dimension can be inferred")
		}
		r.infer = len(r.out)
		r.out = append(r.out, 1)
		if len(r.src) > 0 {
			r.src = r.src[1:]
		}
	case c == -2:
		r.out = append(r.out, r.src...)
		r.src = nil
	case c == -3:
		r.out = append(r.out, r.next()*r.next())
	case c > 0:
		r.out = append(r.out, c)
		if len(r.src) > 0 {
			r.src = r.src[1:]
		}
	default:
		r.fail("%d is no code", c)
	}
}

// split takes one dimension apart into two, one of which may be inferred.
func (r *reshaper) split(a, b int) {
	d := r.next()
	switch {
	case a == -1 && b > 0 && d%b == 0:
		a = d / b
	case b == -1 && a > 0 && d%a == 0:
		b = d / a
	}
	if a < 1 || b < 1 || a*b != d {
		r.fail("cannot split %d into %d and %d", d, a, b)
	}
	r.out = append(r.out, a, b)
}

// solve finds the inferred dimension, and checks that no element is lost or made up.
func (r *reshaper) solve(size int) {
	if n := r.out.Size(); r.infer >= 0 && n > 0 && size%n == 0 {
		r.out[r.infer] = size / n
	}
	if r.out == nil {
		r.out = Shape{}
	}
	if n, ok := byteSize(r.out, backend.Int8); !ok || n != size {
		r.fail("%v does not have %d elements", r.out, size)
	}
}
