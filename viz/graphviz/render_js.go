//go:build js

package graphviz

import (
	"context"
	"errors"
	"io"
)

// Render is not there in WebAssembly, where Graphviz would run inside an interpreter: it is an error.
func Render(_ context.Context, _ io.Writer, _ string, _ Format) error {
	return errors.New("graphviz: no pictures in a browser; keep the DOT")
}
