//go:build !js

package graphviz

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzPNG: no SVG panics, be it Graphviz's or not.
func FuzzPNG(f *testing.F) {
	var svg bytes.Buffer
	require.NoError(f, Render(context.Background(), &svg, two, SVG))
	f.Add(svg.Bytes())
	f.Add([]byte(`<svg viewBox="0 0 9 9"><g><text x="1" y="2" font-size="3">a</text><polygon fill="#123456" points="1,2 3,4 5,6"/></g></svg>`))
	f.Fuzz(func(t *testing.T, svg []byte) {
		if len(svg) < 1<<14 {
			_ = writePNG(&bytes.Buffer{}, svg)
		}
	})
}
