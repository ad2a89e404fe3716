package metric

import (
	"math"

	"github.com/gomx-org/gomx/ndarray"
)

// Composite is several metrics of the same labels and predictions.
type Composite struct{ metrics []EvalMetric }

// NewComposite joins metrics.
func NewComposite(metrics ...EvalMetric) *Composite { return &Composite{metrics} }

// Add joins one more.
func (c *Composite) Add(m EvalMetric) { c.metrics = append(c.metrics, m) }

// Metrics are its parts.
func (c *Composite) Metrics() []EvalMetric { return c.metrics }

// Name is composite.
func (c *Composite) Name() string { return "composite" }

// Update counts all rows in every metric.
func (c *Composite) Update(labels, preds []*ndarray.NDArray) error {
	return c.UpdateValid(labels, preds, math.MaxInt)
}

// UpdateValid counts the first valid rows in every metric.
func (c *Composite) UpdateValid(labels, preds []*ndarray.NDArray, valid int) error {
	for _, m := range c.metrics {
		if err := m.UpdateValid(labels, preds, valid); err != nil {
			return err
		}
	}
	return nil
}

// Get is name and value of the first metric.
func (c *Composite) Get() (string, float64) {
	if len(c.metrics) == 0 {
		return c.Name(), math.NaN()
	}
	return c.metrics[0].Get()
}

// Values are those of all metrics.
func (c *Composite) Values() []Value {
	var list []Value
	for _, m := range c.metrics {
		list = append(list, m.Values()...)
	}
	return list
}

// Reset forgets everything in every metric.
func (c *Composite) Reset() {
	for _, m := range c.metrics {
		m.Reset()
	}
}
