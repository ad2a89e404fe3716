package ref

import "github.com/gomx-org/gomx/backend"

// walk steps through the elements that a strided tensor shows, outermost axis first. Axes that can be walked as one are
// merged, so that most walks have one or two axes.
type walk struct {
	dims, strides []int // never empty; strides in elements
	base          int   // position of the first element
	idx           []int
	at            int // position of the next element
}

func newWalk(dims, strides []int, base int) walk {
	w := walk{base: base}
	for i, d := range dims {
		if d == 1 {
			continue
		}
		if n := len(w.dims); n > 0 && w.strides[n-1] == strides[i]*d {
			w.dims[n-1] *= d
			w.strides[n-1] = strides[i]
			continue
		}
		w.dims, w.strides = append(w.dims, d), append(w.strides, strides[i])
	}
	if len(w.dims) == 0 {
		w.dims, w.strides = []int{1}, []int{1}
	}
	w.idx = make([]int, len(w.dims))
	w.reset()
	return w
}

// broadcastWalk shows an array of shape s as if it had shape out.
func broadcastWalk(s, out backend.Shape) walk {
	strides := make([]int, len(out))
	off := len(out) - len(s)
	for i, st := range s.Strides() {
		if s[i] != 1 {
			strides[off+i] = st
		}
	}
	return newWalk(out, strides, 0)
}

func (w *walk) reset() {
	clear(w.idx)
	w.at = w.base
}

// run gives the next elements, at most limit, that lie stride apart: where they begin, how many. It moves on past them.
func (w *walk) run(limit int) (at, n int) {
	last := len(w.dims) - 1
	at, n = w.at, min(w.dims[last]-w.idx[last], limit)
	w.idx[last] += n
	w.at += n * w.strides[last]
	for i := last; w.idx[i] == w.dims[i] && i > 0; i-- {
		w.idx[i] = 0
		w.at += w.strides[i-1] - w.dims[i]*w.strides[i]
		w.idx[i-1]++
	}
	return at, n
}

// stride is the distance between the elements of a run.
func (w *walk) stride() int { return w.strides[len(w.strides)-1] }

// contiguous reports whether the walk is one run of neighbours.
func (w *walk) contiguous() bool { return len(w.dims) == 1 && w.strides[0] == 1 }

// constant reports whether the walk shows one element only.
func (w *walk) constant() bool { return len(w.dims) == 1 && w.strides[0] == 0 }
