package verify

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

func init() {
	register(kind{
		name:      "executor",
		recognise: holdsJSON("executor", "grad_req_write", "infer", "infer_symbol"),
		list:      jsonCases,
		run:       runExecutor,
	})
}

// executorCase is executor.json. What is not here is not compared: error texts, and that MXNet infers no types at all
// where nothing is known (here they are float32).
type executorCase struct {
	Write       gradRun                    `json:"grad_req_write"`
	Add         gradRun                    `json:"grad_req_add"`
	Infer       map[string]json.RawMessage `json:"infer"`
	InferSymbol json.RawMessage            `json:"infer_symbol"`

	AllZero      bool     `json:"initial_values_all_zero"`
	ArgOrder     []string `json:"arg_dict_order"`
	NoGrads      []string `json:"grad_dict_none"`
	Monitor      []string `json:"monitor_names"`
	Internals    []string
	CutArguments []string `json:"cut_arguments"`
	Children     []string
	CutChildren  []string `json:"cut_children"`
	ComposedArgs []string `json:"composed_arguments"`
	ComposedOuts []string `json:"composed_outputs"`
	Errors       map[string]string
}

func runExecutor(c *check) error {
	var e executorCase
	if err := readJSON(c.path(".json"), &e); err != nil {
		return err
	}
	if err := e.Write.replay(c, "write", symbol.GradWrite); err != nil {
		return fmt.Errorf("grad_req write: %w", err)
	}
	if err := e.Add.replay(c, "add", symbol.GradAdd); err != nil {
		return fmt.Errorf("grad_req add: %w", err)
	}
	net, err := symbol.LoadJSON(e.InferSymbol)
	if err != nil {
		return fmt.Errorf("infer_symbol: %w", err)
	}
	for _, how := range slices.Sorted(maps.Keys(e.Infer)) {
		if err := c.infer(net, how, e.Infer[how]); err != nil {
			return fmt.Errorf("infer %s: %w", how, err)
		}
	}
	if err := e.bound(c, net); err != nil {
		return err
	}
	e.graph(c, net)
	e.errors(c)
	return nil
}

// gradRun is a network with a weight that is used twice, run forward and twice backward.
type gradRun struct {
	Symbol       json.RawMessage
	X, W         tensor
	InitialGrads float64             `json:"initial_grads"`
	HeadGrads    []tensor            `json:"head_grads"`
	Outputs      []tensor            `json:"outputs"`
	Grads        []map[string]tensor `json:"grads_after_each_of_two_backwards"`
}

func (r *gradRun) replay(c *check, how string, req symbol.GradReq) error {
	net, err := symbol.LoadJSON(r.Symbol)
	if err != nil {
		return err
	}
	exe, err := net.SimpleBind(c.ctx, req, map[string]backend.Shape{"x": r.X.shape, "w": r.W.shape})
	if err != nil {
		return err
	}
	defer exe.Close()
	for name, v := range map[string]tensor{"x": r.X, "w": r.W} {
		if err := exe.Arg(name).SetFloat64(v.data); err != nil {
			return err
		}
		exe.Grad(name).Fill(r.InitialGrads)
	}
	heads, err := arrays(r.HeadGrads, c.ctx)
	if err != nil {
		return err
	}
	tol := relative(1e-5)
	for i, want := range r.Grads {
		if err := exe.Forward(true); err != nil {
			return err
		}
		for k, o := range r.Outputs {
			c.array(fmt.Sprintf("grad_req %s: out:%d", how, k), at(exe.Outputs(), k), o, tol)
		}
		if err := exe.Backward(heads...); err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(want)) {
			c.array(fmt.Sprintf("grad_req %s: grad:%s after backward %d", how, name, i+1), exe.Grad(name), want[name], tol)
		}
	}
	return nil
}

// at is element i, nil when there are fewer.
func at(list []*ndarray.NDArray, i int) *ndarray.NDArray {
	if i < len(list) {
		return list[i]
	}
	return nil
}

// infer replays one inference: "partial …" of shapes, "error …" where one is wanted, "infer_type TYPE" of data.
func (c *check) infer(net *symbol.Symbol, how string, raw json.RawMessage) error {
	kind, arg, _ := strings.Cut(how, " ")
	if kind == "infer_type" {
		return c.inferType(net, how, arg, raw)
	}
	var r struct {
		Given  map[string]backend.Shape
		Result [][]backend.Shape // arguments, outputs, auxiliary states
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return err
	}
	got, err := net.InferShapePartial(r.Given)
	if kind == "error" {
		c.compared++
		if err == nil {
			c.differ("infer "+how, "is no error")
		}
		return nil
	}
	if err != nil {
		return err
	}
	if len(r.Result) != 3 {
		return fmt.Errorf("%d lists of shapes, want 3", len(r.Result))
	}
	for i, list := range [][]backend.Shape{got.Args, got.Outs, got.Aux} {
		c.list(fmt.Sprintf("infer %s: %s", how, []string{"arguments", "outputs", "aux"}[i]), texts(list), texts(r.Result[i]))
	}
	return nil
}

// texts writes shapes; none and empty are both unknown.
func texts(list []backend.Shape) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = s.String()
		if len(s) == 0 {
			out[i] = "unknown"
		}
	}
	return out
}

func (c *check) inferType(net *symbol.Symbol, how, name string, raw json.RawMessage) error {
	t, err := backend.ParseDType(name)
	if err != nil {
		return nil // of nothing given: see executorCase
	}
	var want [][]string
	if err := json.Unmarshal(raw, &want); err != nil {
		return err
	}
	got, err := net.InferType(map[string]backend.DType{"data": t})
	if err != nil {
		return err
	}
	if len(want) != 3 {
		return fmt.Errorf("%d lists of types, want 3", len(want))
	}
	for i, list := range [][]backend.DType{got.Args, got.Outs, got.Aux} {
		names := make([]string, len(list))
		for k, d := range list {
			names[k] = d.String()
		}
		c.list(fmt.Sprintf("%s: %s", how, []string{"arguments", "outputs", "aux"}[i]), names, want[i])
	}
	return nil
}

// bound looks at what binding makes.
func (e *executorCase) bound(c *check, net *symbol.Symbol) error {
	exe, err := net.SimpleBind(c.ctx, symbol.GradNull, map[string]backend.Shape{"data": {2, 3, 8, 8}})
	if err != nil {
		return err
	}
	defer exe.Close()
	zero, grads := true, []string{}
	for _, name := range net.ListArguments() {
		if a := exe.Arg(name); a != nil {
			zero = zero && !slices.ContainsFunc(a.Float64(), func(v float64) bool { return v != 0 })
		}
		if exe.Grad(name) != nil {
			grads = append(grads, name)
		}
	}
	c.equal("initial values are all zero", zero, e.AllZero)
	c.list("arg_dict", net.ListArguments(), e.ArgOrder)
	c.list("grad_dict of grad_req null", grads, e.NoGrads)
	return nil
}

// graph takes the network apart and puts it together.
func (e *executorCase) graph(c *check, net *symbol.Symbol) {
	inner := net.GetInternals()
	c.list("internals", inner.ListOutputs(), e.Internals)
	// A monitor sees the outputs of operators in this order; those that MXNet hides, b_mean and the like, exist in its
	// build only.
	visible := slices.DeleteFunc(inner.ListOutputs(), func(s string) bool { return slices.Contains(net.ListInputs(), s) })
	c.list("monitor names", visible, slices.DeleteFunc(slices.Clone(e.Monitor), func(s string) bool { return !strings.HasSuffix(s, "_output") }))
	cut := inner.OutputNamed("p_output")
	relu := inner.OutputNamed("r_output")
	c.list("cut_arguments", cut.ListArguments(), e.CutArguments)
	c.list("children", net.GetChildren().ListOutputs(), e.Children)
	c.list("cut_children", cut.GetChildren().ListOutputs(), e.CutChildren)
	top := symbol.FullyConnected(symbol.Variable("x"), 3, with.Name("composed"),
		symbol.Input("weight", symbol.Variable("top_weight")), symbol.Input("bias", symbol.Variable("top_bias")))
	composed := top.Compose(map[string]*symbol.Symbol{"x": relu})
	c.list("composed_arguments", composed.ListArguments(), e.ComposedArgs)
	c.list("composed_outputs", composed.ListOutputs(), e.ComposedOuts)
}

// mistakes are those of executor.json that the compiler does not catch here; each is an error.
var mistakes = map[string]func() error{
	"unknown_param": func() error { return load(node("Activation", `"act_type": "relu", "foo": "1"`)) },
	"missing_param": func() error { return load(node("Convolution", `"kernel": "(3, 3)"`)) },
	"bad_enum":      func() error { return load(node("Activation", `"act_type": "nope"`)) },
	"bad_index": func() error {
		return symbol.Variable("x").GetInternals().OutputNamed("nope_output").Err()
	},
	"bad_json":     func() error { return load(`{"bogus": 1}`) },
	"unknown_op":   func() error { return load(node("NoSuchOp", "")) },
	"out_of_range": func() error { return load(node("Dropout", `"p": "1.5"`)) },
}

func load(text string) error {
	_, err := symbol.LoadJSON([]byte(text))
	return err
}

// node is a graph of one operator on a variable.
func node(op, attrs string) string {
	return `{"nodes": [{"op": "null", "name": "x", "inputs": []}, {"op": "` + op + `", "name": "n", "attrs": {` + attrs +
		`}, "inputs": [[0, 0, 0]]}], "arg_nodes": [0], "heads": [[1, 0, 0]], "attrs": {"mxnet_version": ["int", 10901]}}`
}

func (e *executorCase) errors(c *check) {
	for _, name := range slices.Sorted(maps.Keys(e.Errors)) {
		mistake := mistakes[name]
		if mistake == nil {
			continue // dup_arg: Go refuses to compile it
		}
		c.compared++
		if mistake() == nil {
			c.differ("mistake "+name, "is no error")
		}
	}
}
