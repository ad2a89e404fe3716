package op_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestRefused reads what operators say about parameters and shapes that do not fit.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		op, params string
		shapes     []s
		want       string
	}{
		{"Deconvolution", "kernel=(3, 3); num_filter=2; adj=(1, 1)", shapes(s{1, 2, 4, 4}),
			"data is (1,2,4,4): axis 2 would get adj=1 behind it, want fewer than stride, which is 1"},
		{"Deconvolution", "kernel=(3, 3); num_filter=2; target_shape=(9, 9)", shapes(s{1, 2, 4, 4}),
			"data is (1,2,4,4): target_shape is (9, 9): axis 2 can be 6 long at most"},
		{"Deconvolution", "kernel=(3, 3); num_filter=2; target_shape=(9, 0)", nil,
			"Deconvolution: target_shape is (9, 0), want a size for each axis or zeros only"},
		{"Deconvolution", "kernel=(1, 1); num_filter=2; pad=(2, 2)", shapes(s{1, 2, 4, 4}), "data is (1,2,4,4): pad=2 leaves nothing of the 4 elements of axis 2"},
		{"UpSampling", "scale=2; sample_type=nearest", shapes(s{1, 2, 4, 6}, s{1, 2, 4, 3}), "arg1 is (1,2,4,3): it cannot become (8,12) by one factor"},
		{"UpSampling", "scale=2; sample_type=bilinear", shapes(s{1, 2, 4, 6}), "UpSampling: num_filter is 0, want the number of channels: sample_type is bilinear"},
		{"UpSampling", "scale=2; sample_type=bilinear; num_filter=3", shapes(s{1, 2, 4, 6}), "data is (1,2,4,6), want 3 channels: num_filter is 3"},
		{"Pad", "mode=edge; pad_width=(0, 0, 1, 1, 0, 0, 0, 0)", nil, "Pad: pad_width is (0, 0, 1, 1, 0, 0, 0, 0), want four zeros first: the first two axes get no border"},
		{"Pad", "mode=reflect; pad_width=(0, 0, 0, 0, 3, 0, 0, 0)", shapes(s{1, 1, 3, 3}),
			"data is (1,1,3,3), pad_width is (0, 0, 0, 0, 3, 0, 0, 0): the mirror image of axis 2 has 2 elements only"},
		{"Crop", "", shapes(s{1, 1, 3, 3}), "Crop: h_w is (0, 0), want height and width: there is no second input"},
		{"Crop", "h_w=(2, 2); offset=(2, 0)", shapes(s{1, 1, 3, 3}), "arg0 is (1,1,3,3): it has no window of 2 from 2 along axis 2"},
		{"stack", "axis=4", shapes(s{2, 3}), "an input is (2,3), a new axis cannot stand at 4"},
		{"stack", "", shapes(s{2, 3}, s{3, 2}), "arg1 is (3,2), want (2,3): all inputs have one shape"},
		{"repeat", "repeats=2; axis=2", shapes(s{2, 3}), "data is (2,3), it has no axis 2"},
		{"reverse", "axis=(0, 0)", shapes(s{2, 3}), "data is (2,3), axis=(0, 0) does not fit it"},
		{"broadcast_like", "", shapes(s{1, 3}, s{2, 2, 3}), "lhs is (1,3), it cannot be stretched to (2,2,3): want as many axes, and only axes of size 1 stretch"},
		{"slice_like", "", shapes(s{2, 3}, s{3, 3}), "data is (2,3) and shape_like (3,3): axis 0 cannot become longer"},
		{"reshape_like", "", shapes(s{2, 3}, s{2, 2}), "lhs is (2,3) with 6 elements, (2,2) would have 4"},
		{"diag", "k=3", shapes(s{3, 3}), "data is (3,3), it has no diagonal k=3"},
		{"depth_to_space", "block_size=2", shapes(s{1, 6, 2, 2}), "data is (1,6,2,2), want (N,C,H,W) with C a multiple of 4: block_size is 2"},
		{"_split_v2", "indices=(3, 1)", nil, "_split_v2: indices is (3, 1), want ascending numbers"},
		{"_split_v2", "indices=()", nil, "_split_v2: indices is () and sections 0, want one of them"},
		{"_split_v2", "indices=(0, 2, 2)", shapes(s{2, 5}), "data is (2,5), along axis 1: part 1 would have 0 elements"},
		{"L2Normalization", "mode=channel", shapes(s{2, 3}), "data is (2,3), want at least 3 axes: mode is channel"},
		{"InstanceNorm", "", shapes(s{2, 3}), "data is (2,3), want (N,C,…) with at least one further axis"},
		{"GroupNorm", "num_groups=3", shapes(s{2, 4, 2}), "data is (2,4,2), want (N,C,…) with at least one further axis, and C a multiple of num_groups, which is 3"},
		{"moments", "axes=()", nil, "moments: axes is (), want the axes along which; all of them can be named"},
		{"sort", "axis=2", shapes(s{2, 3}), "data is (2,3), it has no axis 2"},
		{"argsort", "dtype=int8", nil, "argsort: dtype is int8, want one of uint8, int32, int64, float16, float32, float64"},
		{"argsort", "dtype=float16; axis=None", shapes(s{64, 33}), "data is (64,33): float16 counts to 2048, want a dtype that counts 2112 elements"},
		{"topk", "k=4", shapes(s{2, 3}), "data is (2,3): k is 4, want at most the 3 elements there are"},
		{"topk", "ret_typ=both; dtype=uint8", shapes(s{256}), "data is (256,): uint8 counts to 255, want a dtype that counts 256 elements"},
		{"topk", "", shapes(s{}), "data is (), it has no axis -1"},
		{"_shuffle", "", shapes(s{}), "data is (), want at least one axis"},
		{"pick", "axis=None", nil, "pick: axis is None, want a number"},
		{"pick", "", shapes(s{2, 3}, s{3}), "index is (3,), want (2,): data is (2,3) without axis 1"},
		{"gather_nd", "", shapes(s{2, 3}, s{3, 1}), "indices is (3,1), want (M,…) with at least two axes, and M at most 2: data is (2,3)"},
		{"SequenceReverse", "axis=1", nil, "SequenceReverse: axis is 1, want 0: data is (T,N,…)"},
		{"SequenceLast", "use_sequence_length=True", shapes(s{4, 3}, s{4}), "sequence_length is (4,), want (3,): data is (4,3)"},
		{"softmax", "use_length=True", shapes(s{4, 3}, s{3}), "length is (3,), want (4,): data is (4,3) without axis 1"},
		{"log_softmax", "use_length=True", nil, "log_softmax: use_length is for softmax and softmin: the logarithm of 0 is no number"},
		{"_linalg_gemm2", "", shapes(s{2, 3}, s{2, 3}), "A is (2,3) and B (2,3): the sum runs over 3 elements of one and 2 of the other; transpose_a and transpose_b turn them"},
		{"_linalg_extractdiag", "", shapes(s{2, 3}), "A is (2,3), want as many rows as columns"},
		{"_arange", "start=1; stop=0", nil, "_arange: from 1 to 0 by 1, each 1 times, are no numbers, or more than 16777216"},
		{"_arange", "start=0; stop=1e12", nil, "_arange: from 0 to 1e+12 by 1, each 1 times, are no numbers, or more than 16777216"},
		{"SpatialTransformer", "transform_type=affine; sampler_type=bilinear", nil, "SpatialTransformer: target_shape is (0, 0), want height and width"},
		{"GridGenerator", "transform_type=affine; target_shape=(2, 2)", shapes(s{2, 5}), "data is (2,5), want (N,6)"},
		{"ROIPooling", "pooled_size=(2, 2); spatial_scale=2", nil, "ROIPooling: spatial_scale is 2, want more than 0 and at most 1"},
		{"Correlation", "kernel_size=2", nil, "Correlation: kernel_size is 2, want an odd number"},
		{"Correlation", "max_displacement=3", shapes(s{1, 2, 5, 9}),
			"data1 is (1,2,5,9): axis 2 with pad_size=0 has no place for kernel_size=1 and max_displacement=3 on both sides"},
		{"sgd_mom_update", "lr=0.1", shapes(s{2}, s{3}), "grad is (3,), want (2,): weight, grad and the output have one shape"},
	} {
		_, err := newUnit(c.op, c.params, c.shapes...)
		assert.EqualError(t, err, c.want, "%s %s %v", c.op, c.params, c.shapes)
	}
}
