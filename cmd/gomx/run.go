package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/io/npy"
	"github.com/gomx-org/gomx/model"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/op"
	"github.com/gomx-org/gomx/symbol"
)

// runCmd runs a saved network once on arrays from a file.
type runCmd struct {
	Prefix    string   `arg:"" help:"Checkpoint: PREFIX-symbol.json and PREFIX-0001.params."`
	Epoch     int      `arg:"" help:"Epoch of the checkpoint."`
	Data      string   `required:"" help:"Arrays by the names of the network's inputs." placeholder:"IN.npz"`
	Out       string   `required:"" help:"File for the outputs, by name." placeholder:"OUT.npz"`
	Internals []string `help:"Outputs of layers to write too, such as flatten0_output." placeholder:"NAME,…"`
	GPU       int      `name:"gpu" default:"-1" help:"Run on this GPU; the CPU without it."`
}

// Run does what the command says.
func (c *runCmd) Run() error {
	s, params, err := model.LoadCheckpoint(c.Prefix, c.Epoch)
	if err != nil {
		return err
	}
	if s, err = withInternals(s, c.Internals); err != nil {
		return err
	}
	in, err := npy.LoadNPZ(c.Data)
	if err != nil {
		return err
	}
	out, err := forward(deviceOf(c.GPU), s, params, in)
	if err != nil {
		return err
	}
	return npy.SaveNPZ(c.Out, out)
}

// deviceOf is the GPU of a flag --gpu, or the CPU where that is not given.
func deviceOf(gpu int) device.Context {
	if gpu >= 0 {
		return device.GPU(gpu)
	}
	return device.CPU(0)
}

// withInternals adds outputs of inner layers to those of a network.
func withInternals(s *symbol.Symbol, names []string) (*symbol.Symbol, error) {
	if len(names) == 0 {
		return s, nil
	}
	inner := s.GetInternals()
	known := inner.ListOutputs()
	outs := []*symbol.Symbol{s}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("run: no layer has the output %q; the nearest are %s", name, strings.Join(op.Nearest(name, known, 3), ", "))
		}
		outs = append(outs, inner.OutputNamed(name))
	}
	return symbol.Group(outs...), nil
}

// forward runs a network on arrays by the names of its inputs; labels, which do not count in prediction, may be missing.
func forward(ctx device.Context, s *symbol.Symbol, p model.Params, in map[string]*ndarray.NDArray) (map[string]*ndarray.NDArray, error) {
	shapes := map[string]backend.Shape{}
	args := s.ListArguments()
	for _, name := range sortedKeys(in) {
		if !slices.Contains(args, name) {
			return nil, fmt.Errorf("run: the network has no input %q; the nearest are %s", name, strings.Join(op.Nearest(name, args, 3), ", "))
		}
		shapes[name] = in[name].Shape()
		if in[name].DType() != backend.Float32 { // what networks are bound in
			in[name] = in[name].AsType(backend.Float32)
		}
	}
	labels := s.ListLabels()
	for _, name := range args {
		if in[name] == nil && p.Args[name] == nil && !slices.Contains(labels, name) {
			return nil, fmt.Errorf("run: neither the data nor the checkpoint has %q", name)
		}
	}
	e, err := s.SimpleBind(ctx, symbol.GradNull, shapes)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	if err := e.CopyParamsFrom(p.Args, p.Aux, true); err != nil {
		return nil, err
	}
	if err := e.CopyParamsFrom(in, nil, false); err != nil {
		return nil, err
	}
	if err := e.Forward(false); err != nil {
		return nil, err
	}
	out := map[string]*ndarray.NDArray{}
	for i, name := range s.ListOutputs() {
		out[name] = e.Outputs()[i].AsInContext(device.CPU(0)).Copy()
	}
	return out, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
