"""Inputs at the edge of what numbers can say: zeros, constants, huge and tiny numbers, infinities and NaN."""
import numpy as np

from case import Input, case, fixed, labels, values

IMAGE = (2, 3, 4, 5)


def spread(which, *shape):
    """Normal numbers with something at every third place, or the same number everywhere."""
    def make(r):
        x = r.standard_normal(shape)
        if which == "zero":
            x[:] = 0
        elif which == "constant":
            x[:] = 2.5
        elif which == "huge":
            x *= 1e15
        elif which == "tiny":
            x *= 1e-20
        elif which == "negative":
            x = -np.abs(x) - 10
        else:
            x.reshape(-1)[::7] = {"inf": np.inf, "-inf": -np.inf, "nan": np.nan}[which]
        return x.astype("float32")
    return Input(make)


OPERATORS = [  # operator, shape of its data, parameters
    ("BatchNorm", IMAGE, dict(fix_gamma=False)),
    ("BatchNorm", IMAGE, dict(fix_gamma=False, use_global_stats=True)),
    ("LayerNorm", (4, 6), {}),
    ("GroupNorm", (2, 4, 3, 2), dict(num_groups=2)),
    ("InstanceNorm", IMAGE, {}),
    ("L2Normalization", IMAGE, dict(mode="channel")),
    ("LRN", IMAGE, dict(nsize=3)),
    ("Pooling", IMAGE, dict(kernel=(2, 2), pool_type="avg", pad=(1, 1))),
    ("Pooling", IMAGE, dict(kernel=(2, 2), pool_type="sum")),
    ("Pooling", IMAGE, dict(global_pool=True, pool_type="avg")),
    ("softmax", (4, 6), {}),
    ("log_softmax", (4, 6), {}),
    ("softmin", (4, 6), dict(temperature=2)),
    ("SoftmaxActivation", (4, 6), {}),
    ("LeakyReLU", (4, 6), dict(act_type="selu")),
    ("LeakyReLU", (4, 6), dict(act_type="gelu")),
    ("smooth_l1", (4, 6), dict(scalar=1)),
    ("hard_sigmoid", (4, 6), {}),
    ("moments", (4, 6), dict(axes=(0,))),
    ("MakeLoss", (4, 6), dict(normalization="valid")),
    ("FullyConnected", (4, 6), dict(num_hidden=3)),
    ("SwapAxis", (4, 6), dict(dim1=0, dim2=1)),
    ("Pad", IMAGE, dict(mode="reflect", pad_width=(0, 0, 0, 0, 1, 1, 1, 1))),
    ("UpSampling", IMAGE, dict(scale=2, sample_type="nearest", num_args=1)),
    ("SequenceMask", (4, 6), {}),
]

# What becomes of infinities elsewhere depends on the order of sums.
DEFINED = ("softmax", "log_softmax", "softmin", "LeakyReLU", "smooth_l1", "hard_sigmoid", "MakeLoss", "SwapAxis", "Pad", "UpSampling", "SequenceMask")


def cases():
    for i, (op, s, p) in enumerate(OPERATORS):
        for which in ("zero", "constant", "huge", "tiny", "negative") + (("inf", "-inf", "nan") if op in DEFINED else ()):
            yield case(f"edge_{op}{i}_{which}", op, {"data": spread(which, *s)}, tol=5e-4, prefer="neither", **p)
    for which in ("zero", "constant", "huge", "tiny", "negative", "inf", "-inf"):
        yield case(f"edge_max_{which}", "Pooling", {"data": spread(which, *IMAGE)}, kernel=(2, 2), pad=(1, 1), prefer="neither")
        yield case(f"edge_max_full_{which}", "Pooling", {"data": spread(which, *IMAGE)}, kernel=(3, 3), stride=(2, 2), pooling_convention="full", prefer="neither")
    for which in ("zero", "constant", "huge", "tiny", "negative", "inf", "-inf", "nan"):
        x = spread(which, 4, 6)
        yield case(f"edge_so_{which}", "SoftmaxOutput", {"data": x, "label": labels(6, 4)}, prefer="neither")
        yield case(f"edge_svm_{which}", "SVMOutput", {"data": x, "label": labels(6, 4)}, prefer="neither")
        yield case(f"edge_ce_{which}", "softmax_cross_entropy", {"data": x, "label": labels(6, 4)}, prefer="neither")
        for op in ("LinearRegressionOutput", "LogisticRegressionOutput", "MAERegressionOutput"):
            yield case(f"edge_{op}_{which}", op, {"data": x, "label": fixed((4, 6))}, prefer="neither")
        yield case(f"edge_gemm2_{which}", "_linalg_gemm2", {"a": x, "b": (6, 3)}, prefer="neither")
    nan, inf = float("nan"), float("inf")
    for normalization in ("null", "batch", "valid"):
        yield case(f"edge_label_{normalization}", "SoftmaxOutput", {"data": (5, 4), "label": fixed(values([1e6, -1e6, 3.999, -.999, 4]))},
                   normalization=normalization, prefer="neither")
    yield case("edge_mask", "SequenceMask", {"data": values([[nan, 1], [inf, 2], [3, nan]]), "n": fixed(values([1, 2]))}, use_sequence_length=True)
