//go:build !js

package graphviz

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	graphviz "github.com/goccy/go-graphviz"
)

// busy is held while Graphviz works: there is one of it in a process.
var busy = make(chan struct{}, 1)

// Render reads a graph in DOT, has Graphviz place it and writes the picture. The same text gives the same bytes. Graphs
// that are large and entangled take very long: when ctx ends, Render returns, and leaves Graphviz at work.
func Render(ctx context.Context, w io.Writer, dot string, format Format) error {
	if format != SVG && format != PNG {
		return fmt.Errorf("graphviz: no format %q; there are %s and %s", format, SVG, PNG)
	}
	if strings.TrimSpace(dot) == "" {
		return errors.New("graphviz: the graph is empty")
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("graphviz: %w", err)
	}
	select {
	case busy <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("graphviz: still at another picture: %w", ctx.Err())
	}
	type result struct {
		svg []byte
		err error
	}
	done := make(chan result, 1)
	go func() {
		svg, err := layout(dot)
		<-busy
		done <- result{svg, err}
	}()
	var r result
	select {
	case r = <-done:
	case <-ctx.Done():
		return fmt.Errorf("graphviz: the graph is too large to be placed in time: %w; its DOT can be kept instead", ctx.Err())
	}
	if r.err != nil {
		return fmt.Errorf("graphviz: %w", r.err)
	}
	if format == PNG {
		return writePNG(w, r.svg)
	}
	_, err := w.Write(r.svg)
	return err
}

// layout has Graphviz place the graph. What closing says is not asked: it repeats errors of earlier graphs.
func layout(dot string) ([]byte, error) {
	ctx := context.Background() // it is not asked while Graphviz works
	graph, err := graphviz.ParseBytes([]byte(dot))
	if err != nil {
		return nil, errors.New(strings.TrimSpace(err.Error()))
	}
	if graph == nil {
		return nil, errors.New("the text holds no graph")
	}
	defer graph.Close()
	g, err := graphviz.New(ctx)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	var out bytes.Buffer
	if err := g.Render(ctx, graph, graphviz.SVG, &out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
