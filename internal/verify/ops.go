package verify

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/op"
	"github.com/gomx-org/gomx/symbol"
)

func init() {
	register(kind{
		name: "ops",
		recognise: func(f *folder) bool {
			return f.parent == "ops" && len(f.dirs) == 0 || f.has("meta.json", "in.params", "infer.params", "out.params")
		},
		list: itself,
		run:  runOperator,
	})
}

// opMeta is meta.json of an operator case.
type opMeta struct {
	Tol    float64
	Grad   bool     // gradients were recorded
	Train  bool     // out.params is of is_train=True
	NoGrad []string `json:"no_grad"`
	Chance bool     // outputs that are whole numbers are so by chance, and may be off like others
}

// opCase is an operator case while it runs.
type opCase struct {
	*check
	opMeta
	net             *symbol.Symbol
	exe             *symbol.Executor
	in, infer, outs map[string]*ndarray.NDArray
}

func runOperator(c *check) error {
	o := &opCase{check: c}
	if err := o.load(); err != nil {
		return err
	}
	if err := o.bind(); err != nil {
		return err
	}
	defer o.exe.Close()
	if err := o.exe.Forward(false); err != nil {
		return fmt.Errorf("infer: %w", err)
	}
	o.outputs("infer", o.infer)
	return o.train()
}

func (o *opCase) load() (err error) {
	if err := readJSON(o.path("meta.json"), &o.opMeta); err != nil {
		return err
	}
	if o.net, err = loadSymbol(o.path("symbol.json")); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		to   *map[string]*ndarray.NDArray
	}{{"in.params", &o.in}, {"infer.params", &o.infer}, {"out.params", &o.outs}} {
		if *f.to, err = ndarray.LoadMap(filepath.Join(o.dir, f.name), ndarray.On(o.ctx)); err != nil {
			return err
		}
	}
	return nil
}

// loadSymbol reads a graph; operators that do not exist here make the case one to skip.
func loadSymbol(path string) (*symbol.Symbol, error) {
	var g struct{ Nodes []struct{ Op string } }
	if err := readJSON(path, &g); err != nil {
		return nil, err
	}
	unknown := map[string]bool{}
	for _, n := range g.Nodes {
		if n.Op == "null" {
			continue
		}
		if _, err := op.Lookup(n.Op); err != nil {
			unknown[n.Op] = true
		}
	}
	if len(unknown) > 0 {
		return nil, missing("operator " + strings.Join(slices.Sorted(maps.Keys(unknown)), ", "))
	}
	return symbol.Load(path)
}

func (o *opCase) bind() error {
	b := symbol.BindOptions{Context: o.ctx, LowerOptions: symbol.LowerOptions{
		Shapes: map[string]backend.Shape{}, Types: map[string]backend.DType{}, Grad: map[string]symbol.GradReq{}, Infer: true, Train: o.Train}}
	args, aux := map[string]*ndarray.NDArray{}, map[string]*ndarray.NDArray{}
	for _, group := range []struct {
		prefix string
		names  []string
		arrays map[string]*ndarray.NDArray
	}{{"arg:", o.net.ListArguments(), args}, {"aux:", o.net.ListAuxiliaryStates(), aux}} {
		for _, name := range group.names {
			a := o.in[group.prefix+name]
			if a == nil {
				return fmt.Errorf("%s: no array %q", o.path("in.params"), group.prefix+name)
			}
			group.arrays[name], b.Shapes[name], b.Types[name] = a, a.Shape(), a.DType()
		}
	}
	for name := range args {
		if o.Grad && !slices.Contains(o.NoGrad, name) {
			b.Grad[name] = symbol.GradWrite
		}
	}
	var err error
	if o.exe, err = o.net.Bind(b); err != nil {
		return err
	}
	return o.exe.CopyParamsFrom(args, aux, false)
}

// train runs forward as the case was recorded, and backward.
func (o *opCase) train() error {
	if err := o.exe.Forward(o.Train); err != nil {
		return fmt.Errorf("forward: %w", err)
	}
	o.outputs("out", o.outs)
	if o.Grad {
		heads := make([]*ndarray.NDArray, len(o.exe.Outputs()))
		for i := range heads {
			if heads[i] = o.in[symbol.HeadName(i)]; heads[i] == nil {
				return fmt.Errorf("%s: no array %q", o.path("in.params"), symbol.HeadName(i))
			}
		}
		if err := o.exe.Backward(heads...); err != nil {
			return fmt.Errorf("backward: %w", err)
		}
		o.gradients()
	}
	o.variables()
	return nil
}

// outputs compares out:0, out:1 … of one run. The mean and variance that BatchNorm gives with output_mean_var are not
// defined outside of training.
func (o *opCase) outputs(run string, want map[string]*ndarray.NDArray) {
	for i, got := range o.exe.Outputs() {
		what := symbol.OutName(i)
		if run == "infer" {
			if name := o.net.ListOutputs()[i]; o.isBatchNormStatistic(name) {
				continue
			}
			what = "infer " + what
		}
		w := want[symbol.OutName(i)]
		if w == nil {
			o.differ(what, "is not in %s.params", run)
			continue
		}
		o.array(what, got, tensorOf(w), o.tolerance(w, true))
	}
	for name := range want {
		kind, variable, _ := strings.Cut(name, ":")
		if kind == "argafter" {
			name = symbol.ArgName(variable)
		}
		if o.exe.Array(name) == nil {
			o.differ(run+" "+kind+":"+variable, "was recorded, but the network has no such array")
		}
	}
}

// isBatchNormStatistic tells whether an output is BatchNorm's mean or variance.
func (o *opCase) isBatchNormStatistic(output string) bool {
	node, ok := strings.CutSuffix(output, "_mean")
	if !ok {
		if node, ok = strings.CutSuffix(output, "_var"); !ok {
			return false
		}
	}
	_, isNorm := o.net.AttrDict()[node]["output_mean_var"]
	return isNorm
}

// tolerance is the README's: tol·(1e-3 + largest magnitude), and none for outputs that are whole numbers, unless by chance.
func (o *opCase) tolerance(want *ndarray.NDArray, output bool) tolerance {
	if !want.DType().IsFloat() || output && !o.Chance && tensorOf(want).isWhole() {
		return exact
	}
	return tolerance{rel: o.Tol, abs: 1e-3}
}

func (o *opCase) gradients() {
	for _, name := range o.net.ListArguments() {
		if slices.Contains(o.NoGrad, name) {
			continue
		}
		what := symbol.GradName(name)
		w := o.outs[what]
		if w == nil {
			o.differ(what, "is not in out.params")
			continue
		}
		o.array(what, o.exe.Grad(name), tensorOf(w), o.tolerance(w, false))
	}
}

// variables compares the auxiliary states and the arguments after the run: those recorded as changed, and the others with
// what they were.
func (o *opCase) variables() {
	for _, name := range o.net.ListAuxiliaryStates() {
		what := symbol.AuxName(name)
		w := o.outs[what]
		if w == nil {
			o.differ(what, "is not in out.params")
			continue
		}
		o.array(what, o.exe.Aux(name), tensorOf(w), o.tolerance(w, false))
	}
	for _, name := range o.net.ListArguments() {
		got := o.exe.Arg(name)
		if w := o.outs["argafter:"+name]; w != nil {
			o.array("argafter:"+name, got, tensorOf(w), o.tolerance(w, false))
		} else if got != nil {
			o.array(symbol.ArgName(name)+" (unchanged)", got, tensorOf(o.in[symbol.ArgName(name)]), exact)
		}
	}
}

// absent tells whether a file is not there, as against damaged.
func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }
