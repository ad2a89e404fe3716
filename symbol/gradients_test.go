package symbol_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/ndarray"
	"github.com/gomx-org/gomx/symbol"
)

// gradientCase is a network run forward and backward by MXNet 1.9.1: heads of several kinds, arguments used several times,
// gradients written and added up. Gradient arrays hold 10 before.
type gradientCase struct {
	Name   string                   `json:"name"`
	Symbol json.RawMessage          `json:"symbol"`
	Shapes map[string]backend.Shape `json:"shapes"`
	Req    map[string]string        `json:"req"`
	Heads  []float64                `json:"heads"` // every element of the head gradients
	Steps  int                      `json:"steps"`
	Vals   map[string][]float32     `json:"vals"`
	Outs   [][]float32              `json:"outs"`
	Grads  map[string][]float32     `json:"grads"`
}

// TestGradientsLikeMXNets. Left out are the defects of MXNet: one head given twice counts once, and losses that read an
// argument directly overwrite its gradient where it is to be added to.
func TestGradientsLikeMXNets(t *testing.T) {
	var cases []gradientCase
	require.NoError(t, json.Unmarshal([]byte(read(t, "gradients.json")), &cases))
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			s, err := symbol.LoadJSON(c.Symbol)
			require.NoError(t, err)
			grad := map[string]symbol.GradReq{}
			for name, req := range c.Req {
				grad[name] = map[string]symbol.GradReq{"write": symbol.GradWrite, "add": symbol.GradAdd}[req]
			}
			e, err := s.Bind(symbol.BindOptions{LowerOptions: symbol.LowerOptions{Shapes: c.Shapes, Grad: grad, Train: true}})
			require.NoError(t, err)
			defer e.Close()
			for name, v := range c.Vals {
				if a := e.Arg(name); a != nil {
					set(t, a, v...)
				}
				if g := e.Grad(name); g != nil {
					g.Fill(10)
				}
			}
			var heads []*ndarray.NDArray
			for i, h := range c.Heads {
				heads = append(heads, ndarray.Full(e.Outputs()[i].Shape(), h))
			}
			for range c.Steps {
				require.NoError(t, e.Forward(true))
				require.NoError(t, e.Backward(heads...))
			}
			for i, want := range c.Outs {
				assert.InDeltaSlice(t, want, e.Outputs()[i].Float32(), 1e-4, "output %d", i)
			}
			for _, name := range s.ListArguments() {
				want, g := c.Grads[name], e.Grad(name)
				if want == nil {
					assert.Nil(t, g, name)
					continue
				}
				assert.InDeltaSlice(t, want, g.Float32(), 1e-4, "gradient of %s", name)
			}
		})
	}
}
