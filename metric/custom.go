package metric

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/ndarray"
)

// custom calls a function for each pair of label and prediction.
type custom struct {
	average
	fn func(label, pred *ndarray.NDArray) (sum float64, num int, err error)
}

// Custom is a metric made of a function: for one output it gives a sum and how many it counts, 1 for a mean. Padding is
// cut off before it is called.
func Custom(name string, fn func(label, pred *ndarray.NDArray) (sum float64, num int, err error)) EvalMetric {
	return &custom{average{name: name}, fn}
}

// Update counts all rows.
func (c *custom) Update(labels, preds []*ndarray.NDArray) error {
	return c.UpdateValid(labels, preds, math.MaxInt)
}

// UpdateValid counts the first valid rows.
func (c *custom) UpdateValid(labels, preds []*ndarray.NDArray, valid int) error {
	if err := sameCount(labels, preds); err != nil {
		return fmt.Errorf("metric: %s: %w", c.name, err)
	}
	if valid <= 0 {
		return nil
	}
	for i := range preds {
		sum, num, err := c.fn(leading(labels[i], valid), leading(preds[i], valid))
		if err != nil {
			return fmt.Errorf("metric: %s: output %d: %w", c.name, i, err)
		}
		c.sum += sum
		c.num += float64(num)
	}
	return nil
}

func leading(a *ndarray.NDArray, rows int) *ndarray.NDArray {
	if len(a.Shape()) == 0 || a.Shape()[0] <= rows {
		return a
	}
	return a.Slice(0, rows)
}
