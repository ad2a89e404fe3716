package viz

import (
	"fmt"
	"io"
	"regexp"
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
	ids     []string // by node: its name, with a number behind it where several have that name
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
	"Custom":         {"#fccde5", "{op_type}"},
	"Concat":         {"#fdb462", "Concat"},
	"Flatten":        {"#fdb462", "Flatten"},
	"Reshape":        {"#fdb462", "Reshape"},
	"SoftmaxOutput":  {"#b3de69", "SoftmaxOutput"},
	"softmax":        {"#b3de69", "softmax"},
}

// weightEnds are the endings by which variables of parameters are told, as MXNet does.
var weightEnds = []string{"_weight", "_bias", "_beta", "_gamma", "_moving_var", "_moving_mean", "_running_var", "_running_mean"}

// PlotNetwork writes a drawing of the network in Graphviz's language DOT; package viz/graphviz makes a picture of it, as
// does `dot -Tsvg net.dot`. Boxes are operators in the colours of MXNet's plot_network, with the parameters that matter;
// arrows carry the shape of one example when shapes of the inputs are given.
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
	n.identify()
	n.draw()
	_, err = io.WriteString(w, n.out.String())
	return err
}

// identify gives every node a name of its own: DOT knows nodes by name, and operators may share one.
func (n *network) identify() {
	taken := map[string]bool{}
	for i := range n.nodes {
		id := n.nodes[i].Name
		for k := 2; taken[id]; k++ {
			id = fmt.Sprintf("%s#%d", n.nodes[i].Name, k)
		}
		taken[id] = true
		n.ids = append(n.ids, id)
	}
}

// style is what all boxes and arrows share: boxes of MXNet's width that grow with their labels, close to each other.
const style = `	rankdir=BT
	ranksep=0.25
	nodesep=0.3
	node [shape=box style=filled width=1.3 height=0.5 fontname="Helvetica" fontsize=10]
	edge [dir=back arrowtail=open arrowsize=0.7 fontname="Helvetica" fontsize=9]
`

func (n *network) draw() {
	n.out.WriteString("digraph " + dotText(n.title) + " {\n" + style)
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
		fmt.Fprintf(&n.out, "\t%s [label=%s fillcolor=%q%s]\n", dotText(n.ids[i]), dotText(label), color, shape)
	}
	for i := range n.nodes {
		for _, in := range n.nodes[i].Inputs {
			if !n.hidden(in[0]) {
				fmt.Fprintf(&n.out, "\t%s -> %s%s\n", dotText(n.ids[i]), dotText(n.ids[in[0]]), n.edge(in[0], in[1]))
			}
		}
	}
	n.out.WriteString("}\n")
}

var dotEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// dotText quotes a text for DOT, where a backslash begins an escape of another kind than in Go.
func dotText(s string) string {
	printable := strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	return `"` + dotEscapes.Replace(printable) + `"`
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

// edge labels an arrow with the shape that flows along it, output index of node from.
func (n *network) edge(from, index int) string {
	name := n.nodes[from].Name
	if n.nodes[from].Op != "null" {
		name += "_output"
	}
	s := n.shapes[name]
	if s == nil { // of several outputs
		s = n.shapes[name+strconv.Itoa(index)]
	}
	if len(s) < 2 {
		return ""
	}
	var sizes []string
	for _, d := range s[1:] {
		sizes = append(sizes, strconv.Itoa(d))
	}
	return fmt.Sprintf(" [label=\"  %s  \"]", strings.Join(sizes, "x")) // blanks keep it off the line
}

var (
	place  = regexp.MustCompile(`\{\w+\}`)
	number = regexp.MustCompile(`\d+`)
)

// fill puts parameters in the place of {name}; windows are written 3x3, and what is not said is 1.
func (v *node) fill(label string) string {
	return place.ReplaceAllStringFunc(label, func(at string) string {
		text := v.Attrs[strings.Trim(at, "{}")]
		if sizes := number.FindAllString(text, -1); strings.ContainsAny(text, "([") && sizes != nil {
			text = strings.Join(sizes, "x")
		}
		if text == "" {
			return "1"
		}
		return text
	})
}
