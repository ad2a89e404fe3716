package train

import (
	"github.com/gomx-org/gomx/metric"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/viz"
)

// history collects the measures of each epoch for the picture.
type history struct {
	curves map[string]*viz.Curve
}

func (h *history) add(set string, epoch int, m metric.EvalMetric) {
	if h.curves == nil {
		h.curves = map[string]*viz.Curve{}
	}
	for _, v := range m.Values() {
		key := set + " " + v.Name
		c := h.curves[key]
		if c == nil {
			c = &viz.Curve{Name: set}
			h.curves[key] = c
		}
		c.X, c.Y = append(c.X, float64(epoch+1)), append(c.Y, v.Value)
	}
}

// train notes what the batches since the log's last line were worth, as the log does: Speedometer begins anew after each.
func (h *history) train(e *model.EpochEnd) error {
	h.add("end of training epoch", e.Epoch, e.Metric)
	return nil
}

func (h *history) val(epoch int, m metric.EvalMetric) { h.add("validation", epoch, m) }

// draw writes accuracy and loss side by side.
func (h *history) draw(path, network string) error {
	panel := func(title, name string) viz.Panel {
		p := viz.Panel{Title: network + ": " + title, XLabel: "epoch", YLabel: title}
		for _, set := range []string{"end of training epoch", "validation"} {
			if c := h.curves[set+" "+name]; c != nil {
				p.Curves = append(p.Curves, *c)
			}
		}
		return p
	}
	return viz.SaveCurves(path, panel("accuracy", "accuracy"), panel("loss (cross-entropy)", "cross-entropy"))
}
