package cuda

// Only the launch knows addresses, so a thread with several lanes looks whether all of its vectors are aligned and full, and
// takes its elements one by one where they are not. What is computed together is read before any of it is written, since
// outputs may take the memory of inputs that lie as they do.

// addresses finds where the thread's elements lie.
func (w *mapWriter) addresses() {
	at := w.index
	offsets := w.offsets()
	if w.t.dims > 0 && w.t.lanes > 1 {
		at = w.reg("r")
		w.line("mul.lo.u32 %s, %s, %d;", at, w.index, w.t.lanes)
	}
	for i, o := range w.operands() {
		base := w.reg("a")
		if w.t.rows > 0 {
			w.line("ld.param.u64 %s, [%s+%d];", base, w.row, 8*i)
		} else {
			w.line("ld.param.u64 %s, [p%d];", base, i)
		}
		w.line("cvta.to.global.u64 %s, %s;", base, base)
		if o.access != accessOne {
			element := at
			if o.indexed() {
				element = offsets[i]
			}
			step := w.reg("a")
			w.line("mul.wide.u32 %s, %s, %d;", step, element, o.dtype.Size())
			w.line("add.u64 %s, %s, %s;", base, base, step)
		}
		w.address = append(w.address, base)
	}
}

// offsets takes the index apart along the dimensions, fastest first, as divide in kernels/divide.h divides, and gives the
// elements before those of each indexed input.
func (w *mapWriter) offsets() []string {
	offsets := make([]string, len(w.t.in))
	rest := w.index
	for d := range w.t.dims {
		along := rest
		if d < w.t.dims-1 {
			quotient, number := w.reg("r"), w.reg("r")
			w.line("ld.param.u32 %s, [magic%d];", number, d)
			w.line("mul.hi.u32 %s, %s, %s;", quotient, rest, number)
			w.line("add.u32 %s, %s, %s;", quotient, quotient, rest)
			w.line("ld.param.u32 %s, [shift%d];", number, d)
			w.line("shr.u32 %s, %s, %s;", quotient, quotient, number)
			w.line("ld.param.u32 %s, [size%d];", number, d)
			along = w.reg("r")
			w.line("mul.lo.u32 %s, %s, %s;", along, quotient, number)
			w.line("sub.u32 %s, %s, %s;", along, rest, along)
			rest = quotient
		}
		for i := range w.t.in {
			if !w.t.in[i].indexed() {
				continue
			}
			stride, sum := w.reg("r"), w.reg("r")
			w.line("ld.param.u32 %s, [stride%d_%d];", stride, i, d)
			if d == 0 {
				w.line("mul.lo.u32 %s, %s, %s;", sum, along, stride)
			} else {
				w.line("mad.lo.u32 %s, %s, %s, %s;", sum, along, stride, offsets[i])
			}
			offsets[i] = sum
		}
	}
	return offsets
}

// vectors is the way of threads whose vectors are aligned and full; others go on behind it.
func (w *mapWriter) vectors() {
	misaligned := w.reg("a")
	first := true
	for _, bytes := range []int{16, 8, 4, 2} {
		either := ""
		for i, o := range w.operands() {
			switch {
			case !o.vector() || o.dtype.Size()*w.t.lanes != bytes:
			case either == "":
				either = w.address[i]
			default:
				sum := w.reg("a")
				w.line("or.b64 %s, %s, %s;", sum, either, w.address[i])
				either = sum
			}
		}
		if either == "" {
			continue
		}
		low := w.reg("a")
		w.line("and.b64 %s, %s, %d;", low, either, bytes-1)
		if first {
			w.line("mov.u64 %s, %s;", misaligned, low)
		} else {
			w.line("or.b64 %s, %s, %s;", misaligned, misaligned, low)
		}
		first = false
	}
	apart := w.reg("p")
	w.line("setp.ne.u64 %s, %s, 0;", apart, misaligned)
	if w.t.dims == 0 {
		left, short := w.reg("r"), w.reg("p")
		w.line("sub.u32 %s, %s, %s;", left, w.n, w.index)
		w.line("setp.lt.u32 %s, %s, %d;", short, left, w.t.lanes)
		w.line("or.pred %s, %s, %s;", apart, apart, short)
	}
	w.line("@%s bra ELEMENTS;", apart)

	in := make([][]string, w.t.lanes) // by lane, then input
	for l := range in {
		in[l] = make([]string, len(w.t.in))
	}
	for k, o := range w.t.in {
		if !o.vector() {
			continue
		}
		for l, r := range w.load(o.dtype, w.address[k], w.t.lanes) {
			in[l][k] = r
		}
	}
	out := make([][]string, len(w.t.out)) // by output, then lane
	for l := range in {
		for k, r := range w.lane(in[l]) {
			out[k] = append(out[k], r)
		}
	}
	for k, o := range w.t.out {
		w.store(o.dtype, w.address[len(w.t.in)+k], out[k])
	}
	w.line("ret;")
	w.label("ELEMENTS")
}

// elements computes one element after the other.
func (w *mapWriter) elements() {
	left := ""
	if w.t.lanes > 1 {
		left = w.reg("r")
		if w.t.dims > 0 {
			w.line("mov.u32 %s, %d;", left, w.t.lanes)
		} else {
			w.line("sub.u32 %s, %s, %s;", left, w.n, w.index)
			w.line("min.u32 %s, %s, %d;", left, left, w.t.lanes)
		}
		w.label("NEXT")
	}
	in := make([]string, len(w.t.in))
	for k, o := range w.t.in {
		if o.vector() {
			in[k] = w.load(o.dtype, w.address[k], 1)[0]
		}
	}
	for k, r := range w.lane(in) {
		w.store(w.t.out[k].dtype, w.address[len(w.t.in)+k], []string{r})
	}
	if w.t.lanes > 1 {
		for i, o := range w.operands() {
			if o.vector() {
				w.line("add.u64 %s, %s, %d;", w.address[i], w.address[i], o.dtype.Size())
			}
		}
		more := w.reg("p")
		w.line("sub.u32 %s, %s, 1;", left, left)
		w.line("setp.ne.u32 %s, %s, 0;", more, left)
		w.line("@%s bra NEXT;", more)
	}
	w.line("ret;")
}
