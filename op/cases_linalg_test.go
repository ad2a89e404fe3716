package op_test

import "math/rand/v2"

// linalgRows are the operators on matrices that factor them.
func linalgRows() []row {
	const symmetric = "the gradient is that of symmetric matrices; the recorded cases hold it"
	// Diagonals around 4 make all matrices of 3 rows regular.
	regular := func() func(*rand.Rand) float64 {
		n := 0
		return func(r *rand.Rand) float64 {
			v := uniform(-1, 1)(r)
			if n++; n%4 == 1 {
				v += 4
			}
			return v
		}
	}
	var list []row
	for _, name := range []string{"_linalg_trmm", "_linalg_trsm"} {
		list = append(list, rowsOf(name,
			row{params: "alpha=0.5", shapes: shapes(s{3, 3}, s{3, 2}), draw: regular()},
			row{params: "transpose=True", shapes: shapes(s{3, 3}, s{3, 2}), draw: regular()},
			row{params: "rightside=True; lower=False", shapes: shapes(s{3, 3}, s{2, 3}), draw: regular()},
			row{params: "rightside=True; transpose=True", shapes: shapes(s{3, 3}, s{2, 3}), draw: regular()})...)
	}
	return append(list,
		row{op: "_linalg_potrf", shapes: shapes(s{3, 3}), draw: regular(), exempt: symmetric},
		row{op: "_linalg_potri", shapes: shapes(s{3, 3}), draw: regular()},
		row{op: "_linalg_inverse", shapes: shapes(s{3, 3}), draw: regular()},
		row{op: "_linalg_inverse", shapes: shapes(s{2, 1, 1}), draw: uniform(1, 2)},
		row{op: "_linalg_det", shapes: shapes(s{3, 3}), draw: regular()},
		row{op: "_linalg_det", shapes: shapes(s{2, 2, 2})},
		row{op: "_linalg_slogdet", shapes: shapes(s{3, 3}), draw: regular()},
		row{op: "_linalg_gelqf", shapes: shapes(s{2, 3})},
		row{op: "_linalg_gelqf", shapes: shapes(s{2, 2, 3})},
		row{op: "_linalg_syevd", shapes: shapes(s{3, 3}), draw: regular(), exempt: symmetric},
		row{op: "_linalg_extracttrian", shapes: shapes(s{2, 3, 3})},
		row{op: "_linalg_extracttrian", params: "offset=1", shapes: shapes(s{3, 3})},
		row{op: "_linalg_maketrian", params: "lower=False", shapes: shapes(s{2, 6})},
		row{op: "_linalg_maketrian", params: "offset=-2", shapes: shapes(s{3})})
}

// linalgValues are known results: the examples of MXNet's documentation, and matrices that have none.
var linalgValues = []value{
	{op: "linalg_potrf", shapes: shapes(s{2, 2}), in: []string{"4 1 1 4.25"}, out: "2 0 .5 2"},
	{op: "linalg_potri", shapes: shapes(s{2, 2}), in: []string{"2 0 .5 2"}, out: ".265625 -.0625 -.0625 .25"},
	{op: "linalg_gelqf", shapes: shapes(s{2, 3}), in: []string{"1..6"}, out: "-.26726124 -.53452248 -.80178373 .87287156 .21821789 -.43643578"},
	{op: "linalg_syevd", shapes: shapes(s{2, 2}), in: []string{"1 2 2 4"}, out: ".89442719 -.4472136 .4472136 .89442719"},
	{op: "linalg_det", shapes: shapes(s{2, 2, 2}), in: []string{"1 2 2 4 0 1 1 0"}, out: "0 -1", grad: []string{"0 0 0 0 0 -1 -1 0"}},
	{op: "linalg_slogdet", shapes: shapes(s{2, 2, 2}), in: []string{"1 2 2 4 0 1 1 0"}, out: "0 -1"},
	{op: "linalg_maketrian", params: "lower=False", shapes: shapes(s{6}), in: []string{"1..6"}, out: "1 2 4 0 3 5 0 0 6"},
	{op: "linalg_maketrian", params: "offset=-1", shapes: shapes(s{3}), in: []string{"1..3"}, out: "0 0 0 1 0 0 2 3 0"},
}
