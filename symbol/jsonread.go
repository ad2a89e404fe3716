package symbol

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/internal/untrusted"
	"github.com/gomx-org/gomx/op"
)

// LoadOption says how a symbol file is to be read.
type LoadOption func(*reader)

// AsTrained07 reads a file of MXNet 0.7 as that version meant it, where later ones see another network: Pooling, which had
// no pooling_convention, rounds sizes up, and BatchNorm predicts with the gamma that it has, also where fix_gamma is set.
// It is for files of 0.7 alone: 0.8 wrote the same dialect, but says how Pooling rounds, and meant what it says.
func AsTrained07() LoadOption { return func(r *reader) { r.as07 = true } }

// Load reads a symbol file of any MXNet version; see LoadJSON.
func Load(path string, options ...LoadOption) (*Symbol, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("symbol: %w", err)
	}
	defer f.Close()
	text, err := untrusted.ReadN(f, maxText+1, min(untrusted.Remaining(f), maxText+1))
	if err != nil && err != io.ErrUnexpectedEOF {
		return nil, fmt.Errorf("symbol: %w", err)
	}
	s, err := LoadJSON(text, options...)
	if err != nil {
		return nil, fmt.Errorf("symbol: %s: %w", path, err)
	}
	return s, nil
}

// LoadJSON reads a graph of any MXNet version and upgrades it by MXNet's own rules: hidden keys get their underscores,
// inputs that operators gained since (BatchNorm's moving statistics) become variables, old names become new ones. What
// MXNet would not run is an error that names the node: inputs that are missing or come later, two variables of one name.
func LoadJSON(text []byte, options ...LoadOption) (*Symbol, error) {
	g, err := parse(text)
	if err != nil {
		return nil, err
	}
	if len(g.nodes) == 0 || len(g.heads) == 0 {
		return nil, errors.New("not a symbol: it has no nodes or no heads")
	}
	r := reader{graph: g, nodes: make([]*node, len(g.nodes))}
	for _, o := range options {
		o(&r)
	}
	for i := range g.nodes {
		if err := r.read(i); err != nil {
			return nil, fmt.Errorf("node %d %q: %w%s", i, *g.nodes[i].Name, err, r.newer())
		}
	}
	s := &Symbol{}
	for _, h := range g.heads {
		e, err := r.entry(h, len(g.nodes))
		if err != nil {
			return nil, fmt.Errorf("heads: %w", err)
		}
		s.outs = append(s.outs, e)
	}
	for _, i := range g.args {
		if i < 0 || i >= len(r.nodes) || r.nodes[i].op != nil {
			return nil, fmt.Errorf("arg_nodes: %d is not the position of a variable", i)
		}
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

// reader makes nodes of a file's.
type reader struct {
	graph *jsonGraph
	nodes []*node
	as07  bool
}

// newer explains what may be behind an error in a file of a version that nobody here knows.
func (r *reader) newer() string {
	if v := r.graph.version; v > mxnetVersion {
		return fmt.Sprintf("; the file is of MXNet %d.%d.%d, which is newer than 1.9.1", v/10000, v/100%100, v%100)
	}
	return ""
}

func (r *reader) entry(e jsonEntry, before int) (entry, error) {
	if e.node < 0 || e.node >= before {
		return entry{}, fmt.Errorf("input [%d, %d] is not an earlier node", e.node, e.index)
	}
	n := r.nodes[e.node]
	if e.index < 0 || e.index >= len(n.visible()) {
		return entry{}, fmt.Errorf("input [%d, %d]: %s has %d outputs", e.node, e.index, n.label(), len(n.visible()))
	}
	return entry{n, e.index}, nil
}

func (r *reader) read(i int) error {
	j := &r.graph.nodes[i]
	if *j.Name == "" {
		return errors.New("it has no name")
	}
	attrs := map[string]string{}
	for _, m := range []map[string]string{j.Param, j.Attr, j.Attrs} {
		maps.Copy(attrs, m)
	}
	n := newNode(node{name: *j.Name, attrs: attrs})
	for _, e := range *j.Inputs {
		in, err := r.entry(e, i)
		if err != nil {
			return err
		}
		if e.version < 0 {
			return fmt.Errorf("input [%d, %d, %d] has a negative version", e.node, e.index, e.version)
		}
		n.inputs = append(n.inputs, in)
		n.versions = append(n.versions, e.version)
		in.node.changes = max(in.node.changes, e.version)
	}
	r.nodes[i] = n
	if len(j.Subgraphs) > 0 {
		return errors.New("control flow (subgraphs) is not supported")
	}
	if *j.Op == "null" {
		if len(n.inputs) > 0 {
			return errors.New("a variable cannot have inputs")
		}
		return r.hidden(n)
	}
	def, err := op.Lookup(*j.Op)
	if err != nil {
		return err
	}
	n.op = def
	if err := r.hidden(n); err != nil {
		return err
	}
	if r.as07 && !r.graph.stamped && j.Param != nil {
		r.trained07(n)
	}
	return r.complete(n)
}

// complete checks the inputs, once parameters say which there are.
func (r *reader) complete(n *node) error {
	if r.graph.version < 905 && (n.op.Name == "argmax" || n.op.Name == "argmin") && n.attrs["axis"] == "-1" {
		delete(n.attrs, "axis")
	}
	param, err := n.op.ParseParams(n.attrs, 0)
	if err != nil {
		return err
	}
	n.param = param
	args, aux := n.op.Args(param), n.op.Aux(param)
	n.numArg = len(args)
	want := append(slices.Clone(args), aux...)
	if r.graph.version < 900 {
		r.addMissing(n, want)
	}
	if len(n.inputs) != len(want) {
		if n.op.Variadic {
			return fmt.Errorf("%s: num_args is %d, but it has %d inputs", n.op.Name, n.numArg, len(n.inputs))
		}
		return fmt.Errorf("%s has %d inputs, want %d: %s", n.op.Name, len(n.inputs), len(want), strings.Join(want, ", "))
	}
	for i, in := range n.inputs[n.numArg:] {
		if in.node.op != nil {
			return fmt.Errorf("%s: %s is an output of %s, want a variable: it is an auxiliary state", n.op.Name, aux[i], in.node.label())
		}
	}
	if r.graph.version < 904 {
		initInputs(n, want)
	}
	return nil
}
