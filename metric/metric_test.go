package metric

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/keyword"
	"github.com/gomx-org/gomx/ndarray"
)

type tensor struct {
	Shape backend.Shape
	Data  []float64
}

func (x tensor) array() *ndarray.NDArray { return ndarray.Array(x.Data, x.Shape) }

func arrays(list []tensor) []*ndarray.NDArray {
	var out []*ndarray.NDArray
	for _, x := range list {
		out = append(out, x.array())
	}
	return out
}

// padded adds two rows of garbage.
func padded(list []tensor) []*ndarray.NDArray {
	var out []*ndarray.NDArray
	for _, x := range list {
		row := len(x.Data) / x.Shape[0]
		y := tensor{x.Shape.Clone(), append([]float64(nil), x.Data...)}
		y.Shape[0] += 2
		for range 2 * row {
			y.Data = append(y.Data, 1)
		}
		out = append(out, y.array())
	}
	return out
}

type metricCase struct {
	Metric   string
	Kwargs   map[string]json.RawMessage
	Children []json.RawMessage
	Batches  []struct {
		Labels, Preds []tensor
		Name          string
		Value         float64
		NumInst       float64 `json:"num_inst"`
		SumMetric     float64 `json:"sum_metric"`
		Names         []string
		Values        []float64
	}
	Before []string
}

func (c *metricCase) make(t *testing.T) EvalMetric {
	t.Helper()
	if c.Children != nil {
		m, err := New("acc", `["top_k_accuracy", {"top_k": 2}]`, "ce")
		require.NoError(t, err)
		return m
	}
	params := map[string]string{}
	for k, v := range c.Kwargs {
		params[k] = strings.Replace(keyword.Text(string(v)), "null", "None", 1)
	}
	m, err := Make(c.Metric, params)
	require.NoError(t, err)
	return m
}

// TestRecorded replays what MXNet's metrics gave, also with two rows of padding that must not count.
func TestRecorded(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	require.NoError(t, err)
	require.Len(t, files, 25)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		var c metricCase
		require.NoError(t, json.Unmarshal(data, &c))
		for _, pad := range []bool{false, true} {
			m := c.make(t)
			if c.Before != nil {
				name, v := m.Get()
				assert.Equal(t, c.Before[0], name)
				assert.True(t, math.IsNaN(v))
			}
			require.Len(t, c.Batches, 3)
			for round := range 2 { // the second after Reset
				for _, b := range c.Batches {
					if pad {
						require.NoError(t, m.UpdateValid(padded(b.Labels), padded(b.Preds), b.Preds[0].Shape[0]), file)
					} else {
						require.NoError(t, m.Update(arrays(b.Labels), arrays(b.Preds)), file)
					}
					if b.Names != nil {
						for i, v := range m.Values() {
							assert.Equal(t, b.Names[i], v.Name, file)
							assert.InEpsilon(t, b.Values[i], v.Value, 1e-5, file)
						}
						continue
					}
					name, v := m.Get()
					sum, num := m.(Counter).Counts()
					assert.Equal(t, b.Name, name)
					assert.InDelta(t, b.Value, v, 1e-5*math.Abs(b.Value), "%s round %d", file, round)
					assert.Equal(t, b.NumInst, num, file)
					assert.InDelta(t, b.SumMetric, sum, 1e-5*math.Abs(b.SumMetric), file)
				}
				m.Reset()
				_, v := m.Get()
				assert.True(t, math.IsNaN(v), file)
			}
		}
	}
}

func one(x *ndarray.NDArray) []*ndarray.NDArray { return []*ndarray.NDArray{x} }

func TestTopK(t *testing.T) {
	label := ndarray.Array([]float32{0, 1, 2, 2}, nil)
	pred := ndarray.Array([]float32{.2, .5, .3, .1, .1, .8, .4, .4, .2, 0, 0, 0}, ndarray.Shape{4, 3})
	m, err := TopKAccuracy(2)
	require.NoError(t, err)
	require.NoError(t, m.Update(one(label), one(pred)))
	_, v := m.Get()
	assert.Equal(t, .5, v, "rows: missed; tie, larger number first: hit; missed; all equal: hit")

	m, err = New("top_k_accuracy_20")
	require.NoError(t, err)
	require.NoError(t, m.Update(one(label), one(pred)))
	name, v := m.Get()
	assert.Equal(t, "top_k_accuracy_20", name)
	assert.Equal(t, 1.0, v, "k is capped at the number of classes")

	nan := float32(math.NaN())
	m.Reset()
	k2, err := TopKAccuracy(2)
	require.NoError(t, err)
	require.NoError(t, k2.Update(one(ndarray.Array([]float32{1}, nil)), one(ndarray.Array([]float32{nan, nan, nan}, ndarray.Shape{1, 3}))))
	_, v = k2.Get()
	assert.Equal(t, 0.0, v, "what is not a number is no hit")
}

func TestTypesAndCustom(t *testing.T) {
	label := ndarray.Array([]float32{1, 0, 1}, nil, ndarray.Of(backend.Int32))
	pred := ndarray.Array([]float32{.2, .8, .3, .7, .1, .9}, ndarray.Shape{3, 2}, ndarray.Of(backend.Float16))
	m := NewComposite(Accuracy())
	m.Add(Custom("rows", func(label, pred *ndarray.NDArray) (float64, int, error) {
		return float64(label.Len() * pred.Len()), 1, nil
	}))
	require.NoError(t, m.Update(one(label), one(pred)))
	assert.InDelta(t, 2.0/3, m.Values()[0].Value, 1e-12)
	assert.Equal(t, Value{"rows", 9}, m.Values()[1])
	m.Reset()
	require.NoError(t, m.UpdateValid(one(label), one(pred), 2))
	assert.Equal(t, []Value{{"accuracy", .5}, {"rows", 4}}, m.Values())
	require.NoError(t, m.UpdateValid(one(label), one(pred), 0))
	assert.Equal(t, []Value{{"accuracy", .5}, {"rows", 4}}, m.Values(), "no rows change nothing")
}

func TestAllocatesNothing(t *testing.T) {
	label := one(ndarray.Array([]float32{1, 0, 1}, nil))
	pred := one(ndarray.Array([]float32{.2, .8, .3, .7, .1, .9}, ndarray.Shape{3, 2}))
	m, err := New("acc", "ce", "top_k_accuracy_5", "nll_loss", "perplexity", "f1", "mcc")
	require.NoError(t, err)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if m.UpdateValid(label, pred, 2) != nil {
			t.Fail()
		}
	}))
	same, err := New("mae", "mse", "rmse", "pearsonr", "loss")
	require.NoError(t, err)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if same.Update(pred, pred) != nil {
			t.Fail()
		}
	}))
}

func TestUpdateErrors(t *testing.T) {
	labels := func(x ...float32) []*ndarray.NDArray { return one(ndarray.Array(x, nil)) }
	pred := one(ndarray.Array([]float32{.2, .8, .3, .7}, ndarray.Shape{2, 2}))
	for _, c := range []struct {
		metric        string
		labels, preds []*ndarray.NDArray
		want          string
	}{
		{"acc", nil, pred, "metric: accuracy: 0 labels  for 1 predictions (2,2)"},
		{"acc", append(labels(1, 0), labels(1)...), pred, "metric: accuracy: 2 labels (2,) (1,) for 1 predictions (2,2)"},
		{"acc", labels(1, 0, 1), pred, "metric: accuracy: output 0: label (3,) does not fit prediction (2,2)"},
		{"acc", labels(1, float32(math.NaN())), pred, "label 1 is NaN, want a class number"},
		{"acc", labels(1), labels(1, 0), "has no classes along axis 1"},
		{"ce", labels(1, 2), pred, "metric: cross-entropy: output 0: label 1 is 2, want 0 to 1: prediction is (2,2)"},
		{"ce", labels(1, -1), pred, "label 1 is -1, want 0 to 1"},
		{"pcc", labels(1, 2), pred, "label 1 is 2, want 0 to 1"},
		{"f1", labels(1, 2), pred, "label 1 is 2, want 0 or 1"},
		{"mse", labels(1, 2), pred, "label (2,) does not fit prediction (2,2)"},
		{"top_k_accuracy_2", labels(1, 2), labels(1, 2), "prediction (2,), want (examples, classes)"},
	} {
		m, err := New(c.metric)
		require.NoError(t, err)
		assert.ErrorContains(t, m.Update(c.labels, c.preds), c.want, c.metric)
	}
}

// MXNet's name argument, its classes' names, and labels that are to be ignored whatever they are.
func TestNamesAndIgnored(t *testing.T) {
	for text, want := range map[string]string{
		`["acc", {"name": "hits"}]`: "hits", `["TopKAccuracy", {"top_k": 2, "name": "best"}]`: "best_2", `["pcc", {"name": "q"}]`: "q",
		"torch": "torch", "caffe": "caffe", "top_k_accuracy_3": "top_k_accuracy_3",
	} {
		m, err := New(text)
		require.NoError(t, err)
		name, _ := m.Get()
		assert.Equal(t, want, name)
		assert.Equal(t, want, m.Name())
	}
	m, err := New(`["perplexity", {"ignore_label": -1}]`)
	require.NoError(t, err)
	pred := one(ndarray.Array([]float32{.25, .75, .5, .5}, ndarray.Shape{2, 2}))
	require.NoError(t, m.Update(one(ndarray.Array([]float32{0, -1}, nil)), pred))
	_, v := m.Get()
	assert.InDelta(t, 4, v, 1e-6)
}

// PCC counts updates, not outputs; NaN counts as the largest prediction.
func TestPCCOfTwoOutputs(t *testing.T) {
	m := PCC()
	label, nan := ndarray.Array([]float32{0, 1}, nil), float32(math.NaN())
	pred := ndarray.Array([]float32{.5, .1, .5, nan}, ndarray.Shape{2, 2})
	require.NoError(t, m.Update([]*ndarray.NDArray{label, label}, []*ndarray.NDArray{pred, pred}))
	sum, num := m.(Counter).Counts()
	assert.Equal(t, []float64{1, 1}, []float64{sum, num})
}

func TestNewErrors(t *testing.T) {
	for _, c := range [][2]string{
		{"accuracyy", `no metric "accuracyy"; there are acc, accuracy, caffe, ce`},
		{"top_k_accuracy", "top_k is 0, want more than 1; for 1 there is accuracy"},
		{"top_k_accuracy_1", "top_k is 1, want more than 1"},
		{`["acc", {"axes": 1}]`, `no parameter "axes"; there are axis`},
		{`["f1", {"average": "mean"}]`, `average="mean": want macro or micro`},
		{`["perplexity", {"ignore_label": "x"}]`, "want a class number or None"},
		{"[", "metric: "},
	} {
		_, err := New(c[0])
		assert.ErrorContains(t, err, c[1])
	}
	_, err := New()
	assert.ErrorContains(t, err, "no name was given")
	for _, alias := range []string{"acc", "accuracy", "ce", "cross-entropy", "top_k_acc_2", "nll_loss", "Perplexity", "mae", "loss"} {
		alias = strings.Replace(alias, "top_k_acc_2", `["top_k_acc", {"top_k": 2}]`, 1)
		_, err := New(alias)
		assert.NoError(t, err)
	}
}
