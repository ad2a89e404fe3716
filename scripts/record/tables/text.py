"""Parameters in all the ways in which they can be written."""
from case import case, fixed, labels, whole


def cases():
    for i, kernel in enumerate(("(3, 3)", "(3,3)", "[3, 3]", "[3,3]", "( 3 , 3 )", "(3,3,)", "(3L, 3L)")):
        yield case(f"text_kernel{i}", "Convolution", {"data": (2, 3, 6, 7)}, kernel=kernel, num_filter="4")
    for i, kernel in enumerate(("(3,)", "[3]", "(3)", "3", "(3L,)")):
        yield case(f"text_kernel1_{i}", "Convolution", {"data": (2, 3, 7)}, kernel=kernel, num_filter="4")
    for i, (yes, no) in enumerate((("True", "False"), ("true", "false"), ("1", "0"))):
        yield case(f"text_bool{i}_yes", "FullyConnected", {"data": (2, 3, 4)}, num_hidden=3, no_bias=yes, flatten=no)
        yield case(f"text_bool{i}_no", "FullyConnected", {"data": (2, 3, 4)}, num_hidden=3, no_bias=no, flatten=yes)
    for i, eps in enumerate(("0.001", "1e-3", "1E-3", ".001", "1", "1.", "+1e-3", "1e-03", "0.00100000005")):
        yield case(f"text_float{i}", "BatchNorm", {"data": (4, 3, 2)}, eps=eps, fix_gamma="0", tol=3e-4)
        yield case(f"text_momentum{i}", "BatchNorm", {"data": (4, 3, 2)}, momentum=eps, fix_gamma="False", tol=3e-4)
    for i, axis in enumerate(("1", "-1", "+1", " 1", "1 ")):
        yield case(f"text_int{i}", "softmax", {"data": (4, 3)}, axis=axis)
    for i, axis in enumerate(("(1,)", "1", "[1]", "(1)", "(0, 1)", "()", "[]", "None", "(-1,)", "-1", "(0,-1)")):
        yield case(f"text_axis{i}", "sum", {"data": (4, 3)}, axis=axis)
    for i, t in enumerate(("None", "0.5", "2")):
        yield case(f"text_optional{i}", "softmax", {"data": (4, 3)}, temperature=t)
    for i, p in enumerate(("None", "2")):
        yield case(f"text_p_value{i}", "Pooling", {"data": (2, 3, 6, 7)}, kernel="(2,2)", p_value=p, pool_type="max")
    for i, c in enumerate(("None", "True", "0", "1", "False")):
        yield case(f"text_count{i}", "Pooling", {"data": (2, 3, 6, 7)}, kernel="(3,3)", pad="(1,1)", pool_type="avg", count_include_pad=c)
        if c in ("None", "0", "1"):
            yield case(f"text_cudnn{i}", "Dropout", {"data": (2, 3)}, p=0, cudnn_off=c)
    for i, tune in enumerate(("None", "off", "limited_workspace", "fastest")):
        yield case(f"text_tune{i}", "Convolution", {"data": (2, 3, 6, 7)}, kernel=(3, 3), num_filter=4, cudnn_tune=tune, workspace="512")
    for i, layout in enumerate(("None", "NCHW")):
        yield case(f"text_layout{i}", "Pooling", {"data": (2, 3, 6, 7)}, kernel=(3, 3), layout=layout)
        yield case(f"text_deconv_layout{i}", "Deconvolution", {"data": (2, 3, 6, 7)}, kernel=(3, 3), num_filter=2, layout=layout)
    for i, s in enumerate(("(6,-1)", "[6, -1]", "(-1,)", "(-1)", "-1", "(0, -1)", "(0L, -1L)")):
        yield case(f"text_shape{i}", "Reshape", {"data": (2, 3, 4)}, shape=s)
    for i, (b, e) in enumerate((("(0, 1)", "(2, 3)"), ("(None, 1)", "(None, None)"), ("(0,)", "(1,)"), ("[0, None]", "[2, -1]"), ("0", "1"))):
        yield case(f"text_slice{i}", "slice", {"data": (3, 4, 2)}, begin=b, end=e)
    yield case("text_slice_end", "slice_axis", {"data": (3, 4, 2)}, axis="1", begin="1", end="None")
    yield case("text_slice_step", "slice", {"data": (5, 6)}, begin="(None, 5)", end="(None, 0)", step="(2, -2)")
    for i, v in enumerate(("1.5", "-2", "1e1", "2")):
        yield case(f"text_scalar{i}", "_mul_scalar", {"data": (3, 4)}, scalar=v)
        yield case(f"text_scalar_int{i}", "_plus_scalar", {"data": fixed(whole(-5, 5, 3, 4, dtype="int32"))}, scalar=v, grad=False)
    yield case("text_norm", "SoftmaxOutput", {"data": (5, 4), "label": labels(4, 5)}, normalization="valid", ignore_label="2", use_ignore="1", grad_scale="2")
    yield case("text_clip", "clip", {"data": (3, 4)}, a_min="-.5", a_max="1e0")
    yield case("text_pad", "Pad", {"data": (2, 3, 4, 5)}, mode="constant", pad_width="[0,0,0,0,1,2,3,0]", constant_value="-1")
    yield case("text_split", "SliceChannel", {"data": (2, 3)}, num_outputs="3", axis="-1", squeeze_axis="true")
    yield case("text_transpose", "transpose", {"data": (2, 3, 4)}, axes="[2,0,1]")
    yield case("text_transpose_empty", "transpose", {"data": (2, 3, 4)}, axes="()")
    yield case("text_cast", "Cast", {"data": (2, 3)}, dtype="float64")
