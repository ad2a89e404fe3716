package metric

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/internal/keyword"
	"github.com/gomx-org/gomx/ndarray"
)

// EvalMetric gathers what predictions are worth, batch by batch.
type EvalMetric interface {
	// Name is MXNet's name, such as accuracy.
	Name() string
	// Update counts all rows of a batch: one label and one prediction for each output of the network.
	Update(labels, preds []*ndarray.NDArray) error
	// UpdateValid counts the first valid rows of a batch; the rest is padding.
	UpdateValid(labels, preds []*ndarray.NDArray, valid int) error
	// Get is the name and the value since the last Reset, NaN without data; of a composite, those of its first metric.
	Get() (name string, value float64)
	// Values are names and values; a composite has several.
	Values() []Value
	// Reset forgets everything.
	Reset()
}

// Value is a metric's result.
type Value struct {
	Name  string
	Value float64
}

// Counter is an optional ability of an EvalMetric: telling what its value is made of.
type Counter interface {
	// Counts gives MXNet's sum_metric and num_inst.
	Counts() (sum, num float64)
}

// average is what nearly all metrics are: a sum over a count, gathered pair by pair of label and prediction.
type average struct {
	name     string
	suffix   string // of the name, such as _5
	sum, num float64
	pair     func(a *average, label, pred view) error
	value    func(sum, num float64) float64 // nil: sum/num
	again    func()                         // Reset of what the metric keeps besides
}

// Name is MXNet's name, or the one that was given.
func (a *average) Name() string { return a.name + a.suffix }

func (a *average) rename(name string) { a.name = name }

// Reset forgets everything.
func (a *average) Reset() {
	a.sum, a.num = 0, 0
	if a.again != nil {
		a.again()
	}
}

// Get is name and value.
func (a *average) Get() (string, float64) {
	switch {
	case a.num == 0:
		return a.Name(), math.NaN()
	case a.value != nil:
		return a.Name(), a.value(a.sum, a.num)
	}
	return a.Name(), a.sum / a.num
}

// Values is Get as a list.
func (a *average) Values() []Value {
	name, v := a.Get()
	return []Value{{name, v}}
}

// Counts are sum and number.
func (a *average) Counts() (sum, num float64) { return a.sum, a.num }

// Update counts all rows.
func (a *average) Update(labels, preds []*ndarray.NDArray) error {
	return a.UpdateValid(labels, preds, math.MaxInt)
}

// UpdateValid counts the first valid rows.
func (a *average) UpdateValid(labels, preds []*ndarray.NDArray, valid int) error {
	if err := sameCount(labels, preds); err != nil {
		return fmt.Errorf("metric: %s: %w", a.Name(), err)
	}
	if valid <= 0 {
		return nil
	}
	for i := range preds {
		label, pred := viewOf(labels[i], valid), viewOf(preds[i], valid)
		if err := a.pair(a, label, pred); err != nil {
			return fmt.Errorf("metric: %s: output %d: %w", a.Name(), i, err)
		}
	}
	return nil
}

func sameCount(labels, preds []*ndarray.NDArray) error {
	if len(labels) != len(preds) {
		return fmt.Errorf("%d labels %v for %d predictions %v", len(labels), shapes(labels), len(preds), shapes(preds))
	}
	return nil
}

func shapes(arrays []*ndarray.NDArray) string {
	s := make([]string, len(arrays))
	for i, a := range arrays {
		s[i] = a.Shape().String()
	}
	return strings.Join(s, " ")
}

// view is an array's numbers on the host, of which the leading rows count.
type view struct {
	data  []float32 // of the rows that count
	shape ndarray.Shape
	rows  int
}

func viewOf(a *ndarray.NDArray, valid int) view {
	v := view{data: a.Data32(), shape: a.Shape(), rows: 1}
	if v.data == nil {
		v.data = a.Float32()
	}
	if len(v.shape) > 0 && v.shape[0] > 0 {
		v.rows = min(v.shape[0], valid)
		v.data = v.data[:len(v.data)/v.shape[0]*v.rows]
	}
	return v
}

// around splits the counted elements at an axis: outer × shape[axis] × inner.
func (v view) around(axis int) (outer, classes, inner int, err error) {
	at, ok := v.shape.Axis(axis)
	if !ok || at == 0 || len(v.data) == 0 {
		return 0, 0, 0, fmt.Errorf("prediction %v has no classes along axis %d, which must not be that of the examples", v.shape, axis)
	}
	classes, inner = v.shape[at], v.shape[at+1:].Size()
	return len(v.data) / (classes * inner), classes, inner, nil
}

// class is a label as a whole number.
func class(x float32, at int) (int, error) {
	if x != x || x < math.MinInt32 || x > math.MaxInt32 {
		return 0, fmt.Errorf("label %d is %v, want a class number", at, x)
	}
	return int(x), nil
}

// argmax is the position of the largest of n numbers that lie step apart, the first on ties. NaN counts as larger than all
// others, as in MXNet.
func argmax(x []float32, n, step int) int {
	best := 0
	for j := 1; j < n; j++ {
		if v, most := x[j*step], x[best*step]; v > most || v != v && most == most {
			best = j
		}
	}
	return best
}

func wantLabels(label view, want int, pred view) error {
	if len(label.data) != want {
		return fmt.Errorf("label %v does not fit prediction %v", label.shape, pred.shape)
	}
	return nil
}

// registry makes metrics by name; aliases share a function.
var registry = map[string]func(params map[string]string) (EvalMetric, error){}

// Register makes a metric known to New under its names.
func Register(make func(params map[string]string) (EvalMetric, error), names ...string) {
	for _, n := range names {
		registry[n] = make
	}
}

// Make makes one metric by MXNet's name or alias, with parameters in text form: top_k, axis, eps and so on. name is what
// Get calls it.
func Make(name string, params map[string]string) (EvalMetric, error) {
	make, ok := registry[strings.ToLower(name)]
	if !ok {
		return nil, fmt.Errorf("metric: no metric %q; there are %s", name, strings.Join(slices.Sorted(maps.Keys(registry)), ", "))
	}
	own := maps.Clone(params)
	delete(own, "name")
	m, err := make(own)
	if err != nil {
		return nil, fmt.Errorf("metric: %s: %w", name, err)
	}
	if as, ok := params["name"]; ok {
		named, ok := m.(interface{ rename(string) })
		if !ok {
			return nil, fmt.Errorf("metric: %s: it cannot be called %q", name, as)
		}
		named.rename(as)
	}
	return m, nil
}

// New makes a metric of one name, and a composite of several. A name may carry parameters:
// ["top_k_accuracy", {"top_k": 5}], or top_k_accuracy_5 for short.
func New(names ...string) (EvalMetric, error) {
	var list []EvalMetric
	for _, text := range names {
		name, params, err := keyword.Unmarshal(text)
		if err != nil {
			return nil, fmt.Errorf("metric: %w", err)
		}
		if k, ok := strings.CutPrefix(name, "top_k_accuracy_"); ok {
			name, params = "top_k_accuracy", map[string]string{"top_k": k}
		}
		m, err := Make(name, params)
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	switch len(list) {
	case 0:
		return nil, fmt.Errorf("metric: no name was given")
	case 1:
		return list[0], nil
	}
	return NewComposite(list...), nil
}

// register makes a metric known whose parameters are the struct P.
func register[P any](make func(p P) (EvalMetric, error), names ...string) {
	Register(func(params map[string]string) (EvalMetric, error) {
		var p P
		for _, key := range slices.Sorted(maps.Keys(params)) {
			if err := keyword.Set(&p, key, params[key]); err != nil {
				return nil, err
			}
		}
		return make(p)
	}, names...)
}

type none struct{}
