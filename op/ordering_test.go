package op_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// orderingValues are worked out by hand.
var orderingValues = []value{
	{op: "sort", shapes: shapes(s{2, 3}), in: []string{"3 1 2 5 5 4"}, out: "1 2 3 4 5 5", head: "1..6", grad: []string{"3 1 2 5 6 4"}},
	{op: "sort", params: "axis=0; is_ascend=False", shapes: shapes(s{2, 3}), in: []string{"3 1 2 5 5 4"}, out: "5 5 4 3 1 2", head: "1..6", grad: []string{"4 5 6 1 2 3"}},
	{op: "sort", params: "axis=None", shapes: shapes(s{2, 3}), in: []string{"3 1 2 5 5 4"}, out: "1 2 3 4 5 5", head: "1..6", grad: []string{"3 1 2 5 6 4"}},
	{op: "argsort", shapes: shapes(s{2, 4}), in: []string{"3 1 2 1 5 5 4 6"}, out: "1 3 2 0 2 0 1 3"},
	{op: "argsort", params: "axis=None; is_ascend=0; dtype=int32", shapes: shapes(s{2, 2}), in: []string{"3 1 3 4"}, out: "3 0 2 1"},
	{op: "topk", shapes: shapes(s{2, 3}), in: []string{"3 1 3 5 5 6"}, out: "0 2"},
	{op: "topk", params: "k=2; axis=0; is_ascend=True", shapes: shapes(s{3, 2}), in: []string{"3 1 2 5 9 1"}, out: "1 0 0 2"},
	{op: "topk", params: "k=2; ret_typ=value; axis=0", shapes: shapes(s{3, 2}), in: []string{"3 1 2 5 9 1"}, out: "9 5 3 1", head: "1..4", grad: []string{"3 4 0 2 1 0"}},
	{op: "topk", params: "k=2; ret_typ=both", shapes: shapes(s{2, 3}), in: []string{"3 1 2 5 7 6"}, out: "3 2 7 6", head: "1..4", grad: []string{"1 0 2 0 3 4"}},
	{op: "topk", params: "k=2; ret_typ=mask", shapes: shapes(s{2, 3}), in: []string{"3 1 2 5 5 5"}, out: "1 0 1 1 1 0", grad: []string{"0 0 0 0 0 0"}},
	{op: "topk", params: "k=2; ret_typ=mask; axis=None", shapes: shapes(s{2, 3}), in: []string{"3 1 2 5 7 6"}, out: "0 0 0 0 1 1"},
	{op: "topk", params: "k=-1; axis=None; dtype=int64", shapes: shapes(s{2, 2}), in: []string{"3 1 2 5"}, out: "3 0 2 1"},
}

// TestShuffle: every row comes once and whole, in an order that does not resemble the old one, of few rows and of so many
// that numbers of 24 bits repeat.
func TestShuffle(t *testing.T) {
	for _, n := range []int{60, 50000} {
		u, err := newUnit("_shuffle", "", s{n, 2})
		require.NoError(t, err)
		p, err := u.compile(false, false)
		require.NoError(t, err)
		in := make([]float64, 2*n)
		for i := range in {
			in[i] = float64(i)
		}
		got, err := p.run([][]float64{in}, nil, nil)
		require.NoError(t, err)
		rows, ascents := make([]int, n), 0
		for i := range rows {
			row := got.out[0][2*i : 2*i+2]
			require.Equal(t, row[0]+1, row[1])
			rows[i] = int(row[0]) / 2
			if i > 0 && rows[i] > rows[i-1] {
				ascents++
			}
		}
		assert.InDelta(t, n/2, ascents, float64(n)/5)
		slices.Sort(rows)
		for i, r := range rows {
			require.Equal(t, i, r)
		}
	}
}
