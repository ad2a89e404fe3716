// Package graphviz makes pictures of the graphs that viz.PlotNetwork writes: Graphviz itself, compiled to WebAssembly, places
// boxes and arrows. Only programs that draw link it in.
//
//	var dot strings.Builder
//	if err := viz.PlotNetwork(&dot, net, shapes); err != nil { … }
//	err := graphviz.Render(ctx, file, dot.String(), graphviz.SVG)
package graphviz

// Format is a kind of picture.
type Format string

// The formats of Render.
const (
	SVG Format = "svg"
	PNG Format = "png" // in Liberation Sans at 96 dots an inch, or fewer where the picture is very large
)
