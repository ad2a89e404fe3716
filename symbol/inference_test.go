package symbol_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/symbol"
)

// inferenceCase is a network and what MXNet 1.9.1 answered: its names, and what it inferred from what was known.
type inferenceCase struct {
	Name     string          `json:"name"`
	Symbol   json.RawMessage `json:"symbol"`
	Node     string          `json:"node"`
	Args     []string        `json:"args"`
	Outs     []string        `json:"outs"`
	Aux      []string        `json:"aux"`
	Inside   []string        `json:"internals"`
	Children []string        `json:"children"`
	Shapes   []shapeQuery    `json:"shapes"`
	Types    []typeQuery     `json:"types"`
}

type shapeQuery struct {
	Partial bool                     `json:"partial"`
	Known   map[string]backend.Shape `json:"known"`
	Args    []backend.Shape          `json:"args"`
	Outs    []backend.Shape          `json:"outs"`
	Aux     []backend.Shape          `json:"aux"`
	Error   bool                     `json:"error"`
}

type typeQuery struct {
	Known map[string]string `json:"known"`
	Args  []string          `json:"args"`
	Outs  []string          `json:"outs"`
	Aux   []string          `json:"aux"`
	Error bool              `json:"error"`
}

// TestInferenceLikeMXNets holds names and inference to recorded answers. Left out are those in which MXNet knows less than
// follows, or gives no types where float32 is assumed.
func TestInferenceLikeMXNets(t *testing.T) {
	var cases []inferenceCase
	require.NoError(t, json.Unmarshal([]byte(read(t, "inference.json")), &cases))
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			s, err := symbol.LoadJSON(c.Symbol)
			require.NoError(t, err)
			assert.Equal(t, c.Node, s.Name())
			assert.Equal(t, c.Args, s.ListArguments())
			assert.Equal(t, c.Outs, s.ListOutputs())
			assert.Empty(t, slices.Compare(c.Aux, s.ListAuxiliaryStates()))
			assert.Equal(t, c.Inside, s.GetInternals().ListOutputs())
			if children := s.GetChildren(); children != nil || c.Children != nil {
				assert.Equal(t, c.Children, children.ListOutputs())
			}
			for _, q := range c.Shapes {
				q.check(t, s)
			}
			for _, q := range c.Types {
				q.check(t, s)
			}
		})
	}
}

func (q *shapeQuery) check(t *testing.T, s *symbol.Symbol) {
	infer := s.InferShape
	if q.Partial {
		infer = s.InferShapePartial
	}
	got, err := infer(q.Known)
	if q.Error {
		assert.Error(t, err, "from %v", q.Known)
		return
	}
	require.NoError(t, err, "from %v", q.Known)
	plain := func(list []backend.Shape) (out [][]int) {
		for _, sh := range list {
			out = append(out, append([]int{}, sh...))
		}
		return out
	}
	assert.Equal(t, plain(q.Args), plain(got.Args), "arguments from %v", q.Known)
	assert.Equal(t, plain(q.Outs), plain(got.Outs), "outputs from %v", q.Known)
	assert.Equal(t, plain(q.Aux), plain(got.Aux), "states from %v", q.Known)
}

func (q *typeQuery) check(t *testing.T, s *symbol.Symbol) {
	types := func(names []string) (list []backend.DType) {
		for _, name := range names {
			d, err := backend.ParseDType(name)
			require.NoError(t, err)
			list = append(list, d)
		}
		return list
	}
	known := map[string]backend.DType{}
	for name, text := range q.Known {
		known[name] = types([]string{text})[0]
	}
	got, err := s.InferType(known)
	if q.Error {
		assert.Error(t, err, "from %v", q.Known)
		return
	}
	require.NoError(t, err, "from %v", q.Known)
	assert.Equal(t, types(q.Args), got.Args, "arguments from %v", q.Known)
	assert.Equal(t, types(q.Outs), got.Outs, "outputs from %v", q.Known)
	assert.Equal(t, types(q.Aux), got.Aux, "states from %v", q.Known)
}
