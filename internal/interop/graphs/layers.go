package graphs

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// layers are those of networks.
var layers = []maker{
	convolution, convolution, deconvolution, pooling, pooling, fullyConnected, batchNorm, norms, lrn, activation, leakyReLU, softmaxes, loss,
}

// spatial draws an input with one, two or three axes behind the channels, mostly two.
func (d *drawing) spatial() (value, int) {
	n := []int{1, 2, 2, 2, 3}[d.IntN(5)]
	shape := append([]int{d.int(1, 3), d.int(1, 6)}, d.times(n, 4, 9-n)...)
	return d.take(rank(n+2), shape...), n
}

func convolution(d *drawing) {
	x, n := d.spatial()
	kernel, stride, pad, dilate := make([]int, n), d.times(n, 1, 2), d.times(n, 0, 2), d.times(n, 1, 2)
	for i := range kernel {
		size := x.shape[2+i] + 2*pad[i]
		kernel[i] = d.int(1, min(4, size))
		if dilate[i]*(kernel[i]-1)+1 > size {
			dilate[i] = 1
		}
	}
	groups := d.divisor(x.shape[1])
	if d.IntN(2) == 0 {
		groups = 1
	}
	d.keep(d.apply("Convolution", fmt.Sprintf("kernel=%s; stride=%s; pad=%s; dilate=%s; num_group=%d; num_filter=%d; no_bias=%s",
		tuple(kernel...), tuple(stride...), tuple(pad...), tuple(dilate...), groups, groups*d.int(1, 3), d.bool()), x))
}

func deconvolution(d *drawing) {
	x, n := d.spatial()
	n = min(n, 2)
	if len(x.shape) != n+2 {
		x = d.image()
	}
	kernel, stride := d.times(n, 1, 4), d.times(n, 1, 3)
	groups := d.divisor(x.shape[1])
	params := fmt.Sprintf("kernel=%s; stride=%s; num_group=%d; num_filter=%d; no_bias=%s", tuple(kernel...), tuple(stride...), groups, groups*d.int(1, 2), d.bool())
	pad, adj, target := make([]int, n), make([]int, n), make([]int, n)
	for i := range pad {
		pad[i] = d.IntN((kernel[i] + 1) / 2)
		adj[i] = d.IntN(stride[i])
		surplus := d.IntN(kernel[i])
		if stride[i] == 1 {
			surplus -= surplus % 2 // the odd one would have to be added again behind, which fewer than stride can be
		}
		target[i] = stride[i]*(x.shape[2+i]-1) + kernel[i] - surplus
	}
	if d.IntN(3) == 0 {
		params += "; target_shape=" + tuple(target...)
	} else {
		params += "; pad=" + tuple(pad...) + "; adj=" + tuple(adj...)
	}
	d.keep(d.apply("Deconvolution", params, x))
}

func pooling(d *drawing) {
	x, n := d.spatial()
	kind := d.one("max", "avg", "sum", "lp")
	params := "pool_type=" + kind
	if kind == "lp" {
		params += fmt.Sprintf("; p_value=%d", d.int(1, 3))
	}
	if kind == "avg" {
		params += "; count_include_pad=" + d.bool()
	}
	if d.IntN(6) == 0 {
		d.keep(d.apply("Pooling", params+"; global_pool=True; kernel="+tuple(d.times(n, 1, 3)...), x))
		return
	}
	kernel, stride, pad, convention := make([]int, n), d.times(n, 1, 3), make([]int, n), d.one("valid", "full")
	for i := range kernel {
		size := x.shape[2+i]
		kernel[i] = d.int(1, min(4, size))
		pad[i] = d.IntN(kernel[i]/2 + 1)
		if rest := (size + 2*pad[i] - kernel[i]) % stride[i]; rest > 0 && size+pad[i]-kernel[i]+stride[i]-rest >= size {
			convention = "valid" // full would have a window with nothing in it
		}
	}
	d.keep(d.apply("Pooling", fmt.Sprintf("%s; kernel=%s; stride=%s; pad=%s; pooling_convention=%s",
		params, tuple(kernel...), tuple(stride...), tuple(pad...), convention), x))
}

func fullyConnected(d *drawing) {
	x := d.array(any2, 2)
	d.keep(d.apply("FullyConnected", fmt.Sprintf("num_hidden=%d; flatten=%s; no_bias=%s", d.int(1, 8), d.bool(), d.bool()), x))
}

// spread tells whether an axis has enough numbers beside it for a variance that is not nearly zero.
func spread(s backend.Shape, axis int) bool { return s.Size()/s[axis] >= 6 }

func batchNorm(d *drawing) {
	x := d.array(any2, 3)
	axis := 1
	if d.IntN(3) == 0 {
		axis = d.axis(x.shape)
	}
	if !spread(x.shape, (axis+len(x.shape))%len(x.shape)) {
		x, axis = d.variable(3, 4, 5), 1
	}
	params := fmt.Sprintf("fix_gamma=%s; use_global_stats=%s; momentum=%s; eps=%s", d.bool(), d.one("False", "False", "True"), d.one("0.9", "0.5", "0.0"), d.one("0.001", "2e-05", "0.1"))
	if axis != 1 {
		params += fmt.Sprintf("; axis=%d", axis)
	}
	y := d.apply("BatchNorm", params, x)
	y.largest = 3
	d.keep(y)
}

func norms(d *drawing) {
	switch d.IntN(4) {
	case 0: // knows float32 only in MXNet
		if !d.alone() {
			return
		}
		x := d.variable(d.int(1, 3), d.int(1, 4), d.int(3, 6), d.int(3, 6))
		d.keep(d.apply("InstanceNorm", "eps="+d.one("0.001", "0.1"), x))
	case 1:
		x := d.variable(d.int(1, 3), d.int(4, 6), d.int(4, 6))
		d.keep(d.apply("LayerNorm", fmt.Sprintf("axis=%d; eps=%s", d.axis(x.shape), d.one("1e-05", "0.1")), x))
	case 2:
		c := d.int(2, 6)
		x := d.variable(d.int(1, 3), c, d.int(3, 5), d.int(3, 5))
		d.keep(d.apply("GroupNorm", fmt.Sprintf("num_groups=%d", d.divisor(c)), x))
	default:
		x := d.array(any3, 3)
		d.keep(d.apply("L2Normalization", fmt.Sprintf("mode=%s; eps=0.01", d.one("instance", "channel", "spatial")), x))
	}
}

func lrn(d *drawing) {
	x := d.image()
	d.keep(d.apply("LRN", fmt.Sprintf("nsize=%d; alpha=%s; beta=%s; knorm=%s", 2*d.IntN(min(5, x.shape[1]+1)/2)+1, d.one("0.0001", "0.1"), d.one("0.75", "0.5"), d.one("1", "2")), x))
}

func activation(d *drawing) {
	d.keep(d.apply("Activation", "act_type="+d.one("relu", "sigmoid", "tanh", "softrelu", "softsign"), d.array(any1, 1)))
}

func leakyReLU(d *drawing) {
	kind := d.one("leaky", "elu", "selu", "gelu", "prelu")
	x := d.array(any2, 2)
	if kind == "prelu" { // MXNet takes its output for its input in gamma's gradient, unless that is a variable
		x = d.variable(d.times(d.int(2, 4), 1, 5)...)
	}
	d.keep(d.apply("LeakyReLU", fmt.Sprintf("act_type=%s; slope=%s", kind, d.one("0.25", "0.1")), x))
}

func softmaxes(d *drawing) {
	x := d.array(any2, 2)
	var y value
	switch op := d.one("softmax", "softmin", "log_softmax", "SoftmaxActivation"); op {
	case "SoftmaxActivation":
		if len(x.shape) < 3 {
			y = d.apply(op, "", x)
		} else {
			y = d.apply(op, "mode="+d.one("instance", "channel"), x)
		}
	default:
		y = d.apply(op, fmt.Sprintf("axis=%d; temperature=%s", d.axis(x.shape), d.one("1.0", "2.0", "0.5")), x)
	}
	d.keep(y)
}

// loss ends a part of the network with one of the outputs that make their own gradient.
func loss(d *drawing) {
	switch op := d.one("SoftmaxOutput", "SoftmaxOutput", "LinearRegressionOutput", "LogisticRegressionOutput", "MAERegressionOutput", "SVMOutput", "MakeLoss"); op {
	case "SoftmaxOutput":
		softmaxOutput(d)
	case "SVMOutput":
		x := d.take(rank(2), d.int(1, 5), d.int(2, 5))
		label := d.indices(d.wholes(0, x.shape[1]), x.shape[0])
		d.keep(d.apply(op, fmt.Sprintf("margin=%s; regularization_coefficient=%s; use_linear=%s", d.one("1.0", "0.5"), d.one("1.0", "0.3"), d.bool()), x, label))
	case "MakeLoss":
		x := d.array(any1, 1)
		d.keep(d.apply(op, fmt.Sprintf("grad_scale=%s; normalization=%s; valid_thresh=0.1", d.one("1.0", "0.3"), d.one("null", "batch", "valid")), x))
	default:
		x := d.array(any1, 1)
		d.keep(d.apply(op, "grad_scale="+d.one("1.0", "0.3"), x, d.indices(d.between(0, 1), x.shape...)))
	}
}

func softmaxOutput(d *drawing) {
	params := fmt.Sprintf("grad_scale=%s; use_ignore=%s; ignore_label=%s; normalization=%s", d.one("1.0", "0.3"), d.bool(), d.one("-1", "0", "2"), d.one("null", "batch", "valid"))
	if d.IntN(2) == 0 {
		x := d.take(rank(2), d.int(1, 5), d.int(2, 5))
		params += "; smooth_alpha=" + d.one("0.0", "0.1")
		d.keep(d.apply("SoftmaxOutput", params, x, d.indices(d.wholes(0, x.shape[1]), x.shape[0])))
		return
	}
	x := d.take(rank(3), d.int(1, 3), d.int(2, 5), d.int(1, 4))
	if d.IntN(2) == 0 {
		d.keep(d.apply("SoftmaxOutput", params+"; multi_output=True", x, d.indices(d.wholes(0, x.shape[1]), x.shape[0], x.shape[2])))
		return
	}
	d.keep(d.apply("SoftmaxOutput", params+"; preserve_shape=True", x, d.indices(d.wholes(0, x.shape[2]), x.shape[0], x.shape[1])))
}
