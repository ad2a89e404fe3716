package metric

import (
	"fmt"
	"math"

	"github.com/gomx-org/gomx/ndarray"
)

type averageParam struct {
	Average string `gomx:"average,default=macro"`
}

// micro tells whether everything is pooled before the value is computed.
func (p averageParam) micro() (bool, error) {
	switch p.Average {
	case "", "macro":
		return false, nil
	case "micro":
		return true, nil
	}
	return false, fmt.Errorf("average=%q: want macro or micro", p.Average)
}

func init() {
	register(func(none) (EvalMetric, error) { return MAE(), nil }, "mae")
	register(func(none) (EvalMetric, error) { return MSE(), nil }, "mse")
	register(func(none) (EvalMetric, error) { return RMSE(), nil }, "rmse")
	register(func(none) (EvalMetric, error) { return Loss(), nil }, "loss")
	for _, name := range []string{"torch", "caffe"} { // the loss of an operator that another framework computed
		register(func(none) (EvalMetric, error) { return lossCalled(name), nil }, name)
	}
	register(func(p averageParam) (EvalMetric, error) {
		micro, err := p.micro()
		return PearsonCorrelation(micro), err
	}, "pearsonr", "pearsoncorrelation")
}

// MAE is the mean absolute error of each batch, averaged over batches.
func MAE() EvalMetric {
	return errorMetric("mae", func(d float64) float64 { return math.Abs(d) }, func(mean float64) float64 { return mean })
}

// MSE is the mean squared error of each batch, averaged over batches.
func MSE() EvalMetric {
	return errorMetric("mse", func(d float64) float64 { return d * d }, func(mean float64) float64 { return mean })
}

// RMSE is the root of the mean squared error of each batch, averaged over batches as MXNet does.
func RMSE() EvalMetric {
	return errorMetric("rmse", func(d float64) float64 { return d * d }, math.Sqrt)
}

func errorMetric(name string, each, whole func(float64) float64) EvalMetric {
	return &average{name: name, pair: func(a *average, label, pred view) error {
		if err := wantLabels(label, len(pred.data), pred); err != nil {
			return err
		}
		sum := 0.0
		for i, x := range label.data {
			sum += each(float64(x) - float64(pred.data[i]))
		}
		a.sum += whole(sum / float64(len(pred.data)))
		a.num++
		return nil
	}}
}

// loss averages outputs and looks at no labels.
type loss struct{ average }

// Loss is the mean of all elements of the outputs, for networks that compute their own loss. Labels do not matter.
func Loss() EvalMetric { return lossCalled("loss") }

func lossCalled(name string) EvalMetric {
	l := &loss{average{name: name}}
	l.pair = func(a *average, _, pred view) error {
		for _, x := range pred.data {
			a.sum += float64(x)
		}
		a.num += float64(len(pred.data))
		return nil
	}
	return l
}

// Update counts all rows.
func (l *loss) Update(_, preds []*ndarray.NDArray) error { return l.average.Update(preds, preds) }

// UpdateValid counts the first valid rows.
func (l *loss) UpdateValid(_, preds []*ndarray.NDArray, valid int) error {
	return l.average.UpdateValid(preds, preds, valid)
}

// moments are the sums a correlation is made of.
type moments struct{ n, x, y, xx, yy, xy float64 }

func (m *moments) add(label, pred view) {
	for i, l := range label.data {
		x, y := float64(pred.data[i]), float64(l)
		m.n, m.x, m.y = m.n+1, m.x+x, m.y+y
		m.xx, m.yy, m.xy = m.xx+x*x, m.yy+y*y, m.xy+x*y
	}
}

func (m *moments) correlation() float64 {
	return (m.n*m.xy - m.x*m.y) / math.Sqrt((m.n*m.xx-m.x*m.x)*(m.n*m.yy-m.y*m.y))
}

// PearsonCorrelation is the correlation of labels and predictions: of each batch, averaged over batches, or with micro of
// all data since Reset together.
func PearsonCorrelation(micro bool) EvalMetric {
	all := &moments{}
	a := &average{name: "pearsonr", again: func() { *all = moments{} }}
	a.pair = func(a *average, label, pred view) error {
		if err := wantLabels(label, len(pred.data), pred); err != nil {
			return err
		}
		a.num++
		if micro {
			all.add(label, pred)
			return nil
		}
		var m moments
		m.add(label, pred)
		a.sum += m.correlation()
		return nil
	}
	if micro {
		a.value = func(_, _ float64) float64 { return all.correlation() }
	}
	return a
}
