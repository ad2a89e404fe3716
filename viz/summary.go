package viz

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/pytext"
	"github.com/gomx-org/gomx/symbol"
)

// node is a node of a network's JSON.
type node struct {
	Op     string
	Name   string
	Attrs  map[string]string
	Inputs [][]int
}

// nodesOf lists the nodes of a network in the order of its JSON, and the positions of its outputs.
func nodesOf(s *symbol.Symbol) (nodes []node, heads []int, err error) {
	text, err := s.ToJSON()
	if err != nil {
		return nil, nil, err
	}
	var g struct {
		Nodes []node
		Heads [][]int
	}
	if err := json.Unmarshal([]byte(text), &g); err != nil {
		return nil, nil, fmt.Errorf("viz: %w", err)
	}
	for _, h := range g.Heads {
		heads = append(heads, h[0])
	}
	return g.Nodes, heads, nil
}

// shapesOf gives the shapes of all inner values by output name; none when shapes is empty.
func shapesOf(s *symbol.Symbol, shapes map[string]backend.Shape) (map[string]backend.Shape, error) {
	if len(shapes) == 0 {
		return nil, nil
	}
	inner := s.GetInternals()
	got, err := inner.InferShape(shapes)
	if err != nil {
		return nil, err
	}
	m := map[string]backend.Shape{}
	for i, name := range inner.ListOutputs() {
		m[name] = got.Outs[i]
	}
	return m, nil
}

// SummaryOption sets something about PrintSummary.
type SummaryOption func(*summary)

// LineLength is the width of the table in characters; default 120.
func LineLength(n int) SummaryOption { return func(s *summary) { s.length = n } }

// Positions are the ends of the four columns, as shares of the line; default 0.44, 0.64, 0.74, 1.
func Positions(p ...float64) SummaryOption { return func(s *summary) { s.positions = p } }

// summary is the making of one table.
type summary struct {
	w         io.Writer
	length    int
	positions []float64
	nodes     []node
	shown     map[int]bool // variables that count as layers
	shapes    map[string]backend.Shape
	err       error
}

// PrintSummary writes a table of the layers of a network: names, shapes of one example, parameters, what they follow, and
// the number of all parameters, in the text of MXNet's print_summary and by its rules: parameters are those of Convolution,
// FullyConnected, BatchNorm and Embedding. shapes are those of the inputs, such as data; without them there are none in the
// table.
func PrintSummary(w io.Writer, s *symbol.Symbol, shapes map[string]backend.Shape, options ...SummaryOption) error {
	t := &summary{w: w, length: 120, positions: []float64{0.44, 0.64, 0.74, 1}, shown: map[int]bool{0: true}}
	for _, o := range options {
		o(t)
	}
	if len(t.positions) != 4 || !slices.IsSorted(t.positions) {
		return fmt.Errorf("viz: positions are %v, want four that rise, such as 0.44, 0.64, 0.74, 1", t.positions)
	}
	var heads []int
	var err error
	if t.nodes, heads, err = nodesOf(s); err != nil {
		return err
	}
	for _, h := range heads[:min(1, len(heads))] { // as MXNet: the first
		t.shown[h] = true
	}
	if t.shapes, err = shapesOf(s, shapes); err != nil {
		return err
	}
	t.print()
	return t.err
}

func (t *summary) print() {
	t.rule("_")
	t.row("Layer (type)", "Output Shape", "Param #", "Previous Layer")
	t.rule("=")
	total := 0
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.Op == "null" && i > 0 {
			continue
		}
		total += t.layer(i)
		if i == len(t.nodes)-1 {
			t.rule("=")
		} else {
			t.rule("_")
		}
	}
	t.line(fmt.Sprintf("Total params: %d", total))
	t.rule("_")
}

// shape is that of one example of what node i makes.
func (t *summary) shape(i int) backend.Shape {
	name := t.nodes[i].Name
	if t.nodes[i].Op != "null" {
		name += "_output"
	}
	if s := t.shapes[name]; len(s) > 0 {
		return s[1:]
	}
	return nil
}

// layer writes one layer and gives the number of its parameters.
func (t *summary) layer(i int) int {
	n := &t.nodes[i]
	var before []string
	channels := 0
	for _, in := range n.Inputs {
		if t.nodes[in[0]].Op == "null" && !t.shown[in[0]] {
			continue
		}
		before = append(before, t.nodes[in[0]].Name)
		if s := t.shape(in[0]); len(s) > 0 {
			channels += s[0]
		}
	}
	var sizes []string
	for _, d := range t.shape(i) {
		sizes = append(sizes, strconv.Itoa(d))
	}
	params := t.params(i, channels)
	first := ""
	if len(before) > 0 {
		first = before[0]
	}
	t.row(n.Name+"("+n.Op+")", strings.Join(sizes, "x"), strconv.Itoa(params), first)
	for _, name := range before[min(1, len(before)):] {
		t.row("", "", "", name)
	}
	return params
}

// params counts parameters by the layer's attributes.
func (t *summary) params(i, channels int) int {
	n := &t.nodes[i]
	number := func(key string, def int) int {
		if v, err := strconv.Atoi(n.Attrs[key]); err == nil {
			return v
		}
		return def
	}
	noBias := n.Attrs["no_bias"] == pytext.Bool(true)
	switch n.Op {
	case "Convolution":
		filters := number("num_filter", 0)
		count := channels * filters / max(number("num_group", 1), 1)
		for _, k := range strings.FieldsFunc(n.Attrs["kernel"], func(r rune) bool { return r < '0' || r > '9' }) {
			size, _ := strconv.Atoi(k)
			count *= size
		}
		if !noBias {
			count += filters
		}
		return count
	case "FullyConnected":
		if !noBias {
			channels++
		}
		return channels * number("num_hidden", 0)
	case "BatchNorm":
		if s := t.shape(i); len(s) > 0 {
			return 2 * s[0]
		}
	case "Embedding":
		return number("input_dim", 0) * number("output_dim", 0)
	}
	return 0
}

// row writes the fields, each cut or filled up to the end of its column.
func (t *summary) row(fields ...string) {
	line := ""
	for i, f := range fields {
		end := int(float64(t.length) * t.positions[i])
		line += f
		if len(line) > end {
			line = line[:end]
		}
		line += strings.Repeat(" ", end-len(line))
	}
	t.line(line)
}

func (t *summary) rule(of string) { t.line(strings.Repeat(of, t.length)) }

func (t *summary) line(text string) {
	if t.err == nil {
		_, t.err = fmt.Fprintln(t.w, text)
	}
}
