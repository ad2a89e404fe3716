package verify

import (
	"encoding/json"
	"fmt"

	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/metric"
	"github.com/gomx-org/gomx/ndarray"
)

func init() {
	register(kind{name: "metric", recognise: holdsJSON("metric", "metric", "batches"), list: jsonCases, run: runMetric})
}

// metricCase is one file of metric: a metric with its arguments, or a composite of several.
type metricCase struct {
	Metric   string
	Kwargs   map[string]json.RawMessage
	Children []json.RawMessage // names, or {name: top_k}
	Before   []json.RawMessage // name and value without data
	Batches  []struct {
		Labels, Preds []tensor
		Name          string
		Value         number
		NumInst       number `json:"num_inst"`
		SumMetric     number `json:"sum_metric"`
		Names         []string
		Values        []number
	}
}

func runMetric(c *check) error {
	var m metricCase
	if err := readJSON(c.path(".json"), &m); err != nil {
		return err
	}
	em, err := m.make()
	if err != nil {
		return err
	}
	if len(m.Before) == 2 {
		var want number
		if err := json.Unmarshal(m.Before[1], &want); err != nil {
			return fmt.Errorf("before: %w", err)
		}
		_, got := em.Get()
		c.value("value before any data", got, float64(want), relative(1e-5))
	}
	for i := range m.Batches {
		b := &m.Batches[i]
		labels, err := arrays(b.Labels, c.ctx)
		if err != nil {
			return err
		}
		preds, err := arrays(b.Preds, c.ctx)
		if err != nil {
			return err
		}
		if err := em.Update(labels, preds); err != nil {
			return err
		}
		m.compare(c, em, i)
	}
	return nil
}

// compare compares what the metric says after batch i.
func (m *metricCase) compare(c *check, em metric.EvalMetric, i int) {
	b, after := &m.Batches[i], fmt.Sprintf(" after batch %d", i+1)
	if m.Children != nil {
		var names []string
		var values, want []float64
		for _, v := range em.Values() {
			names, values = append(names, v.Name), append(values, v.Value)
		}
		for _, v := range b.Values {
			want = append(want, float64(v))
		}
		c.list("names"+after, names, b.Names)
		c.tensor("values"+after, vector(values...), vector(want...), relative(1e-5))
		return
	}
	name, value := em.Get()
	c.equal("name", name, b.Name)
	c.value("value"+after, value, float64(b.Value), relative(1e-5))
	counter, ok := em.(metric.Counter)
	if !ok {
		c.differ("num_inst and sum_metric", "are not told by the metric")
		return
	}
	sum, num := counter.Counts()
	c.value("num_inst"+after, num, float64(b.NumInst), relative(1e-5))
	c.value("sum_metric"+after, sum, float64(b.SumMetric), relative(1e-5))
}

func (m *metricCase) make() (metric.EvalMetric, error) {
	if m.Children == nil {
		return metric.Make(m.Metric, textOf(m.Kwargs))
	}
	all := metric.NewComposite()
	for _, child := range m.Children {
		var name string
		params := map[string]string{}
		if json.Unmarshal(child, &name) != nil {
			var topK map[string]json.Number
			if err := json.Unmarshal(child, &topK); err != nil || len(topK) != 1 {
				return nil, fmt.Errorf("a child of the composite is %s", child)
			}
			for n, k := range topK {
				name, params["top_k"] = n, k.String()
			}
		}
		one, err := metric.Make(name, params)
		if err != nil {
			return nil, err
		}
		all.Add(one)
	}
	return all, nil
}

// arrays copies tensors to a device.
func arrays(list []tensor, ctx device.Context) ([]*ndarray.NDArray, error) {
	out := make([]*ndarray.NDArray, len(list))
	for i, t := range list {
		var err error
		if out[i], err = t.array(ctx); err != nil {
			return nil, err
		}
	}
	return out, nil
}
