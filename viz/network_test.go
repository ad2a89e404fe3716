package viz

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

func TestPlotNetwork(t *testing.T) {
	var got bytes.Buffer
	require.NoError(t, PlotNetwork(&got, lenet(), map[string]backend.Shape{"data": {1, 1, 28, 28}}, Title("lenet")))
	text := got.String()
	assert.True(t, strings.HasPrefix(text, `digraph "lenet" {`))
	assert.Contains(t, text, `"convolution0" [label="Convolution\n5x5/1, 20" fillcolor="#fb8072"]`)
	assert.Contains(t, text, `"pooling1" [label="Pooling\nmax, 2x2/2x2" fillcolor="#80b1d3"]`)
	assert.Contains(t, text, `"data" [label="data" fillcolor="#8dd3c7" shape=oval]`)
	assert.Contains(t, text, `"activation0" -> "convolution0" [label="  20x24x24  "]`)
	assert.NotContains(t, text, "weight")

	got.Reset()
	require.NoError(t, PlotNetwork(&got, lenet(), nil, ShowWeights()))
	assert.Contains(t, got.String(), `"convolution0" -> "convolution0_weight"`)
	assert.NotContains(t, got.String(), "20x24")
	assert.ErrorIs(t, PlotNetwork(full{}, lenet(), nil), os.ErrClosed)
}

// Names that several nodes share, and characters that mean something to Graphviz.
func TestPlotNetworkNames(t *testing.T) {
	x := symbol.Activation(symbol.Variable("a\"b\\N"), with.ActRelu, with.Name("r"))
	x = symbol.SliceChannel(symbol.Activation(x, with.ActTanh, with.Name("r")), 2, with.Name("s"))
	x = symbol.Apply("Pooling", nil, []*symbol.Symbol{x.Output(1)}, said{"kernel": "[3,2]", "pool_type": "max"}, with.Name("p"))
	var got bytes.Buffer
	require.NoError(t, PlotNetwork(&got, x, map[string]backend.Shape{"a\"b\\N": {1, 4, 5, 6}}, Title("x\ny\x01\xff")))
	text := got.String()
	assert.Contains(t, text, `digraph "x\ny ?" {`)
	assert.Contains(t, text, `"a\"b\\N" [label="a\"b\\N"`)
	assert.Contains(t, text, `"r#2" -> "r" `)
	assert.Contains(t, text, `"p" -> "s" [label="  2x5x6  "]`)
	assert.Contains(t, text, `"p" [label="Pooling\nmax, 3x2/1" `)
}

// said are parameters as text.
type said map[string]string

func (p said) Apply(s *with.Settings) {
	for name, text := range p {
		s.Param(name, text)
	}
}

// Graphviz reads what is written, where it is installed.
func TestGraphvizReadsIt(t *testing.T) {
	dot, err := exec.LookPath("dot")
	if err != nil {
		t.Skip("Graphviz's dot is not installed")
	}
	var text bytes.Buffer
	require.NoError(t, PlotNetwork(&text, lenet(), map[string]backend.Shape{"data": {1, 1, 28, 28}}))
	cmd := exec.Command(dot, "-Tsvg")
	cmd.Stdin = &text
	svg, err := cmd.Output()
	require.NoError(t, err)
	assert.Contains(t, string(svg), "Convolution")
}
