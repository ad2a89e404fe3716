package op_test

import "math/rand/v2"

// numberRows are operators on indices, sums and counts.
func numberRows() []row {
	none := "whole numbers have no gradient"
	return []row{
		{op: "_np_cumsum", params: "axis=1", shapes: shapes(s{2, 5, 2})},
		{op: "_np_cumsum", params: "axis=-1; dtype=float64", shapes: shapes(s{3, 4})},
		{op: "_np_cumsum", shapes: shapes(s{3, 3})},
		{op: "khatri_rao", shapes: shapes(s{2, 3}, s{4, 3}, s{1, 3}), exempt: "MXNet gives it no gradient"},
		{op: "_ravel_multi_index", params: "shape=(3, 4)", shapes: shapes(s{2, 5}), draw: whole(3), exempt: none},
		{op: "_unravel_index", params: "shape=(3, 4)", shapes: shapes(s{5}), draw: whole(12), exempt: none},
		{op: "_histogram", params: "bin_cnt=4; range=(-1, 1)", shapes: shapes(s{9}), exempt: none},
		{op: "_histogram", shapes: shapes(s{9}, s{3}), draw: func() func(*rand.Rand) float64 {
			n := 0.0
			return func(*rand.Rand) float64 { n++; return n }
		}(), exempt: none},
		{op: "_contrib_arange_like", params: "axis=1; start=2; step=0.5", shapes: shapes(s{2, 3})},
		{op: "all_finite", shapes: shapes(s{2, 3})},
		{op: "multi_lars", params: "eta=0.1; eps=0.001", shapes: shapes(s{3}), draw: uniform(0.1, 1)},
	}
}

// numberValues are known results of these operators.
var numberValues = []value{
	{op: "cumsum", params: "axis=1", shapes: shapes(s{2, 3}), in: []string{"1..6"}, out: "1 3 6 4 9 15", head: "1 2 3 4 5 6", grad: []string{"6 5 3 15 11 6"}},
	{op: "cumsum", shapes: shapes(s{2, 3}), in: []string{"1..6"}, out: "1 3 6 10 15 21"},
	{op: "khatri_rao", shapes: shapes(s{2, 2}, s{2, 2}), in: []string{"1..4", "5..8"}, out: "5 12 7 16 15 24 21 32"},
	{op: "ravel_multi_index", params: "shape=(-1, 4)", shapes: shapes(s{2, 3}), in: []string{"0 1 2 1 0 3"}, out: "1 4 11"},
	{op: "unravel_index", params: "shape=(3, 4)", shapes: shapes(s{3}), in: []string{"0 5 100"}, out: "0 1 25 0 1 0"},
	{op: "_histogram", params: "bin_cnt=4; range=(-1, 1)", shapes: shapes(s{8}), in: []string{"-1 1 .5 -.5 0 .999 -1.01 nan"}, out: "1 1 1 3"},
	{op: "_histogram", shapes: shapes(s{5}, s{4}), in: []string{"-1 1 2 4 5", "0 1 2 4"}, out: "0 1 2"},
	{op: "_contrib_arange_like", params: "start=2; step=.5; repeat=2", shapes: shapes(s{2, 2}), in: []string{"1..4"}, out: "2 2 2.5 2.5"},
	{op: "all_finite", shapes: shapes(s{2}), in: []string{"1 -2"}, out: "1"},
	{op: "all_finite", shapes: shapes(s{3}), in: []string{"1 inf 0"}, out: "0"},
	{op: "all_finite", shapes: shapes(s{3}), in: []string{"1 nan 0"}, out: "0"},
	{op: "multi_lars", params: "eta=.1; eps=.5", shapes: shapes(s{2}), in: []string{"1 2", "4 0", "9 1", ".25 1"}, out: ".05 2"},
}
