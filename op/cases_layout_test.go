package op_test

import "slices"

// windowRows are those of layers that move windows over images, or lay pixels out anew.
func windowRows() []row {
	return slices.Concat(
		rowsOf("Deconvolution",
			row{params: "kernel=(4, 4); stride=(2, 2); pad=(1, 1); num_filter=2", shapes: shapes(s{2, 3, 2, 3})},
			row{params: "kernel=(3, 2); stride=(2, 3); adj=(1, 2); num_filter=2; no_bias=False", shapes: shapes(s{1, 2, 3, 2})},
			row{params: "kernel=(3, 3); stride=(2, 2); target_shape=(5, 6); pad=(3, 3); num_filter=2", shapes: shapes(s{1, 2, 3, 3})},
			row{params: "kernel=(2, 3); dilate=(2, 1); pad=(1, 0); num_filter=4; num_group=2", shapes: shapes(s{1, 4, 3, 3})},
			row{params: "kernel=(3,); stride=(2,); adj=(1,); num_filter=2; no_bias=False", shapes: shapes(s{2, 2, 4})},
			row{params: "kernel=(2, 1, 3); stride=(1, 2, 2); target_shape=(0, 0, 0); num_filter=2", shapes: shapes(s{1, 2, 2, 2, 3})}),
		rowsOf("UpSampling",
			row{params: "scale=3; sample_type=nearest", shapes: shapes(s{2, 2, 2, 3})},
			row{params: "scale=2; sample_type=nearest", shapes: shapes(s{1, 2, 4, 2}, s{1, 1, 2, 1}, s{1, 3, 8, 4})},
			row{params: "scale=2; sample_type=nearest; multi_input_mode=sum", shapes: shapes(s{1, 2, 2, 2}, s{1, 2, 4, 4})},
			row{params: "scale=2; sample_type=bilinear; num_filter=2", shapes: shapes(s{2, 2, 2, 3}, nil)},
			row{params: "scale=3; sample_type=bilinear; num_filter=2", shapes: shapes(s{1, 2, 3, 2})}),
		rowsOf("Pad",
			row{params: "mode=constant; pad_width=(0, 0, 0, 0, 1, 2, 0, 3); constant_value=2", shapes: shapes(s{2, 1, 2, 3})},
			row{params: "mode=edge; pad_width=(0, 0, 0, 0, 3, 1, 2, 2)", shapes: shapes(s{1, 2, 2, 1})},
			row{params: "mode=reflect; pad_width=(0, 0, 0, 0, 1, 2, 3, 0)", shapes: shapes(s{1, 2, 3, 4})},
			row{params: "mode=reflect; pad_width=(0, 0, 0, 0, 1, 0, 1, 1, 0, 2)", shapes: shapes(s{1, 1, 2, 2, 3})}),
		rowsOf("Crop",
			row{params: "h_w=(2, 3); offset=(1, 0)", shapes: shapes(s{2, 2, 3, 4})},
			row{params: "h_w=(2, 2); offset=(9, 9); center_crop=True", shapes: shapes(s{1, 2, 5, 4})},
			row{params: "offset=(0, 1)", shapes: shapes(s{2, 2, 3, 4}, s{1, 1, 2, 2})}),
		rowsOf("depth_to_space", row{params: "block_size=2", shapes: shapes(s{1, 8, 2, 3})}),
		rowsOf("space_to_depth", row{params: "block_size=2", shapes: shapes(s{2, 3, 4, 2})}),
	)
}

// layoutRows are those of operators that put the same elements elsewhere.
func layoutRows() []row {
	return slices.Concat(
		rowsOf("tile",
			row{params: "reps=(2,)", shapes: shapes(s{2, 3})},
			row{params: "reps=(2, 1, 3)", shapes: shapes(s{2, 3})},
			row{params: "reps=(2, 3)", shapes: shapes(s{2, 1, 2})}),
		rowsOf("repeat",
			row{params: "repeats=3", shapes: shapes(s{2, 2})},
			row{params: "repeats=2; axis=-1", shapes: shapes(s{2, 3})},
			row{params: "repeats=1; axis=0", shapes: shapes(s{2, 3})}),
		rowsOf("reverse",
			row{params: "axis=1", shapes: shapes(s{2, 3})},
			row{params: "axis=(0, -1)", shapes: shapes(s{2, 2, 3})}),
		rowsOf("stack",
			row{shapes: shapes(s{2, 3}, nil, nil)},
			row{params: "axis=-1", shapes: shapes(s{2, 3}, s{2, 3})},
			row{params: "axis=1", shapes: shapes(s{3})}),
		rowsOf("broadcast_like",
			row{shapes: shapes(s{2, 1, 3}, s{2, 4, 3})},
			row{params: "lhs_axes=(1, -1); rhs_axes=(0, -2)", shapes: shapes(s{2, 1, 1}, s{3, 4, 5})}),
		rowsOf("slice_like",
			row{shapes: shapes(s{3, 4}, s{2, 4})},
			row{params: "axes=(0, -1)", shapes: shapes(s{3, 4, 5}, s{2, 9, 3})}),
		rowsOf("reshape_like",
			row{shapes: shapes(s{2, 6}, s{3, 4})},
			row{params: "lhs_begin=0; lhs_end=-1; rhs_begin=1; rhs_end=None", shapes: shapes(s{2, 3, 4}, s{9, 6})}),
		rowsOf("_identity_with_attr_like_rhs", row{shapes: shapes(s{2, 3})}),
		rowsOf("shape_array", row{shapes: shapes(s{2, 3})}),
		rowsOf("size_array", row{shapes: shapes(s{2, 3})}),
		rowsOf("diag",
			row{params: "k=1", shapes: shapes(s{3})},
			row{params: "k=-2", shapes: shapes(s{2})},
			row{params: "k=-1", shapes: shapes(s{4, 2})},
			row{params: "k=1; axis1=2; axis2=0", shapes: shapes(s{3, 2, 4})}),
		rowsOf("_split_v2",
			row{params: "indices=(0, 2, 3)", shapes: shapes(s{2, 5})},
			row{params: "indices=(1, 2); axis=0", shapes: shapes(s{4, 2})},
			row{params: "indices=(0, 1); axis=-1; squeeze_axis=True", shapes: shapes(s{2, 2})},
			row{params: "indices=(); sections=2; axis=0", shapes: shapes(s{4, 2})}),
	)
}
