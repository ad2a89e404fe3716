package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/atomicfile"
	"github.com/gomx-org/gomx/model/zoo"
	"github.com/gomx-org/gomx/viz"
	"github.com/gomx-org/gomx/viz/graphviz"
)

// plotCmd draws a network.
type plotCmd struct {
	Network string        `arg:"" help:"Network of the zoo, or a symbol file FILE.json."`
	Out     string        `short:"o" help:"File to write, .svg, .png or .dot; DOT to the terminal without it." placeholder:"FILE"`
	Shape   []string      `sep:"none" help:"Shape of the input data, or of another, for the labels of arrows; default that of a network of the zoo." placeholder:"[NAME=]N,C,H,W"`
	Classes int           `help:"Number of classes; default that of the network."`
	Weights bool          `help:"Draw parameters too."`
	Timeout time.Duration `default:"2m" help:"How long Graphviz may take."`
}

// Run does what the command says.
func (c *plotCmd) Run() error {
	format := graphviz.Format(strings.TrimPrefix(filepath.Ext(c.Out), "."))
	if c.Out != "" && format != graphviz.SVG && format != graphviz.PNG && format != "dot" {
		return fmt.Errorf("plot: %s: the name must end in .svg, .png or .dot", c.Out)
	}
	dot, err := c.dot()
	if err != nil {
		return err
	}
	if c.Out == "" {
		_, err := fmt.Fprint(os.Stdout, dot)
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.Timeout)
	defer cancel()
	return atomicfile.Write(c.Out, func(w io.Writer) error {
		if format == "dot" {
			_, err := io.WriteString(w, dot)
			return err
		}
		return graphviz.Render(ctx, w, dot, format)
	})
}

// dot is the network as a graph in DOT.
func (c *plotCmd) dot() (string, error) {
	s, err := zoo.Open(c.Network, c.Classes)
	if err != nil {
		return "", err
	}
	shapes := map[string]backend.Shape{}
	if n, err := zoo.Get(c.Network); err == nil && len(c.Shape) == 0 {
		shapes["data"] = append(backend.Shape{1}, n.Shape[:]...)
	}
	for _, text := range c.Shape {
		name, dims, err := namedShape(text)
		if err != nil {
			return "", err
		}
		shapes[name] = dims
	}
	options := []viz.NetworkOption{viz.Title(strings.TrimSuffix(filepath.Base(c.Network), ".json"))}
	if c.Weights {
		options = append(options, viz.ShowWeights())
	}
	var out strings.Builder
	err = viz.PlotNetwork(&out, s, shapes, options...)
	return out.String(), err
}

// namedShape reads NAME=1,3,224,224; the name data may be left out.
func namedShape(text string) (name string, dims backend.Shape, err error) {
	name, list, named := strings.Cut(text, "=")
	if !named {
		name, list = "data", text
	}
	for _, d := range strings.Split(list, ",") {
		v, err := strconv.Atoi(strings.TrimSpace(d))
		if err != nil || v < 0 {
			return "", nil, fmt.Errorf("--shape %s: want sizes such as 1,3,224,224, or data=1,3,224,224", text)
		}
		dims = append(dims, v)
	}
	return name, dims, nil
}
