package verify

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/keyword"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
)

func init() {
	register(kind{
		name:      "train",
		recognise: func(f *folder) bool { return f.has("trace.json", "final.params", "init.params") },
		list:      itself,
		run:       runTraining,
	})
}

// trace is trace.json of a training run.
type trace struct {
	Optimizer   string
	Kwargs      map[string]json.RawMessage
	RescaleGrad json.RawMessage `json:"rescale_grad"`
	Batch       int
	Steps       []struct {
		Loss        float64
		Output      tensor
		WeightNorms map[string]float64 `json:"weight_norms"`
	}
	Final tensor `json:"final_inference_batch0"`
}

// training is a training run being replayed: forward, backward and update are one compiled step, as in Fit.
type training struct {
	*check
	trace
	net          *symbol.Symbol
	init, final  map[string]*ndarray.NDArray
	images       *ndarray.NDArray
	labels       *ndarray.NDArray
	group        *optimizer.Group
	weights      []*ndarray.NDArray
	exe          *symbol.Executor
	outs, params tolerance
}

func runTraining(c *check) error {
	t := &training{check: c, outs: relative(1e-4), params: relative(1e-4)}
	if err := t.load(); err != nil {
		return err
	}
	if t.Optimizer == "adam" {
		t.outs, t.params = relative(2e-3), relative(2e-2)
	}
	if err := t.bind(); err != nil {
		return err
	}
	defer t.group.Close()
	defer t.exe.Close()
	for i := range t.Steps {
		if err := t.step(i); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return t.finish()
}

func (t *training) load() (err error) {
	if err := readJSON(t.path("trace.json"), &t.trace); err != nil {
		return err
	}
	if t.net, err = loadSymbol(t.path("symbol.json")); err != nil {
		return err
	}
	if t.init, err = ndarray.LoadMap(t.path("init.params"), ndarray.On(t.ctx)); err != nil {
		return err
	}
	if t.final, err = ndarray.LoadMap(t.path("final.params"), ndarray.On(t.ctx)); err != nil {
		return err
	}
	data, err := ndarray.LoadMap(t.path("data.params"), ndarray.On(t.ctx))
	if err != nil {
		return err
	}
	t.images, t.labels = data["data"], data["label"]
	if t.images == nil || t.labels == nil {
		return fmt.Errorf("%s: want the arrays data and label, it has %s", t.path("data.params"), strings.Join(slices.Sorted(maps.Keys(data)), ", "))
	}
	if s, l := t.images.Shape(), t.labels.Shape(); len(s) < 2 || len(l) != 2 || s[0] != l[0] || s[1] != t.Batch || l[1] != t.Batch || len(t.Steps) > s[0] {
		return fmt.Errorf("%s: data is %v and label %v, want %d batches of %d", t.path("data.params"), s, l, len(t.Steps), t.Batch)
	}
	return nil
}

// optimizer is the run's, with the rules of MXNet's Module: rescale_grad is 1/batch, and wd counts for names that end in
// _weight or _gamma.
func (t *training) optimizer() (optimizer.Optimizer, error) {
	if !slices.Contains(optimizer.Names(), t.Optimizer) {
		return nil, missing("optimizer " + t.Optimizer)
	}
	params := textOf(t.Kwargs)
	params["rescale_grad"] = keyword.Text(string(t.RescaleGrad))
	return optimizer.New(t.Optimizer, params)
}

func (t *training) bind() error {
	opt, err := t.optimizer()
	if err != nil {
		return err
	}
	b := symbol.BindOptions{Context: t.ctx, Arrays: map[string]*ndarray.NDArray{}, LowerOptions: symbol.LowerOptions{
		Shapes: map[string]backend.Shape{"data": t.images.Shape()[1:]}, Grad: map[string]symbol.GradReq{}, Infer: true, Data: t.inputs()}}
	var params []optimizer.Param
	at := map[string]int{}
	attrs := t.net.AttrDict()
	for _, name := range t.net.ListArguments() {
		if slices.Contains(b.Data, name) {
			continue
		}
		w, err := t.initial(symbol.ArgName(name))
		if err != nil {
			return err
		}
		b.Arrays[symbol.ArgName(name)], b.Grad[name], at[name] = w, symbol.GradWrite, len(params)
		params = append(params, optimizer.Param{Name: name, Shape: w.Shape(), DType: w.DType(), Attrs: attrs[name]})
		t.weights = append(t.weights, w)
	}
	for _, name := range t.net.ListAuxiliaryStates() {
		if b.Arrays[symbol.AuxName(name)], err = t.initial(symbol.AuxName(name)); err != nil {
			return err
		}
	}
	if t.group, err = optimizer.NewGroup(opt, params); err != nil {
		return err
	}
	b.Step = func(bl *backend.Builder, name string, w, g backend.Value) {
		bl.Write(symbol.ArgName(name), t.group.Update(bl, at[name], w, g))
	}
	b.Regions = t.group.Region
	if err := t.group.Alloc(t.ctx, t.weights); err != nil {
		return err
	}
	t.exe, err = t.net.Bind(b)
	return err
}

func (t *training) inputs() []string { return append([]string{"data"}, t.net.ListLabels()...) }

func (t *training) initial(name string) (*ndarray.NDArray, error) {
	a := t.init[name]
	if a == nil {
		return nil, fmt.Errorf("%s: no array %q", t.path("init.params"), name)
	}
	return a.Copy(), nil
}

// feed hands batch i to the network; images are float32(x)/128 - 1.
func (t *training) feed(i int) error {
	pixels := t.images.At(i).Float32()
	for k, v := range pixels {
		pixels[k] = v/128 - 1
	}
	if err := t.exe.Arg("data").SetFloat32(pixels); err != nil {
		return err
	}
	for _, name := range t.net.ListLabels() {
		if err := t.exe.Arg(name).SetFloat32(t.labels.At(i).Float32()); err != nil {
			return err
		}
	}
	return nil
}

func (t *training) step(i int) error {
	if err := t.feed(i); err != nil {
		return err
	}
	if err := t.group.Next(); err != nil {
		return err
	}
	if err := t.exe.Step(); err != nil {
		return err
	}
	want, label := &t.Steps[i], fmt.Sprintf("of step %d", i+1)
	out := t.exe.Outputs()[0]
	t.array("output "+label, out, want.Output, t.outs)
	loss, err := crossEntropy(out, t.labels.At(i))
	if err != nil {
		return err
	}
	t.value("loss "+label, loss, want.Loss, t.outs)
	for _, name := range slices.Sorted(maps.Keys(want.WeightNorms)) {
		a := t.variable(name)
		if a == nil {
			t.differ("norm of "+name, "was recorded, but the network has no such variable")
			continue
		}
		t.value("norm "+label+" of "+name, norm(a), want.WeightNorms[name], t.params)
	}
	return nil
}

func (t *training) variable(name string) *ndarray.NDArray {
	if a := t.exe.Arg(name); a != nil {
		return a
	}
	return t.exe.Aux(name)
}

func norm(a *ndarray.NDArray) float64 {
	sum := 0.0
	for _, v := range a.Float64() {
		sum += v * v
	}
	return math.Sqrt(sum)
}

// crossEntropy is the mean of -log p[label].
func crossEntropy(p, label *ndarray.NDArray) (float64, error) {
	s := p.Shape()
	if len(s) != 2 || s[0] != label.Size() {
		return 0, fmt.Errorf("the output is %v for %d labels", s, label.Size())
	}
	prob, sum := p.Float64(), 0.0
	for i, l := range label.Float64() {
		if k := int(l); k < 0 || k >= s[1] {
			return 0, fmt.Errorf("label %v of %d classes", l, s[1])
		} else {
			sum -= math.Log(max(prob[i*s[1]+k], 1e-12))
		}
	}
	return sum / float64(s[0]), nil
}

// finish compares what the trained network says about the first batch, and its parameters.
func (t *training) finish() error {
	if err := t.feed(0); err != nil {
		return err
	}
	if err := t.exe.Forward(false); err != nil {
		return err
	}
	t.array("final inference on batch 0", t.exe.Outputs()[0], t.Final, t.outs)
	for _, name := range slices.Sorted(maps.Keys(t.final)) {
		t.array("final "+name, t.exe.Array(name), tensorOf(t.final[name]), t.params)
	}
	for name := range t.init {
		if t.final[name] == nil {
			t.differ("final "+name, "is not in final.params")
		}
	}
	return nil
}
