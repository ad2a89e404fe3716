package metric

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/ndarray"
)

func init() {
	register(func(p averageParam) (EvalMetric, error) {
		micro, err := p.micro()
		return F1(micro), err
	}, "f1")
	register(func(p averageParam) (EvalMetric, error) {
		micro, err := p.micro()
		return MCC(micro), err
	}, "mcc")
	register(func(none) (EvalMetric, error) { return PCC(), nil }, "pcc")
}

// binary counts the four outcomes of a decision between class 0 and class 1.
type binary struct{ tp, fp, tn, fn float64 }

func (b *binary) add(label, pred view) error {
	if len(pred.shape) != 2 {
		return fmt.Errorf("prediction %v, want (examples, classes)", pred.shape)
	}
	if err := wantLabels(label, pred.rows, pred); err != nil {
		return err
	}
	for i, x := range label.data {
		if x != 0 && x != 1 {
			return fmt.Errorf("label %d is %v, want 0 or 1: the metric is for two classes", i, x)
		}
		switch yes := argmax(pred.data[i*pred.shape[1]:], pred.shape[1], 1) == 1; {
		case yes && x == 1:
			b.tp++
		case yes:
			b.fp++
		case x == 1:
			b.fn++
		default:
			b.tn++
		}
	}
	return nil
}

func (b *binary) f1() float64 {
	if b.tp == 0 {
		return 0
	}
	return 2 * b.tp / (2*b.tp + b.fp + b.fn)
}

func (b *binary) mcc() float64 {
	product := 1.0
	for _, t := range []float64{b.tp + b.fp, b.tp + b.fn, b.tn + b.fp, b.tn + b.fn} {
		if t != 0 {
			product *= t
		}
	}
	return (b.tp*b.tn - b.fp*b.fn) / math.Sqrt(product)
}

func (b *binary) n() float64 { return b.tp + b.fp + b.tn + b.fn }

// binaryMetric is a value of the outcomes of each update, averaged, or with micro of all of them together.
type binaryMetric struct {
	average
	counts binary
	micro  bool
	of     func(*binary) float64
}

func newBinary(name string, micro bool, of func(*binary) float64) EvalMetric {
	m := &binaryMetric{micro: micro, of: of}
	m.name = name
	m.pair = func(_ *average, label, pred view) error { return m.counts.add(label, pred) }
	m.again = func() { m.counts = binary{} }
	return m
}

// Update counts all rows.
func (m *binaryMetric) Update(labels, preds []*ndarray.NDArray) error {
	return m.UpdateValid(labels, preds, math.MaxInt)
}

// UpdateValid counts the first valid rows.
func (m *binaryMetric) UpdateValid(labels, preds []*ndarray.NDArray, valid int) error {
	if err := m.average.UpdateValid(labels, preds, valid); err != nil || valid <= 0 {
		return err
	}
	if m.micro {
		m.num = m.counts.n()
		m.sum = m.of(&m.counts) * m.num
		return nil
	}
	m.sum += m.of(&m.counts)
	m.num++
	m.counts = binary{}
	return nil
}

// F1 is the harmonic mean of precision and recall for class 1 of two: of each batch, averaged over batches, or with micro
// of all examples together.
func F1(micro bool) EvalMetric { return newBinary("f1", micro, (*binary).f1) }

// MCC is Matthews' correlation for two classes: of each batch, averaged over batches, or with micro of all examples
// together. Factors of 0 in its denominator are left out, as in MXNet.
func MCC(micro bool) EvalMetric { return newBinary("mcc", micro, (*binary).mcc) }

// pcc pools the outcomes of all classes.
type pcc struct {
	average
	said, was []float64 // examples by predicted and by true class
	hits, n   float64
}

// PCC is Matthews' correlation for any number of classes (Gorodkin, "Comparing two K-category assignments by a
// K-category correlation coefficient", 2004) of all examples since Reset together.
func PCC() EvalMetric {
	m := &pcc{average: average{name: "pcc"}}
	m.pair = m.add
	m.again = func() { m.said, m.was, m.hits, m.n = m.said[:0], m.was[:0], 0, 0 }
	return m
}

// Update counts all rows.
func (m *pcc) Update(labels, preds []*ndarray.NDArray) error {
	return m.UpdateValid(labels, preds, math.MaxInt)
}

// UpdateValid counts the first valid rows.
func (m *pcc) UpdateValid(labels, preds []*ndarray.NDArray, valid int) error {
	if err := m.average.UpdateValid(labels, preds, valid); err != nil || valid <= 0 {
		return err
	}
	m.num++
	m.sum = m.correlation() * m.num
	return nil
}

func (m *pcc) add(_ *average, label, pred view) error {
	if len(pred.shape) != 2 {
		return fmt.Errorf("prediction %v, want (examples, classes)", pred.shape)
	}
	if err := wantLabels(label, pred.rows, pred); err != nil {
		return err
	}
	k := pred.shape[1]
	for i, x := range label.data {
		c, err := class(x, i)
		if err != nil {
			return err
		}
		if c < 0 || c >= k {
			return fmt.Errorf("label %d is %d, want 0 to %d: prediction is %v", i, c, k-1, pred.shape)
		}
		for len(m.said) < k {
			m.said, m.was = append(m.said, 0), append(m.was, 0)
		}
		p := argmax(pred.data[i*k:], k, 1)
		m.said[p]++
		m.was[c]++
		if p == c {
			m.hits++
		}
	}
	m.n += float64(len(label.data))
	return nil
}

func (m *pcc) correlation() float64 {
	xy, xx, yy := m.hits*m.n, 0.0, 0.0
	for j := range m.said {
		xy -= m.said[j] * m.was[j]
		xx += m.said[j] * (m.n - m.said[j])
		yy += m.was[j] * (m.n - m.was[j])
	}
	return xy / math.Sqrt(xx*yy)
}
