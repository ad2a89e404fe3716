package model_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/device"
	mxio "github.com/gomx-org/gomx/io"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/optimizer"
	"github.com/gomx-org/gomx/symbol"
)

// recorded is what testdata/module/record.py saw MXNet 1.9.1 do.
type recorded struct {
	Batch       int
	Symbol      json.RawMessage
	Args, Aux   map[string][]float32
	Data, Label [][]float32
	Cases       []moduleCase
	Monitors    []monitorCase
}

type moduleCase struct {
	Name       string
	Optimizer  string
	Params     map[string]float64
	Fixed      []string
	GradReq    string `json:"grad_req"`
	Passes     int    // of forward and backward before each update
	InputGrads bool   `json:"input_grads"`
	Devices    int
	KVStore    string
	Steps      []struct {
		Output    []float64
		InputGrad []float64 `json:"input_grad"`
		Args, Aux map[string][]float64
	}
}

type monitorCase struct {
	Name             string
	Interval         int
	Pattern          string
	Sort, All, Infer bool
	Devices          int
	Lines            []string
}

func readRecorded(t *testing.T) (r recorded) {
	t.Helper()
	text, err := os.ReadFile("testdata/module/module.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &r))
	return r
}

// bind makes the Module that was recorded, with its parameters.
func (r *recorded) bind(t *testing.T, devices int, options []model.Option, bindOptions ...model.BindOption) *model.Module {
	t.Helper()
	net, err := symbol.LoadJSON(r.Symbol)
	require.NoError(t, err)
	var on []device.Context
	for i := range max(devices, 1) {
		on = append(on, device.CPU(i))
	}
	mod := model.NewModule(net, append(options, model.On(on...), quiet())...)
	t.Cleanup(func() { assert.NoError(t, mod.Close()) })
	require.NoError(t, mod.Bind(r.batch(0).descs(), r.batch(0).labels(), bindOptions...))
	shapes, err := net.InferShape(map[string]ndarray.Shape{"data": {r.Batch, 3}})
	require.NoError(t, err)
	p := model.Params{Args: map[string]*ndarray.NDArray{}, Aux: map[string]*ndarray.NDArray{}}
	for i, name := range net.ListArguments() {
		if v := r.Args[name]; v != nil {
			p.Args[name] = ndarray.Array(v, shapes.Args[i])
		}
	}
	for i, name := range net.ListAuxiliaryStates() {
		p.Aux[name] = ndarray.Array(r.Aux[name], shapes.Aux[i])
	}
	require.NoError(t, mod.InitParams(model.WithParams(p)))
	return mod
}

type recordedBatch struct{ *mxio.DataBatch }

func (r *recorded) batch(i int) recordedBatch {
	return recordedBatch{&mxio.DataBatch{
		Data:  []*ndarray.NDArray{ndarray.Array(r.Data[i], ndarray.Shape{r.Batch, 3})},
		Label: []*ndarray.NDArray{ndarray.Array(r.Label[i], ndarray.Shape{r.Batch})},
	}}
}

func (b recordedBatch) descs() []mxio.DataDesc {
	return []mxio.DataDesc{{Name: "data", Shape: b.Data[0].Shape()}}
}

func (b recordedBatch) labels() []mxio.DataDesc {
	return []mxio.DataDesc{{Name: "softmax_label", Shape: b.Label[0].Shape()}}
}

// Four steps of a small network with MXNet's numbers: optimizers, fixed parameters, gradients added, gradients of the data,
// several devices.
func TestModuleRecorded(t *testing.T) {
	r := readRecorded(t)
	for _, c := range r.Cases {
		t.Run(c.Name, func(t *testing.T) {
			params := map[string]string{}
			for k, v := range c.Params {
				params[k] = strconv.FormatFloat(v, 'g', -1, 64)
			}
			opt, err := optimizer.New(c.Optimizer, params)
			require.NoError(t, err)
			var bind []model.BindOption
			if c.InputGrads {
				bind = append(bind, model.InputsNeedGrad())
			}
			if c.GradReq == "add" {
				bind = append(bind, model.GradRequest(symbol.GradAdd))
			}
			mod := r.bind(t, c.Devices, []model.Option{model.FixedParams(c.Fixed...)}, bind...)
			require.NoError(t, mod.InitOptimizer(c.KVStore, opt))
			for i, want := range c.Steps {
				for range max(c.Passes, 1) {
					require.NoError(t, mod.ForwardBackward(r.batch(i).DataBatch))
				}
				outs, err := mod.GetOutputs()
				require.NoError(t, err)
				assert.InDeltaSlice(t, want.Output, outs[0].Float64(), 2e-5, "output, step %d", i)
				if c.InputGrads {
					grads, err := mod.GetInputGrads()
					require.NoError(t, err)
					assert.InDeltaSlice(t, want.InputGrad, grads[0].Float64(), 2e-5, "gradient of data, step %d", i)
				}
				require.NoError(t, mod.Update())
				p, err := mod.GetParams()
				require.NoError(t, err)
				for name, w := range want.Args {
					assert.InDeltaSlice(t, w, p.Args[name].Float64(), 2e-5, "%s, step %d", name, i)
				}
				for name, w := range want.Aux {
					assert.InDeltaSlice(t, w, p.Aux[name].Float64(), 2e-5, "%s, step %d", name, i)
				}
				for _, name := range c.Fixed {
					assert.Equal(t, r.Args[name], p.Args[name].Float32(), "%s is fixed", name)
				}
			}
		})
	}
}

// The monitor's lines are MXNet's, but for the last digits of the numbers.
func TestMonitorRecorded(t *testing.T) {
	r := readRecorded(t)
	for _, c := range r.Monitors {
		t.Run(c.Name, func(t *testing.T) {
			mod := r.bind(t, c.Devices, nil)
			require.NoError(t, mod.InitOptimizer("local", optimizer.SGD{LearningRate: 0.1}))
			mon := &model.Monitor{Interval: c.Interval, Pattern: c.Pattern, Sort: c.Sort, All: c.All}
			require.NoError(t, mod.InstallMonitor(mon))
			var lines []string
			for i := range r.Data {
				mon.Tic()
				if c.Infer {
					require.NoError(t, mod.Forward(r.batch(i).DataBatch, false))
				} else {
					require.NoError(t, mod.ForwardBackward(r.batch(i).DataBatch))
					require.NoError(t, mod.Update())
				}
				require.NoError(t, mon.TocPrint(func(f string, a ...any) { lines = append(lines, fmt.Sprintf(f, a...)) }))
			}
			require.Len(t, lines, len(c.Lines), strings.Join(lines, "\n"))
			for i, want := range c.Lines {
				at := strings.LastIndex(strings.TrimSuffix(want, "\t"), " ") + 1
				assert.Equal(t, want[:at], lines[i][:min(at, len(lines[i]))])
				assert.True(t, strings.HasSuffix(lines[i], "\t"))
				a, err := strconv.ParseFloat(strings.TrimSpace(want[at:]), 64)
				require.NoError(t, err)
				b, err := strconv.ParseFloat(strings.TrimSpace(lines[i][at:]), 64)
				require.NoError(t, err)
				assert.InDelta(t, a, b, 2e-5*max(a, 0.1), want)
			}
		})
	}
}
