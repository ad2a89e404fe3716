package viz

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/symbol"
)

// NetworkOption sets something about PlotNetwork.
type NetworkOption func(*network)

// ShowWeights draws the variables of parameters too, which are left out otherwise.
func ShowWeights() NetworkOption { return func(n *network) { n.weights = true } }

// Title names the graph; default plot, as MXNet's.
func Title(s string) NetworkOption { return func(n *network) { n.title = s } }

// network is the making of one drawing.
type network struct {
	title   string
	weights bool
	nodes   []node
	shapes  map[string]backend.Shape
	out     strings.Builder
}

// looks are fill colours by operator; the labels say the parameters that matter.
var looks = map[string]struct{ color, label string }{
	"Convolution":    {"#fb8072", "Convolution\n{kernel}/{stride}, {num_filter}"},
	"Deconvolution":  {"#fb8072", "Deconvolution\n{kernel}/{stride}, {num_filter}"},
	"FullyConnected": {"#fb8072", "FullyConnected\n{num_hidden}"},
	"BatchNorm":      {"#bebada", "BatchNorm"},
	"Activation":     {"#ffffb3", "Activation\n{act_type}"},
	"LeakyReLU":      {"#ffffb3", "LeakyReLU\n{act_type}"},
	"Pooling":        {"#80b1d3", "Pooling\n{pool_type}, {kernel}/{stride}"},
	"Concat":         {"#fdb462", "Concat"},
	"Flatten":        {"#fdb462", "Flatten"},
	"Reshape":        {"#fdb462", "Reshape"},
	"SoftmaxOutput":  {"#b3de69", "SoftmaxOutput"},
	"softmax":        {"#b3de69", "softmax"},
}

// weightEnds are the endings by which variables of parameters are told, as MXNet does.
var weightEnds = []string{"_weight", "_bias", "_beta", "_gamma", "_moving_var", "_moving_mean", "_running_var", "_running_mean"}

// PlotNetwork writes a drawing of the network in Graphviz's language DOT: `dot -Tsvg net.dot > net.svg` makes a picture of
// it. Boxes are operators in the colours of MXNet's plot_network, with the parameters that matter; arrows carry the shape of
// one example when shapes of the inputs are given.
func PlotNetwork(w io.Writer, s *symbol.Symbol, shapes map[string]backend.Shape, options ...NetworkOption) error {
	n := &network{title: "plot"}
	for _, o := range options {
		o(n)
	}
	var err error
	if n.nodes, _, err = nodesOf(s); err != nil {
		return err
	}
	if n.shapes, err = shapesOf(s, shapes); err != nil {
		return err
	}
	n.draw()
	_, err = io.WriteString(w, n.out.String())
	return err
}

func (n *network) draw() {
	fmt.Fprintf(&n.out, "digraph %s {\n\trankdir=BT\n\tnode [shape=box style=filled fixedsize=true width=1.3 height=0.8034 fontname=\"Helvetica\" fontsize=10]\n\tedge [dir=back arrowtail=open fontname=\"Helvetica\" fontsize=9]\n",
		strconv.Quote(n.title))
	for i := range n.nodes {
		if n.hidden(i) {
			continue
		}
		v := &n.nodes[i]
		color, label, shape := "#fccde5", v.Op, ""
		if look, ok := looks[v.Op]; ok {
			color, label = look.color, v.fill(look.label)
		}
		if v.Op == "null" {
			color, label, shape = "#8dd3c7", v.Name, " shape=oval"
		}
		fmt.Fprintf(&n.out, "\t%s [label=%s fillcolor=%q%s]\n", strconv.Quote(v.Name), strconv.Quote(label), color, shape)
	}
	for i := range n.nodes {
		for _, in := range n.nodes[i].Inputs {
			if n.hidden(in[0]) {
				continue
			}
			fmt.Fprintf(&n.out, "\t%s -> %s%s\n", strconv.Quote(n.nodes[i].Name), strconv.Quote(n.nodes[in[0]].Name), n.edge(in[0]))
		}
	}
	n.out.WriteString("}\n")
}

// hidden tells variables of parameters that are not to be drawn.
func (n *network) hidden(i int) bool {
	if n.weights || n.nodes[i].Op != "null" {
		return false
	}
	for _, end := range weightEnds {
		if strings.HasSuffix(n.nodes[i].Name, end) {
			return true
		}
	}
	return false
}

// edge labels an arrow with the shape that flows along it.
func (n *network) edge(from int) string {
	name := n.nodes[from].Name
	if n.nodes[from].Op != "null" {
		name += "_output"
	}
	s := n.shapes[name]
	if len(s) < 2 {
		return ""
	}
	var sizes []string
	for _, d := range s[1:] {
		sizes = append(sizes, strconv.Itoa(d))
	}
	return fmt.Sprintf(" [label=%q]", strings.Join(sizes, "x"))
}

// fill puts parameters in the place of {name}; windows are written 3x3, and a step that is not said is 1.
func (v *node) fill(label string) string {
	for {
		begin, end := strings.Index(label, "{"), strings.Index(label, "}")
		if begin < 0 || end < begin {
			return label
		}
		text := strings.ReplaceAll(strings.Trim(v.Attrs[label[begin+1:end]], "()"), ", ", "x")
		if text == "" {
			text = "1"
		}
		label = label[:begin] + strings.TrimSuffix(text, ",") + label[end+1:]
	}
}
