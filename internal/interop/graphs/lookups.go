package graphs

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// lookups are operators with an input of indices.
var lookups = []maker{take, embedding, pick, oneHot, gatherND, scatterND, batchTake, sequence}

func take(d *drawing) {
	x := d.array(any1, 1)
	axis := d.axis(x.shape)
	n := x.shape[(axis+len(x.shape))%len(x.shape)]
	i := d.indices(d.wholes(-2, n+2), d.times(d.int(1, 2), 1, 3)...)
	y := d.apply("take", fmt.Sprintf("axis=%d; mode=%s", axis, d.one("clip", "wrap")), x, i)
	d.keep(y)
}

func embedding(d *drawing) {
	n := d.int(2, 6)
	i := d.indices(d.wholes(0, n), d.times(d.int(1, 3), 1, 3)...)
	d.keep(d.apply("Embedding", fmt.Sprintf("input_dim=%d; output_dim=%d", n, d.int(1, 4)), i))
}

func pick(d *drawing) {
	x := d.array(any2, 2)
	axis := d.axis(x.shape)
	at := (axis + len(x.shape)) % len(x.shape)
	keep := d.bool()
	var shape []int
	for k, n := range x.shape {
		if k != at {
			shape = append(shape, n)
		} else if keep == "True" {
			shape = append(shape, 1)
		}
	}
	i := d.indices(d.wholes(-1, x.shape[at]+1), shape...)
	d.keep(d.apply("pick", fmt.Sprintf("axis=%d; keepdims=%s; mode=%s", axis, keep, d.one("clip", "wrap")), x, i))
}

func oneHot(d *drawing) {
	n := d.int(2, 5)
	i := d.indices(d.wholes(-1, n+1), d.times(d.int(1, 2), 1, 4)...)
	d.keep(d.apply("one_hot", fmt.Sprintf("depth=%d; on_value=%s; off_value=%s", n, d.one("1.0", "0.5"), d.one("0.0", "-0.5")), i))
}

func gatherND(d *drawing) {
	x := d.array(any2, 2)
	n := min(x.shape[0], x.shape[1])
	k := d.int(1, 2)
	if k == 1 {
		n = x.shape[0]
	}
	d.keep(d.apply("gather_nd", "", x, d.indices(d.wholes(0, n), k, d.int(1, 4))))
}

// scatterND writes each place once at most: what happens to a place that is written twice is not defined.
func scatterND(d *drawing) {
	n := d.int(2, 5)
	places, at := d.Perm(n), 0
	i := d.indices(func() float64 { at++; return float64(places[at-1]) }, 1, d.int(1, n))
	d.keep(d.apply("scatter_nd", "shape="+tuple(n, 3), d.variable(i.shape[1], 3), i))
}

// batchTake has no gradient in MXNet, and may only stand where none arrives.
func batchTake(d *drawing) {
	x := d.take(rank(2), d.int(1, 5), d.int(1, 5))
	i := d.apply("Cast", "dtype=int32", d.indices(d.wholes(0, x.shape[1]), x.shape[0]))
	d.keep(d.apply("BlockGrad", "", d.apply("batch_take", "", x, i)))
}

func sequence(d *drawing) {
	x := d.take(func(s backend.Shape) bool { return any3(s) && len(s) < 5 }, d.int(2, 4), d.int(1, 4), d.int(1, 3))
	op := d.one("SequenceMask", "SequenceLast", "SequenceReverse")
	axis := d.IntN(2)
	if op == "SequenceReverse" {
		axis = 0
	}
	params := fmt.Sprintf("axis=%d", axis)
	if op == "SequenceMask" {
		params += "; value=" + d.one("0.0", "-0.5")
	}
	if op != "SequenceLast" && d.IntN(3) == 0 { // in some graphs MXNet crashes on a SequenceLast without lengths, or changes its gradient
		d.keep(d.apply(op, params, x))
		return
	}
	lengths := d.indices(d.wholes(1, x.shape[axis]+1), x.shape[1-axis])
	d.keep(d.apply(op, params+"; use_sequence_length=True", x, lengths))
}
