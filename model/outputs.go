package model

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/ndarray"
)

// outputs are the results of a batch on the host: the network's own arrays where it is on one device whose memory the host
// can address, else copies in memory that is used again for every batch.
type outputs struct {
	arrays []*ndarray.NDArray
	copies []outputCopy
}

type outputCopy struct {
	device   int
	to, from *ndarray.NDArray
}

// newOutputs prepares for arrays of the parts of a batch, by part and then by number, which are joined along the first
// axis. what names one in errors.
func newOutputs(what string, parts [][]*ndarray.NDArray) (*outputs, error) {
	o := &outputs{}
	for k, first := range parts[0] {
		if len(parts) == 1 && first.Bytes() != nil {
			o.arrays = append(o.arrays, first)
			continue
		}
		shape := first.Shape().Clone()
		if len(shape) == 0 && len(parts) > 1 {
			return nil, fmt.Errorf("model: %s %d is a single number, and those of several devices cannot be joined", what, k)
		}
		for _, p := range parts[1:] {
			shape[0] += p[k].Shape()[0]
		}
		whole, err := ndarray.New(shape, ndarray.Of(first.DType()))
		if err != nil {
			return nil, fmt.Errorf("model: %s %d: %w", what, k, err)
		}
		o.arrays = append(o.arrays, whole)
		row := 0
		for i, p := range parts {
			from, to := p[k], whole
			if len(parts) > 1 {
				n := from.Shape()[0]
				to = whole.Slice(row, row+n)
				row += n
			}
			o.copies = append(o.copies, outputCopy{i, to, from})
		}
	}
	return o, nil
}

// collect waits for the batch. It allocates nothing. The number tells whose error it is.
func (o *outputs) collect() (device int, err error) {
	for i := range o.copies {
		c := &o.copies[i]
		if err := c.to.CopyFrom(c.from); err != nil {
			return c.device, err
		}
	}
	return 0, nil
}

// finite reports whether the outputs are numbers; training that diverged gives NaN.
func (o *outputs) finite() bool {
	for _, a := range o.arrays {
		if x := a.Data32(); x != nil {
			for _, v := range x {
				if v-v != 0 {
					return false
				}
			}
			continue
		}
		for _, v := range a.Float64() {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return false
			}
		}
	}
	return true
}
