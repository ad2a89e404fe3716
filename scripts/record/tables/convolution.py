"""Convolution, Deconvolution and FullyConnected."""
from case import case, normal


def convolutions():
    rows = [  # data, kernel, num_filter, and the rest
        ((2, 3, 7, 8), (3, 3), 4, {}),
        ((1, 1, 5, 5), (1, 1), 1, {}),
        ((1, 1, 3, 3), (3, 3), 1, {}),
        ((2, 4, 9, 7), (2, 2), 3, dict(stride=(2, 2))),
        ((2, 4, 9, 7), (4, 2), 5, dict(pad=(1, 1))),
        ((2, 3, 8, 9), (2, 3), 4, dict(stride=(3, 4))),
        ((2, 3, 11, 9), (1, 1), 4, dict(stride=(2, 3))),
        ((2, 3, 11, 9), (1, 1), 4, dict(pad=(1, 2))),
        ((2, 3, 11, 9), (1, 1), 4, dict(stride=(2, 2), pad=(1, 1))),
        ((2, 3, 10, 12), (3, 5), 4, dict(pad=(1, 2))),
        ((2, 3, 10, 12), (5, 3), 4, dict(pad=(0, 2), stride=(1, 2))),
        ((2, 3, 10, 12), (1, 7), 4, dict(pad=(0, 3))),
        ((2, 3, 10, 12), (7, 1), 4, dict(pad=(3, 0))),
        ((2, 3, 5, 5), (7, 7), 4, dict(pad=(3, 3))),
        ((2, 3, 5, 5), (3, 3), 4, dict(pad=(4, 5))),
        ((2, 3, 5, 5), (3, 3), 4, dict(pad=(4, 4), stride=(3, 3))),
        ((2, 3, 13, 12), (3, 3), 4, dict(dilate=(2, 2))),
        ((2, 3, 13, 12), (3, 3), 4, dict(dilate=(2, 3), pad=(2, 3))),
        ((2, 3, 13, 12), (3, 2), 4, dict(dilate=(3, 1), stride=(2, 1), pad=(1, 0))),
        ((2, 3, 13, 12), (2, 2), 4, dict(dilate=(4, 5), stride=(2, 3))),
        ((2, 6, 9, 8), (3, 3), 4, dict(num_group=2, pad=(1, 1))),
        ((2, 6, 9, 8), (3, 3), 9, dict(num_group=3, stride=(2, 1))),
        ((2, 6, 9, 8), (3, 3), 8, dict(num_group=2, dilate=(2, 2), pad=(2, 2))),
        ((2, 6, 9, 8), (2, 3), 4, dict(num_group=2, dilate=(2, 1), stride=(2, 3), pad=(1, 2))),
        ((2, 6, 9, 8), (3, 3), 6, dict(num_group=6, pad=(1, 1))),
        ((2, 6, 9, 8), (3, 3), 12, dict(num_group=6, pad=(1, 1))),
        ((2, 6, 9, 8), (5, 3), 6, dict(num_group=6, stride=(2, 2), pad=(2, 1))),
        ((2, 6, 9, 8), (3, 3), 6, dict(num_group=6, dilate=(2, 2), pad=(2, 2))),
        ((2, 6, 9, 8), (1, 1), 6, dict(num_group=6)),
        ((2, 32, 9, 8), (3, 3), 32, dict(num_group=32, pad=(1, 1))),
        ((2, 32, 9, 8), (3, 3), 32, dict(num_group=4, pad=(1, 1), stride=(2, 2))),
        ((2, 17, 7, 5), (3, 3), 19, dict(pad=(1, 1))),
        ((1, 16, 14, 14), (3, 3), 32, dict(pad=(1, 1), stride=(2, 2))),
        ((5, 3, 17, 19), (7, 7), 16, dict(pad=(3, 3), stride=(2, 2))),
        ((17, 2, 6, 6), (3, 3), 3, {}),
        ((16, 1, 12, 12), (5, 5), 20, {}),
        ((3, 20, 8, 8), (5, 5), 50, {}),
        # one axis
        ((2, 3, 11), (3,), 4, {}),
        ((1, 1, 1), (1,), 1, {}),
        ((2, 3, 11), (4,), 4, dict(stride=(3,), pad=(2,))),
        ((2, 3, 11), (2,), 4, dict(stride=(5,))),
        ((2, 3, 15), (3,), 4, dict(dilate=(3,), pad=(2,))),
        ((2, 4, 11), (3,), 6, dict(num_group=2)),
        ((2, 4, 11), (3,), 4, dict(num_group=4, pad=(1,), stride=(2,))),
        # three axes
        ((2, 3, 5, 6, 7), (3, 3, 3), 4, {}),
        ((2, 3, 5, 6, 7), (1, 2, 3), 4, dict(pad=(0, 1, 2), stride=(1, 2, 3))),
        ((2, 3, 5, 6, 7), (2, 3, 2), 4, dict(dilate=(2, 1, 3), pad=(1, 1, 1))),
        ((2, 4, 5, 6, 7), (3, 3, 3), 6, dict(num_group=2, pad=(1, 1, 1))),
        ((2, 4, 5, 6, 7), (3, 3, 3), 4, dict(num_group=4, pad=(1, 1, 1), stride=(2, 2, 2))),
        ((1, 1, 3, 3, 3), (1, 1, 1), 1, {}),
    ]
    for i, (data, kernel, filters, rest) in enumerate(rows):
        for no_bias in (False, True):
            yield case(f"conv{i:02}_{'nobias' if no_bias else 'bias'}", "Convolution", {"data": data}, kernel=kernel,
                       num_filter=filters, no_bias=no_bias, **rest)
    for i in (0, 3, 9, 17, 20, 24):
        data, kernel, filters, rest = rows[i]
        yield case(f"conv{i:02}_v1", "Convolution_v1", {"data": data}, kernel=kernel, num_filter=filters, **rest)
    for i in (0, 4, 18, 22, 25, 39, 44, 47):
        data, kernel, filters, rest = rows[i]
        yield case(f"conv{i:02}_f64", "Convolution", {"data": normal(*data, dtype="float64")}, kernel=kernel,
                   num_filter=filters, **rest)
    forms = dict(kernel="[3,3]", stride="(2,2,)", pad="(1L, 1L)", num_filter="4", no_bias="1")
    yield case("conv_text", "Convolution", {"data": (2, 3, 7, 8)}, **forms)
    yield case("conv_text_false", "Convolution", {"data": (2, 3, 7, 8)}, kernel="(3,3)", num_filter=4, no_bias="0",
               stride="()", dilate="[]", pad="(0,0)", workspace="256", cudnn_tune="off", cudnn_off="True", layout="NCHW")
    yield case("conv_layout1", "Convolution", {"data": (2, 3, 7)}, kernel=(3,), num_filter=4, layout="NCW")
    yield case("conv_layout3", "Convolution", {"data": (2, 3, 4, 5, 6)}, kernel=(3, 3, 3), num_filter=4, layout="NCDHW")
    yield case("conv_last1", "Convolution", {"data": (2, 7, 3)}, kernel=(3,), num_filter=4, layout="NWC")
    yield case("conv_last2", "Convolution", {"data": (2, 7, 8, 3)}, kernel=(3, 3), num_filter=4, layout="NHWC")
    yield case("conv_nograd_weight", "Convolution", {"data": (2, 3, 7, 8)}, kernel=(3, 3), num_filter=4, no_grad=("op_weight",))
    yield case("conv_nograd_data", "Convolution", {"data": (2, 3, 7, 8)}, kernel=(3, 3), num_filter=4, no_grad=("data",))
    yield case("conv_nograd_bias", "Convolution", {"data": (2, 3, 7, 8)}, kernel=(3, 3), num_filter=4,
               no_grad=("data", "op_bias"))


def deconvolutions():
    rows = [
        ((2, 3, 5, 6), (3, 3), 4, {}),
        ((1, 1, 4, 4), (1, 1), 1, {}),
        ((2, 3, 5, 6), (2, 2), 4, dict(stride=(2, 2))),
        ((2, 3, 5, 6), (4, 4), 4, dict(stride=(2, 2), pad=(1, 1))),
        ((2, 3, 5, 6), (3, 3), 4, dict(stride=(2, 2), pad=(1, 1), adj=(1, 1))),
        ((2, 3, 5, 6), (3, 4), 4, dict(stride=(3, 2), pad=(1, 2), adj=(2, 1))),
        ((2, 3, 5, 6), (2, 3), 4, dict(stride=(3, 5))),
        ((2, 3, 5, 6), (3, 3), 4, dict(dilate=(2, 2))),
        ((2, 3, 5, 6), (3, 2), 4, dict(dilate=(2, 3), stride=(2, 1), pad=(1, 2))),
        ((2, 4, 5, 6), (3, 3), 6, dict(num_group=2, stride=(2, 2))),
        ((2, 4, 5, 6), (3, 3), 4, dict(num_group=4, pad=(1, 1))),
        ((2, 4, 5, 6), (4, 4), 4, dict(num_group=4, stride=(2, 2), pad=(1, 1))),
        ((2, 4, 5, 6), (3, 3), 8, dict(num_group=4, dilate=(2, 1), pad=(2, 1))),
        ((2, 3, 5, 6), (3, 3), 4, dict(stride=(2, 2), target_shape=(10, 12))),
        ((2, 3, 5, 6), (3, 3), 4, dict(stride=(2, 2), target_shape=(11, 13))),
        ((2, 3, 5, 6), (4, 4), 4, dict(stride=(2, 2), target_shape=(9, 12))),
        ((2, 3, 5, 6), (5, 5), 4, dict(stride=(3, 3), target_shape=(14, 17))),
        ((2, 3, 5, 6), (3, 3), 4, dict(stride=(2, 2), pad=(1, 1), adj=(1, 0), target_shape=(0, 0))),
        ((2, 3, 5, 6), (3, 3), 4, dict(stride=(2, 2), pad=(0, 1), adj=(1, 0), target_shape=(10, 12))),
        ((2, 3, 1, 1), (4, 4), 4, {}),
        ((2, 3, 1, 1), (4, 4), 4, dict(pad=(1, 1))),
        ((3, 16, 4, 4), (4, 4), 8, dict(stride=(2, 2), pad=(1, 1))),
        ((2, 3, 7), (3,), 4, {}),
        ((2, 3, 7), (4,), 4, dict(stride=(2,), pad=(1,))),
        ((2, 3, 7), (3,), 4, dict(stride=(2,), adj=(1,), dilate=(2,))),
        ((2, 4, 7), (3,), 6, dict(num_group=2)),
        ((2, 3, 7), (3,), 4, dict(stride=(2,), target_shape=(14,))),
        ((2, 3, 3, 4, 5), (3, 3, 3), 4, {}),
        ((2, 3, 3, 4, 5), (2, 3, 4), 4, dict(stride=(1, 2, 3), pad=(0, 1, 2), adj=(0, 1, 2))),
        ((2, 4, 3, 4, 5), (2, 2, 2), 4, dict(num_group=2, stride=(2, 2, 2))),
        ((2, 3, 3, 4, 5), (3, 3, 3), 4, dict(stride=(2, 2, 2), target_shape=(6, 8, 10))),
    ]
    for i, (data, kernel, filters, rest) in enumerate(rows):
        for no_bias in (False, True):
            # MXNet's own code adds to the wrong places where an axis has both stride and dilate
            yield case(f"deconv{i:02}_{'nobias' if no_bias else 'bias'}", "Deconvolution", {"data": data}, kernel=kernel,
                       num_filter=filters, no_bias=no_bias, prefer="onednn", **rest)
    for i in (0, 4, 7, 9, 14):
        data, kernel, filters, rest = rows[i]
        yield case(f"deconv{i:02}_f64", "Deconvolution", {"data": normal(*data, dtype="float64")}, kernel=kernel,
                   num_filter=filters, **rest)
    yield case("deconv_default", "Deconvolution", {"data": (2, 3, 5, 6)}, kernel=(3, 3), num_filter=4)


def fully_connected():
    shapes = [(6, 5), (1, 1), (1, 7), (3, 4, 5), (2, 3, 4, 5), (2, 3, 2, 2, 2), (7,)]
    for i, data in enumerate(shapes):
        for flatten in (True, False):
            for no_bias in (True, False):
                yield case(f"fc{i}_{'flat' if flatten else 'last'}_{'nobias' if no_bias else 'bias'}", "FullyConnected",
                           {"data": data}, num_hidden=(1, 3, 17)[i % 3], flatten=flatten, no_bias=no_bias)
    for t, tol in (("float64", 1e-4), ("float16", 1e-2)):
        yield case(f"fc_{t}", "FullyConnected", {"data": normal(4, 5, dtype=t)}, num_hidden=3, tol=tol)
        yield case(f"fc_last_{t}", "FullyConnected", {"data": normal(4, 2, 5, dtype=t)}, num_hidden=3, flatten=False, tol=tol)
    yield case("fc_big", "FullyConnected", {"data": (33, 130)}, num_hidden=65)
    yield case("fc_explicit", "FullyConnected", {"data": (4, 5), "w": (3, 5), "b": (3,)}, num_hidden=3)
    yield case("fc_text", "FullyConnected", {"data": (4, 2, 5)}, num_hidden="3", no_bias="true", flatten="false")


def cases():
    yield from convolutions()
    yield from deconvolutions()
    yield from fully_connected()
