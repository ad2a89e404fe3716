package symbol

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/device"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/op"
)

// BindOptions says how a network is bound to memory and a device.
type BindOptions struct {
	LowerOptions
	Context device.Context
	// Arrays are used instead of new ones, by the Program's names (see ArgName): weights shared between executors, say.
	Arrays map[string]*ndarray.NDArray
	// Regions gives memory that is no array of its own for arguments that a Step added, such as learning rates.
	Regions func(arg string) (backend.Region, bool)
	// Seed of Dropout and other random operators.
	Seed int64
	// Compile is handed to the device.
	Compile backend.Options
}

// Executor is a network bound to arrays on a device. Its methods must not be called at the same time.
type Executor struct {
	sym    *Symbol
	ctx    device.Context
	dev    backend.Device
	exe    backend.Executable
	prog   *backend.Program
	arrays []*ndarray.NDArray // by position in prog.Args
	own    []*ndarray.NDArray // those allocated here
	bound  map[backend.EntryKind]backend.Bound
	outs   []*ndarray.NDArray
	heads  []string // outputs that want a head gradient
	rng    [4]int64
	rngMem [32]byte

	saved bool // Forward ran and Backward may

	options BindOptions // which it was bound with
	monitor *monitor    // nil without a callback
}

// SimpleBind binds with new arrays, zero everywhere: the shapes of the inputs are enough, the rest is inferred. req applies
// to every argument.
func (s *Symbol) SimpleBind(ctx device.Context, req GradReq, shapes map[string]backend.Shape) (*Executor, error) {
	grad := map[string]GradReq{}
	for _, name := range s.ListArguments() {
		grad[name] = req
	}
	return s.Bind(BindOptions{Context: ctx, LowerOptions: LowerOptions{Shapes: shapes, Grad: grad, Infer: true, Train: true}})
}

// Bind makes an Executor. Shapes of given Arrays count as known.
func (s *Symbol) Bind(o BindOptions) (*Executor, error) {
	if err := s.Err(); err != nil {
		return nil, err
	}
	dev, err := o.Context.Device()
	if err != nil {
		return nil, err
	}
	o.LowerOptions = s.withArrays(o)
	prog, err := s.Lower(o.LowerOptions)
	if err != nil {
		return nil, err
	}
	exe, err := dev.Compile(prog, o.Compile)
	if err != nil {
		return nil, fmt.Errorf("symbol: bind on %v: %w", o.Context, err)
	}
	e := &Executor{sym: s, ctx: o.Context, dev: dev, exe: exe, prog: prog, bound: map[backend.EntryKind]backend.Bound{}, options: o}
	e.rng[0] = o.Seed
	if err := e.bindArrays(o); err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}

// withArrays adds the shapes and types of the arrays given.
func (s *Symbol) withArrays(o BindOptions) LowerOptions {
	l := o.LowerOptions
	shapes, types := map[string]backend.Shape{}, map[string]backend.DType{}
	for _, name := range s.ListInputs() {
		for _, full := range []string{ArgName(name), AuxName(name)} {
			if a := o.Arrays[full]; a != nil {
				shapes[name], types[name] = a.Shape(), a.DType()
			}
		}
	}
	for name, sh := range l.Shapes {
		shapes[name] = sh
	}
	for name, t := range l.Types {
		types[name] = t
	}
	l.Shapes, l.Types = shapes, types
	return l
}

func (e *Executor) bindArrays(o BindOptions) error {
	for name := range o.Arrays {
		if e.prog.ArgIndex(name) < 0 && !strings.HasPrefix(name, "arg:") && !strings.HasPrefix(name, "aux:") {
			return fmt.Errorf("symbol: bind: the network has no array %q", name)
		}
	}
	e.arrays = make([]*ndarray.NDArray, len(e.prog.Args))
	regions := make([]backend.Region, len(e.prog.Args))
	for i := range e.prog.Args {
		a := &e.prog.Args[i]
		if o.Regions != nil {
			if r, ok := o.Regions(a.Name); ok {
				regions[i] = r
				continue
			}
		}
		arr := o.Arrays[a.Name]
		if arr == nil {
			var err error
			if arr, err = ndarray.New(a.Shape, ndarray.On(o.Context), ndarray.Of(a.DType)); err != nil {
				return fmt.Errorf("symbol: bind: %s: %w", a.Name, err)
			}
			e.own = append(e.own, arr)
		}
		if !arr.Shape().Equal(a.Shape) || arr.DType() != a.DType || arr.Context() != o.Context {
			return fmt.Errorf("symbol: bind: %s is %v %v on %v, want %v %v on %v", a.Name, arr.DType(), arr.Shape(), arr.Context(), a.DType, a.Shape, o.Context)
		}
		e.arrays[i] = arr
		regions[i] = arr.Region()
	}
	for i := range e.prog.Entries {
		kind := e.prog.Entries[i].Kind
		b, err := e.exe.Bind(kind, regions)
		if err != nil {
			return fmt.Errorf("symbol: bind: %w", err)
		}
		e.bound[kind] = b
	}
	for i, out := range e.sym.outs {
		e.outs = append(e.outs, e.Array(OutName(i)))
		if e.prog.ArgIndex(HeadName(i)) >= 0 {
			e.heads = append(e.heads, out.node.outputName(out.index))
		}
	}
	return nil
}

// Array gives an array by the Program's name (see ArgName), nil when there is none.
func (e *Executor) Array(name string) *ndarray.NDArray {
	if i := e.prog.ArgIndex(name); i >= 0 {
		return e.arrays[i]
	}
	return nil
}

// Arg gives the array of an argument, nil when the network has no such argument.
func (e *Executor) Arg(name string) *ndarray.NDArray { return e.Array(ArgName(name)) }

// Grad gives the gradient array of an argument, nil when none was asked for.
func (e *Executor) Grad(name string) *ndarray.NDArray { return e.Array(GradName(name)) }

// Aux gives the array of an auxiliary state.
func (e *Executor) Aux(name string) *ndarray.NDArray { return e.Array(AuxName(name)) }

// Outputs gives the arrays of the outputs; each run overwrites them.
func (e *Executor) Outputs() []*ndarray.NDArray { return e.outs }

// Program is what the device really runs, after all passes.
func (e *Executor) Program() *backend.Program { return e.exe.Program() }

// Profile gives the time per call when BindOptions.Compile.Profile was set.
func (e *Executor) Profile() []backend.Timing { return e.exe.Profile() }

// Symbol is the network.
func (e *Executor) Symbol() *Symbol { return e.sym }

// Context is where the network is bound.
func (e *Executor) Context() device.Context { return e.ctx }

// SetStep sets the number of the training step, and the global index of the first sample of the batch: with the seed they
// decide every random number of the step. Forward(true) and Step count it up by themselves.
func (e *Executor) SetStep(step, firstSample int64) { e.rng[1], e.rng[2] = step, firstSample }

// StepCount is the number of training steps run so far.
func (e *Executor) StepCount() int64 { return e.rng[1] }

// sendRNG hands seed and step to the device.
func (e *Executor) sendRNG() error {
	i := e.prog.ArgIndex("rng")
	if i < 0 {
		return nil
	}
	for k, v := range e.rng {
		binary.LittleEndian.PutUint64(e.rngMem[8*k:], uint64(v))
	}
	return e.dev.Copy(e.arrays[i].Region(), backend.HostRegion(e.rngMem[:]))
}

func (e *Executor) run(kind backend.EntryKind) error {
	b := e.chosen(kind).bound[kind]
	if b == nil {
		return fmt.Errorf("symbol: the network was bound without %v", kind)
	}
	if err := b.Run(); err != nil {
		return err
	}
	e.tell(kind)
	return nil
}

// Forward computes the outputs from what the argument arrays hold. With train, Dropout and BatchNorm act as in training
// and Backward may follow.
func (e *Executor) Forward(train bool) error {
	if err := e.sendRNG(); err != nil {
		return err
	}
	e.saved = false
	if !train {
		return e.run(backend.Infer)
	}
	e.rng[1]++
	err := e.run(backend.Forward)
	e.saved = err == nil
	return err
}

// Backward computes the gradients asked for at bind, after Forward(true). heads gives one array per output, nil for loss
// layers, which need none; without any, every output must be a loss layer.
func (e *Executor) Backward(heads ...*ndarray.NDArray) error {
	if !e.saved {
		return errors.New("symbol: Backward needs a Forward(true) before it")
	}
	if len(heads) == 0 && len(e.heads) > 0 {
		return fmt.Errorf("symbol: Backward: output %s is not a loss layer, so a head gradient is required", strings.Join(e.heads, ", "))
	}
	if len(heads) > 0 && len(heads) != len(e.outs) {
		return fmt.Errorf("symbol: Backward: %d head gradients for %d outputs", len(heads), len(e.outs))
	}
	for i, h := range heads {
		dst := e.Array(HeadName(i))
		if dst == nil {
			continue
		}
		if h == nil {
			return fmt.Errorf("symbol: Backward: output %s is not a loss layer, so a head gradient is required", e.sym.ListOutputs()[i])
		}
		if err := dst.CopyFrom(h); err != nil {
			return fmt.Errorf("symbol: Backward: head gradient %d: %w", i, err)
		}
	}
	return e.run(backend.Backward)
}

// Step runs forward and backward in one, with the update or up to the gradients as bound.
func (e *Executor) Step() error {
	if err := e.sendRNG(); err != nil {
		return err
	}
	e.saved = false
	e.rng[1]++
	return e.run(backend.Step)
}

// CopyParamsFrom copies arrays into arguments and auxiliary states, by variable name. Names that the network does not
// have are an error unless allowExtra.
func (e *Executor) CopyParamsFrom(args, aux map[string]*ndarray.NDArray, allowExtra bool) error {
	for _, m := range []struct {
		arrays map[string]*ndarray.NDArray
		full   func(string) string
		names  []string
	}{{args, ArgName, e.sym.ListArguments()}, {aux, AuxName, e.sym.ListAuxiliaryStates()}} {
		for name, a := range m.arrays {
			dst := e.Array(m.full(name))
			if dst == nil && slices.Contains(m.names, name) {
				continue // the network does not read it
			}
			if dst == nil {
				if allowExtra {
					continue
				}
				return fmt.Errorf("symbol: no parameter %q; the nearest are %s", name, strings.Join(op.Nearest(name, m.names, 3), ", "))
			}
			if err := dst.CopyFrom(a); err != nil {
				return fmt.Errorf("symbol: parameter %q: %w", name, err)
			}
		}
	}
	return nil
}

// Close frees the arena and the arrays that Bind made. The Executor must not be used afterwards.
func (e *Executor) Close() {
	if e.monitor != nil {
		e.monitor.twin.Close()
		e.monitor = nil
	}
	for _, b := range e.bound {
		b.Close()
	}
	e.bound = nil
	if e.exe != nil {
		_ = e.exe.Close() // nothing runs any more
	}
	for _, a := range e.own {
		a.Close()
	}
	e.own = nil
}
