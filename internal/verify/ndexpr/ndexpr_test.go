package ndexpr

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	nd "github.com/gomx-org/gomx/ndarray"
)

// recorded is testdata/ops.json: expressions and what MXNet 1.9.1 printed.
type recorded struct {
	Inputs map[string]tensor
	Rows   []struct {
		Expr, Str, Error string
		Array            *tensor
	}
}

type tensor struct {
	Shape nd.Shape
	DType string
	Data  []number
}

func (a *tensor) array(t *testing.T) *nd.NDArray {
	dt, err := backend.ParseDType(a.DType)
	require.NoError(t, err)
	if a.Shape == nil {
		a.Shape = nd.Shape{}
	}
	return nd.Array(a.Data, a.Shape, nd.Of(dt))
}

// number also reads the strings NaN, Inf and -Inf.
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case `"NaN"`:
		*n = number(math.NaN())
	case `"Inf"`:
		*n = number(math.Inf(1))
	case `"-Inf"`:
		*n = number(math.Inf(-1))
	default:
		return json.Unmarshal(b, (*float64)(n))
	}
	return nil
}

// Every expression prints the recorded text, to the letter, and its numbers are the recorded ones to 1e-5.
func TestRecordedExpressions(t *testing.T) {
	b, err := os.ReadFile("testdata/ops.json")
	require.NoError(t, err)
	var r recorded
	require.NoError(t, json.Unmarshal(b, &r))
	seen := map[string]bool{}
	for _, row := range r.Rows {
		arrays := Arrays{"big": nd.Arange(0, 2000, 1).Reshape(40, 50)}
		for name, in := range r.Inputs {
			arrays[name] = in.array(t)
		}
		got, known, err := Eval(row.Expr, arrays)
		require.True(t, known, row.Expr)
		seen[row.Expr] = true
		if row.Error != "" {
			assert.Error(t, err, row.Expr)
			continue
		}
		if !assert.NoError(t, err, row.Expr) {
			continue
		}
		var want *nd.NDArray
		if row.Array != nil {
			want = row.Array.array(t)
		}
		assert.NoError(t, Check(got, row.Str, want), row.Expr)
	}
	assert.Len(t, seen, len(table), "every row of the table has a recorded case")
	_, known, _ := Eval("a.teapot()", nil)
	assert.False(t, known)
}

func TestCheckCanFail(t *testing.T) {
	a := vec(1, 2)
	text := "\n[1. 2.]\n<NDArray 2 @cpu(0)>"
	assert.NoError(t, Check(a, text, vec(1, 2)))
	assert.NoError(t, Check(vec(1, 2.00001), text, vec(1, 2)))
	assert.ErrorContains(t, Check(a, "[1. 2.]", vec(1, 2)), "prints")
	assert.ErrorContains(t, Check(vec(1, 2.001), text, vec(1, 2)), "element 1 is")
	assert.ErrorContains(t, Check(vec(1, 2, 3), text, vec(1, 2)), "(3,)")
	assert.ErrorContains(t, Check("2", "3", nil), "prints")
	assert.ErrorContains(t, Check("2", text, a), "want an array")
}
