package viz

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/symbol"
	"github.com/gomx-org/gomx/with"
)

func lenet() *symbol.Symbol {
	x := symbol.Variable("data")
	for _, filters := range []int{20, 50} {
		x = symbol.Convolution(x, filters, with.Kernel(5, 5))
		x = symbol.Activation(x, with.ActTanh)
		x = symbol.Pooling(x, with.PoolMax, with.Kernel(2, 2), with.Stride(2, 2))
	}
	x = symbol.FullyConnected(symbol.Flatten(x), 500)
	x = symbol.Activation(x, with.ActTanh)
	x = symbol.FullyConnected(x, 10)
	return symbol.SoftmaxOutput(x, with.Name("softmax"))
}

// The text is what MXNet 1.9.1 prints.
func TestPrintSummary(t *testing.T) {
	want, err := os.ReadFile("testdata/lenet.summary.txt")
	require.NoError(t, err)
	var got bytes.Buffer
	require.NoError(t, PrintSummary(&got, lenet(), map[string]backend.Shape{"data": {1, 1, 28, 28}}))
	assert.Equal(t, string(want), got.String())
}

func TestPrintSummaryOptions(t *testing.T) {
	x := symbol.Variable("data")
	s := symbol.Concat([]*symbol.Symbol{symbol.FullyConnected(x, 3, with.NoBias(true), with.Name("a_long_name")), x}, with.Name("both"))
	var got bytes.Buffer
	require.NoError(t, PrintSummary(&got, s, nil, LineLength(40), Positions(0.25, 0.5, 0.75, 1)))
	assert.Equal(t, `________________________________________
Layer (typOutput ShaParam #   Previous L
========================================
data(null)          0                   
________________________________________
a_long_nam          0         data      
________________________________________
both(Conca          0         a_long_nam
                              data      
========================================
Total params: 0
________________________________________
`, got.String())
	assert.ErrorContains(t, PrintSummary(&got, s, nil, Positions(1, 0.5)), "positions are [1 0.5]")
	assert.ErrorContains(t, PrintSummary(&got, s, map[string]backend.Shape{"date": {1, 2}}), "date")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestPrintSummaryWriteError(t *testing.T) {
	assert.ErrorIs(t, PrintSummary(full{}, lenet(), nil), os.ErrClosed)
}
