package op

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/gomx-org/gomx/backend"
)

// Tensor is what an operator of one's own computes on: shape, type and memory on the host, in C order. Data is nil for
// what DeclareBackwardDependency left out.
type Tensor = backend.HostTensor

// Req says what an operator of one's own does with a result, MXNet's req.
type Req uint8

// ReqNull: nobody wants the result, and writing it does no harm. ReqWrite: it is written. Where gradients are to be added
// up, the executor does it.
const (
	ReqNull Req = iota
	ReqWrite
)

func (r Req) String() string { return [...]string{"null", "write"}[r] }

// CustomProp describes one use of an operator of one's own, MXNet's CustomOpProp. Embed CustomDefaults to say only what
// differs from its answers.
type CustomProp interface {
	// ListArguments names the inputs; missing ones become variables of these names.
	ListArguments() []string
	// ListOutputs names the outputs.
	ListOutputs() []string
	// ListAuxiliaryStates names the states: arrays that both Forward and Backward may change, and that are saved with
	// the parameters.
	ListAuxiliaryStates() []string
	// ListLabels names the arguments that only say what is right. No gradient flows into them, and prediction does
	// without them.
	ListLabels() []string
	// InferShape gives the shapes of arguments, outputs and states by those of the arguments; one not yet known is nil.
	// It is asked again when more is known, and while an argument is unknown its errors do not count. A nil args leaves
	// the arguments alone, a nil outs is the shape of the first argument for each output.
	InferShape(in []Shape) (args, outs, aux []Shape, err error)
	// InferType does the same for types. An argument of which nothing is known comes with the type of the first one that
	// is, and so do outputs and states when their list is nil.
	InferType(in []DType) (args, outs, aux []DType, err error)
	// NeedTopGrad is false for losses, which start gradients: Backward is then called without outGrad.
	NeedTopGrad() bool
	// DeclareBackwardDependency is given the numbers of the outputs' gradients, the arguments and the outputs, and
	// returns those that Backward reads. Memory of the others is used again earlier.
	DeclareBackwardDependency(outGrad, in, out []int) []int
	// CreateOperator makes the operator when a network is bound, with the shapes and types of the arguments.
	CreateOperator(in []Shape, types []DType) (CustomOperator, error)
}

// CustomOperator computes, MXNet's CustomOp. The tensors are lent for the call. Calls of one operator follow each other in
// the order of the network's runs; what panics becomes the error of the run. Results hold what their memory held before, so
// every element is written.
type CustomOperator interface {
	// Forward computes out from in. isTrain is set when Backward may follow.
	Forward(isTrain bool, req []Req, in, out, aux []Tensor) error
	// Backward computes the gradients inGrad of the arguments.
	Backward(req []Req, outGrad, in, out, inGrad, aux []Tensor) error
}

// CustomDefaults has MXNet's answers to all questions of CustomProp but CreateOperator: one argument data, one output of its
// shape and type, no states, gradients of the outputs needed, everything read by Backward.
type CustomDefaults struct{}

// ListArguments is data.
func (CustomDefaults) ListArguments() []string { return []string{"data"} }

// ListOutputs is output.
func (CustomDefaults) ListOutputs() []string { return []string{"output"} }

// ListAuxiliaryStates is empty.
func (CustomDefaults) ListAuxiliaryStates() []string { return nil }

// ListLabels is empty.
func (CustomDefaults) ListLabels() []string { return nil }

// InferShape gives every output the shape of the first argument.
func (CustomDefaults) InferShape([]Shape) (args, outs, aux []Shape, err error) {
	return nil, nil, nil, nil
}

// InferType gives everything the type of the first argument.
func (CustomDefaults) InferType([]DType) (args, outs, aux []DType, err error) {
	return nil, nil, nil, nil
}

// NeedTopGrad is true.
func (CustomDefaults) NeedTopGrad() bool { return true }

// DeclareBackwardDependency is everything.
func (CustomDefaults) DeclareBackwardDependency(outGrad, in, out []int) []int {
	return slices.Concat(outGrad, in, out)
}

// customOps are the operators registered, by name.
var customOps = struct {
	sync.RWMutex
	byName map[string]func(map[string]string) (CustomProp, error)
}{byName: map[string]func(map[string]string) (CustomProp, error){}}

// RegisterCustom names an operator of one's own, as MXNet's operator.register does; Custom then finds it by op_type. newProp
// is called with the further parameters of each use, in the text form of symbol files. It panics on an empty name or one
// that is taken: only the program text can be at fault.
func RegisterCustom(opType string, newProp func(kwargs map[string]string) (CustomProp, error)) {
	customOps.Lock()
	defer customOps.Unlock()
	if opType == "" || newProp == nil {
		panic("op: RegisterCustom needs a name and a function")
	}
	if customOps.byName[opType] != nil {
		panic(fmt.Sprintf("op: two operators of one's own are called %q", opType))
	}
	customOps.byName[opType] = newProp
}

// newCustomProp describes a use of an operator.
func newCustomProp(opType string, kwargs map[string]string) (prop CustomProp, err error) {
	customOps.RLock()
	newProp, names := customOps.byName[opType], slices.Sorted(maps.Keys(customOps.byName))
	customOps.RUnlock()
	if newProp == nil {
		have := "nothing is registered"
		if len(names) > 0 {
			have = "registered are " + strings.Join(names, ", ")
		}
		return nil, fmt.Errorf("no operator is registered as op_type %q, %s; op.RegisterCustom does it, before the network is made or loaded", opType, have)
	}
	err = guarded(func() (err error) {
		prop, err = newProp(maps.Clone(kwargs))
		return err
	})
	if err == nil && prop == nil {
		err = fmt.Errorf("the function registered returned nil")
	}
	if err != nil {
		return nil, fmt.Errorf("op_type %q: %w", opType, err)
	}
	return prop, nil
}

// guarded calls code of the user; a panic there becomes an error that says where.
func guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v%s", r, panicPlace())
		}
	}()
	return f()
}

// panicPlace is file and line of a panic, for a function deferred.
func panicPlace() string {
	pc := make([]uintptr, 32)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	panicking := false
	for {
		f, more := frames.Next()
		system := strings.HasPrefix(f.Function, "runtime.")
		if panicking && !system {
			return fmt.Sprintf(" at %s:%d", f.File[strings.LastIndexByte(f.File, '/')+1:], f.Line)
		}
		panicking = panicking || system
		if !more {
			return ""
		}
	}
}
