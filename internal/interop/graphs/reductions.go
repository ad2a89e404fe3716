package graphs

import "fmt"

// reductions make fewer numbers of many: sums, products of matrices.
var reductions = []maker{reduce, reduce, moments, norm, dot, batchDot, gemm, argument}

func reduce(d *drawing) {
	x := d.array(any1, 1)
	op := d.one("sum", "mean", "max", "min", "prod", "nansum", "nanprod")
	if op == "prod" || op == "nanprod" { // at zeros the gradient is not defined
		x = d.variable(d.times(d.int(1, 4), 1, 4)...)
	}
	params := "keepdims=" + d.bool()
	switch d.IntN(4) {
	case 0:
	case 1:
		params += fmt.Sprintf("; axis=%d", d.axis(x.shape))
	case 2:
		params += "; axis=" + d.axes(x.shape)
	default:
		params += fmt.Sprintf("; axis=(%d,); exclude=True", d.IntN(len(x.shape)))
	}
	y := d.apply(op, params, x)
	if op == "prod" || op == "nanprod" || op == "sum" || op == "nansum" {
		y.largest *= 10
	}
	d.keep(y)
}

func moments(d *drawing) {
	x := d.array(any2, 2)
	outs := d.applyAll("moments", fmt.Sprintf("axes=%s; keepdims=%s", d.axes(x.shape), d.bool()), x)
	d.keep(outs...)
}

func norm(d *drawing) {
	x := d.array(any1, 1)
	params := fmt.Sprintf("ord=%d; keepdims=%s", d.int(1, 2), d.bool())
	if len(x.shape) > 1 && d.IntN(3) > 0 {
		params += fmt.Sprintf("; axis=(%d,)", d.IntN(len(x.shape)))
	}
	y := d.apply("norm", params, x)
	y.largest *= 5
	d.keep(y)
}

func dot(d *drawing) {
	x := d.take(rank(2), d.int(1, 6), d.int(1, 6))
	a, b := d.bool(), d.bool()
	k := x.shape[1]
	if a == "True" {
		k = x.shape[0]
	}
	other := []int{k, d.int(1, 5)}
	if b == "True" {
		other[0], other[1] = other[1], other[0]
	}
	y := d.apply("dot", fmt.Sprintf("transpose_a=%s; transpose_b=%s", a, b), x, d.variable(other...))
	y.largest *= 3
	d.keep(y)
}

func batchDot(d *drawing) {
	x := d.take(rank(3), d.int(1, 3), d.int(1, 5), d.int(1, 5))
	a, b := d.bool(), d.bool()
	k := x.shape[2]
	if a == "True" {
		k = x.shape[1]
	}
	other := []int{x.shape[0], k, d.int(1, 4)}
	if b == "True" {
		other[1], other[2] = other[2], other[1]
	}
	y := d.apply("batch_dot", fmt.Sprintf("transpose_a=%s; transpose_b=%s", a, b), x, d.variable(other...))
	y.largest *= 3
	d.keep(y)
}

func gemm(d *drawing) {
	m, k, n := d.int(1, 4), d.int(1, 4), d.int(1, 4)
	batch := d.times(d.IntN(3), 1, 3)
	a, b := d.bool(), d.bool()
	matrix := func(t string, r, c int) value {
		if t == "True" {
			r, c = c, r
		}
		return d.variable(append(append([]int{}, batch...), r, c)...)
	}
	params := fmt.Sprintf("transpose_a=%s; transpose_b=%s; alpha=%s", a, b, d.one("1.0", "0.5"))
	if d.IntN(2) == 0 {
		d.keep(d.apply("_linalg_gemm2", params, matrix(a, m, k), matrix(b, k, n)))
		return
	}
	d.keep(d.apply("_linalg_gemm", params+"; beta="+d.one("1.0", "0.3"), matrix(a, m, k), matrix(b, k, n), matrix("False", m, n)))
}

// argument draws what gives positions, of numbers that are all different.
func argument(d *drawing) {
	x := d.variable(d.int(1, 4), d.int(2, 6))
	switch op := d.one("argmax", "argmin", "topk", "sort", "argmax_channel"); op {
	case "topk":
		d.keep(d.apply(op, fmt.Sprintf("axis=%d; k=%d; ret_typ=value; is_ascend=%s", d.axis(x.shape), d.int(1, 2), d.bool()), d.variable(3, 4)))
	case "sort":
		d.keep(d.apply(op, fmt.Sprintf("axis=%d; is_ascend=%s", d.axis(x.shape), d.bool()), x))
	case "argmax_channel": // has no gradient in MXNet, and may only stand where none arrives
		d.keep(d.apply("BlockGrad", "", d.apply(op, "", x)))
	default:
		d.keep(d.apply(op, fmt.Sprintf("axis=%d; keepdims=%s", d.axis(x.shape), d.bool()), x))
	}
}
