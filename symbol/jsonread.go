package symbol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/op"
)

// The three dialects that LoadJSON reads name operator parameters param (0.7, 0.8), attr (0.9 to 0.12) and attrs (1.x).
type jsonGraph struct {
	Nodes      []jsonNode      `json:"nodes"`
	ArgNodes   []int           `json:"arg_nodes"`
	NodeRowPtr []int           `json:"node_row_ptr"`
	Heads      []jsonEntry     `json:"heads"`
	Attrs      json.RawMessage `json:"attrs"`
}

type jsonNode struct {
	Op             string            `json:"op"`
	Name           string            `json:"name"`
	Param          map[string]string `json:"param"`
	Attr           map[string]string `json:"attr"`
	Attrs          map[string]string `json:"attrs"`
	Inputs         []jsonEntry       `json:"inputs"`
	ControlDeps    []int             `json:"control_deps"`
	BackwardSource int               `json:"backward_source_id"`
	Subgraphs      []json.RawMessage `json:"subgraphs"`
}

// jsonEntry is [node, output] or [node, output, version].
type jsonEntry struct{ node, index, version int }

func (e *jsonEntry) UnmarshalJSON(b []byte) error {
	var v []int
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	if len(v) != 2 && len(v) != 3 {
		return fmt.Errorf("an entry has %d numbers, want [node, output] or [node, output, version]", len(v))
	}
	e.node, e.index = v[0], v[1]
	if len(v) == 3 {
		e.version = v[2]
	}
	return nil
}

// LoadJSON reads a graph of any MXNet version and upgrades it by MXNet's own rules: hidden keys get their underscores,
// inputs that operators gained since (BatchNorm's moving statistics) become variables, old names become new ones.
func LoadJSON(text []byte) (*Symbol, error) {
	if err := looksLikeJSON(text); err != nil {
		return nil, err
	}
	var g jsonGraph
	dec := json.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(&g); err != nil {
		return nil, jsonError(err, text, dec.InputOffset())
	}
	if len(g.Nodes) == 0 || len(g.Heads) == 0 {
		return nil, errors.New("not a symbol: it has no nodes or no heads")
	}
	r := reader{graph: &g, version: g.version(), nodes: make([]*node, len(g.Nodes))}
	for i := range g.Nodes {
		if err := r.read(i); err != nil {
			return nil, fmt.Errorf("node %d %q: %w", i, g.Nodes[i].Name, err)
		}
	}
	s := &Symbol{}
	for _, h := range g.Heads {
		e, err := r.entry(h, len(g.Nodes))
		if err != nil {
			return nil, fmt.Errorf("heads: %w", err)
		}
		s.outs = append(s.outs, e)
	}
	return s, s.checkNames()
}

// checkNames refuses variables of one name, which could not be told apart when arrays are bound.
func (s *Symbol) checkNames() error {
	seen := map[string]bool{}
	for _, name := range s.ListInputs() {
		if seen[name] {
			return fmt.Errorf("two variables are called %q", name)
		}
		seen[name] = true
	}
	return nil
}

func looksLikeJSON(text []byte) error {
	t := bytes.TrimLeft(text, " \t\r\n")
	switch {
	case len(t) == 0:
		return errors.New("the file is empty")
	case t[0] == '{':
		return nil
	case t[0] == '<':
		return errors.New("not a symbol: it looks like an HTML page; the download went wrong")
	case bytes.HasPrefix(text, []byte{0x12, 1, 0, 0, 0, 0, 0, 0}):
		return errors.New("not a symbol: it is a file of arrays (.params)")
	}
	return errors.New("not a symbol: it is not JSON")
}

func jsonError(err error, text []byte, offset int64) error {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &typ):
		offset = typ.Offset
	}
	if strings.Contains(err.Error(), "unexpected EOF") || strings.Contains(err.Error(), "unexpected end") {
		return fmt.Errorf("the file ends in the middle, after %d bytes: it is truncated", len(text))
	}
	line := 1 + bytes.Count(text[:min(int(offset), len(text))], []byte("\n"))
	return fmt.Errorf("line %d: %w", line, err)
}

// version is the MXNet version in the file, 800 when it carries none.
func (g *jsonGraph) version() int {
	var a struct {
		V []json.RawMessage `json:"mxnet_version"`
	}
	v := 800
	if len(g.Attrs) > 0 && json.Unmarshal(g.Attrs, &a) == nil && len(a.V) == 2 {
		_ = json.Unmarshal(a.V[1], &v)
	}
	return v
}

type reader struct {
	graph   *jsonGraph
	version int
	nodes   []*node
}

func (r *reader) entry(e jsonEntry, before int) (entry, error) {
	if e.node < 0 || e.node >= before {
		return entry{}, fmt.Errorf("input [%d, %d] is not an earlier node", e.node, e.index)
	}
	n := r.nodes[e.node]
	if e.index < 0 || e.index >= len(n.visible()) {
		return entry{}, fmt.Errorf("input [%d, %d]: %s has %d outputs", e.node, e.index, n.label(), len(n.visible()))
	}
	if n.op == nil {
		n.version = max(n.version, e.version)
	}
	return entry{n, e.index}, nil
}

func (r *reader) read(i int) error {
	j := &r.graph.Nodes[i]
	if j.Name == "" {
		return errors.New("it has no name")
	}
	attrs := map[string]string{}
	for _, m := range []map[string]string{j.Param, j.Attr, j.Attrs} {
		maps.Copy(attrs, m)
	}
	n := newNode(node{name: j.Name, attrs: attrs})
	for _, e := range j.Inputs {
		in, err := r.entry(e, i)
		if err != nil {
			return err
		}
		n.inputs = append(n.inputs, in)
	}
	r.nodes[i] = n
	if len(j.Subgraphs) > 0 {
		return errors.New("control flow (subgraphs) is not supported")
	}
	if j.Op == "null" {
		if len(n.inputs) > 0 {
			return errors.New("a variable cannot have inputs")
		}
		upgradeHidden(n)
		return nil
	}
	def, err := op.Lookup(j.Op)
	if err != nil {
		return err
	}
	n.op = def
	upgradeHidden(n)
	if r.version < 905 && (def.Name == "argmax" || def.Name == "argmin") && attrs["axis"] == "-1" {
		delete(attrs, "axis")
	}
	if err := r.parse(n); err != nil {
		return err
	}
	return r.addMissing(n)
}

func (r *reader) parse(n *node) error {
	numArgs := 0
	if n.op.Variadic {
		numArgs = len(n.inputs)
	}
	param, err := n.op.ParseParams(n.attrs, 0)
	if err != nil {
		return err
	}
	n.param = param
	n.numArg = len(n.op.Args(param))
	if n.op.Variadic && n.numArg != numArgs {
		return fmt.Errorf("%s: num_args is %d, but it has %d inputs", n.op.Name, n.numArg, numArgs)
	}
	return nil
}

// addMissing checks the number of inputs. Files older than 0.9 do not list auxiliary states and may leave out inputs.
func (r *reader) addMissing(n *node) error {
	want := append(slices.Clone(n.op.Args(n.param)), n.op.Aux(n.param)...)
	if len(n.inputs) > len(want) || len(n.inputs) < len(want) && r.version >= 900 {
		return fmt.Errorf("%s has %d inputs, want %d: %s", n.op.Name, len(n.inputs), len(want), strings.Join(want, ", "))
	}
	for i := len(n.inputs); i < len(want); i++ {
		v := n.autoVariable(want[i], i >= n.numArg)
		v.name = n.name + "_" + want[i]
		for k := range v.attrs {
			if slices.Contains([]string{"__lr_mult__", "__wd_mult__"}, k) {
				delete(v.attrs, k)
			}
		}
		n.inputs = append(n.inputs, entry{v, 0})
	}
	if r.version < 904 {
		for _, in := range n.inputs[n.numArg:] {
			for arg, init := range defaultInit {
				if in.node.op == nil && strings.HasSuffix(in.node.name, "_"+arg) && in.node.attrs["__init__"] == "" {
					in.node.attrs["__init__"] = init
				}
			}
		}
	}
	return nil
}

// upgradeHidden spells lr_mult as __lr_mult__ and moves weight_lr_mult to the variable that is the input weight.
func upgradeHidden(n *node) {
	for _, key := range slices.Sorted(maps.Keys(n.attrs)) {
		for _, hidden := range hiddenKeys {
			if key == hidden {
				n.attrs["__"+hidden+"__"] = n.attrs[key]
				delete(n.attrs, key)
				break
			}
			input, ok := strings.CutSuffix(key, "_"+hidden)
			if !ok || n.op == nil || strings.HasPrefix(key, "__") {
				continue
			}
			if v := variableInput(n, input); v != nil {
				v.attrs["__"+hidden+"__"] = n.attrs[key]
				delete(n.attrs, key)
			}
			break
		}
	}
}

// variableInput finds the variable that is the input called name of an operator whose parameters are not parsed yet.
func variableInput(n *node, name string) *node {
	for _, in := range n.inputs {
		if in.node.op == nil && in.node.name == n.name+"_"+name {
			return in.node
		}
	}
	probe := maps.Clone(n.attrs)
	maps.DeleteFunc(probe, func(k, _ string) bool { return n.op.Params.Field(k) == nil })
	param, err := n.op.ParseParams(probe, 0)
	if err != nil {
		return nil
	}
	if i := slices.Index(n.op.Args(param), name); i >= 0 && i < len(n.inputs) && n.inputs[i].node.op == nil {
		return n.inputs[i].node
	}
	return nil
}
