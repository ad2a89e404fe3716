package op_test

import "slices"

// regionRows are those of operators that look at places of images.
func regionRows() []row {
	return slices.Concat(
		rowsOf("GridGenerator",
			row{params: "transform_type=affine; target_shape=(2, 3)", shapes: shapes(s{2, 6})},
			row{params: "transform_type=warp", shapes: shapes(s{2, 2, 3, 4})}),
		rowsOf("BilinearSampler",
			row{shapes: shapes(s{2, 2, 4, 3}, s{2, 2, 2, 3})},
			row{shapes: shapes(s{1, 2, 3, 3}, s{1, 2, 4, 1}), draw: uniform(-2, 2)}),
		rowsOf("SpatialTransformer",
			row{params: "transform_type=affine; sampler_type=bilinear; target_shape=(3, 2)", shapes: shapes(s{2, 2, 4, 3})}),
		rowsOf("ROIPooling",
			row{params: "pooled_size=(2, 2); spatial_scale=1.0", shapes: shapes(s{3, 2, 5, 4}, s{6, 5}), draw: uniform(0, 4)},
			row{params: "pooled_size=(1, 3); spatial_scale=0.5", shapes: shapes(s{4, 1, 3, 3}, s{3, 5}), draw: uniform(0, 6)}),
		rowsOf("Correlation",
			row{shapes: shapes(s{1, 2, 4, 5})},
			row{params: "kernel_size=3; max_displacement=2; stride1=2; stride2=2; pad_size=3", shapes: shapes(s{2, 2, 4, 3})},
			row{params: "is_multiply=False; pad_size=1", shapes: shapes(s{1, 2, 3, 3}, s{1, 2, 3, 3})}),
	)
}
