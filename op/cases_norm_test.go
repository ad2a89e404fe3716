package op_test

import "slices"

// normRows are those of normalization, and of the losses that came after the first ones.
func normRows() []row {
	positive := uniform(0.5, 2)
	return slices.Concat(
		rowsOf("L2Normalization",
			row{shapes: shapes(s{2, 3, 2})},
			row{params: "mode=channel; eps=0.1", shapes: shapes(s{2, 3, 2})},
			row{params: "mode=spatial", shapes: shapes(s{2, 2, 3, 1, 2})}),
		rowsOf("InstanceNorm",
			row{shapes: shapes(s{2, 3, 4})},
			row{params: "eps=0.1", shapes: shapes(s{1, 2, 2, 1, 3})}),
		rowsOf("LayerNorm",
			row{shapes: shapes(s{2, 3, 4})},
			row{params: "axis=-2; eps=0.01", shapes: shapes(s{2, 3, 2})},
			row{params: "axis=0", shapes: shapes(s{5})},
			row{params: "output_mean_var=True", shapes: shapes(s{2, 4}), exempt: "no gradient flows through mean and std"}),
		rowsOf("GroupNorm",
			row{shapes: shapes(s{2, 2, 3})},
			row{params: "num_groups=2; eps=0.01", shapes: shapes(s{2, 4, 1, 2})},
			row{params: "num_groups=2; output_mean_var=True", shapes: shapes(s{2, 4, 2}), exempt: "no gradient flows through mean and std"}),
		rowsOf("moments",
			row{params: "axes=(0, -1)", shapes: shapes(s{2, 3, 2})},
			row{params: "axes=1; keepdims=True", shapes: shapes(s{2, 3})}),
		rowsOf("BatchNorm_v1", row{params: "fix_gamma=False", shapes: shapes(s{3, 2, 2}), draw: positive}),
		rowsOf("Convolution_v1", row{params: "kernel=(2, 2); num_filter=2; stride=(2, 1)", shapes: shapes(s{1, 2, 3, 3})}),
		rowsOf("IdentityAttachKLSparseReg",
			row{shapes: shapes(s{3, 2}), draw: uniform(0.1, 0.9), exempt: "its gradient has a term that its output has not; TestLosses holds it to its formula"}),
		rowsOf("hard_sigmoid",
			row{shapes: shapes(s{3, 4}), draw: uniform(-4, 4)},
			row{params: "alpha=0.5; beta=0.1", shapes: shapes(s{3, 4})}),
		rowsOf("softmax",
			row{params: "use_length=True; axis=1", shapes: shapes(s{2, 4, 2}), draw: whole(4)},
			row{params: "dtype=float64", shapes: shapes(s{2, 3})}),
		rowsOf("norm", row{params: "out_dtype=float64; axis=0", shapes: shapes(s{2, 3})}),
		rowsOf("softmax_cross_entropy", row{shapes: shapes(s{3, 4}), draw: whole(4)}),
		rowsOf("SVMOutput", row{shapes: shapes(s{3, 4}), draw: whole(4), exempt: lossReason}),
	)
}
