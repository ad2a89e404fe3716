"""Pooling and Pooling_v1."""
from case import case, normal, whole

KINDS = {"max": {}, "avg": {}, "exc": dict(pool_type="avg", count_include_pad=False), "sum": {},
         "lp1": dict(pool_type="lp", p_value=1), "lp2": dict(pool_type="lp", p_value=2), "lp3": dict(pool_type="lp", p_value=3)}

WINDOWS = [  # data and the rest
    ((2, 3, 7, 8), dict(kernel=(2, 2))),
    ((2, 3, 7, 8), dict(kernel=(2, 2), stride=(2, 2))),
    ((2, 3, 7, 8), dict(kernel=(3, 3), stride=(2, 2))),
    ((2, 3, 7, 8), dict(kernel=(3, 3), stride=(2, 2), pad=(1, 1))),
    ((2, 3, 7, 8), dict(kernel=(3, 2), stride=(1, 2), pad=(2, 1))),
    ((2, 3, 7, 8), dict(kernel=(1, 1), stride=(3, 2))),
    ((2, 3, 9, 10), dict(kernel=(2, 2), stride=(3, 4))),
    ((2, 3, 9, 10), dict(kernel=(2, 3), stride=(4, 5), pad=(1, 2))),
    ((2, 3, 5, 6), dict(kernel=(5, 6))),
    ((2, 3, 5, 6), dict(kernel=(6, 7), pad=(1, 1))),
    ((2, 3, 5, 6), dict(kernel=(4, 4), stride=(3, 3), pad=(3, 3))),
    ((1, 1, 1, 1), dict(kernel=(1, 1))),
    ((1, 17, 8, 8), dict(kernel=(3, 3), stride=(2, 2), pad=(1, 1))),
    ((3, 1, 12, 5), dict(kernel=(5, 3), stride=(3, 2), pad=(0, 1))),
    ((2, 3, 11), dict(kernel=(3,))),
    ((2, 3, 11), dict(kernel=(3,), stride=(2,), pad=(1,))),
    ((2, 3, 11), dict(kernel=(2,), stride=(4,))),
    ((2, 3, 11), dict(kernel=(4,), stride=(3,), pad=(2,))),
    ((2, 3, 4, 5, 6), dict(kernel=(2, 2, 2))),
    ((2, 3, 4, 5, 6), dict(kernel=(3, 2, 3), stride=(2, 2, 2), pad=(1, 0, 1))),
    ((2, 3, 4, 5, 6), dict(kernel=(2, 3, 2), stride=(1, 3, 2), pad=(1, 1, 1))),
]

SHAPES = [(2, 3, 7, 8), (1, 1, 5, 5), (2, 4, 9), (2, 3, 4, 5, 6)]


def cases():
    for kind, rest in KINDS.items():
        p = dict(pool_type=kind) | rest
        for i, (data, window) in enumerate(WINDOWS):
            # a mean over three axes is NaN in MXNet where a window begins behind the border
            for convention in ("valid",) if (kind, i) == ("exc", 20) else ("valid", "full"):
                yield case(f"pool_{kind}_{convention}{i:02}", "Pooling", {"data": data}, pooling_convention=convention,
                           **p, **window)
        for i, s in enumerate(SHAPES):
            yield case(f"pool_{kind}_global{i}", "Pooling", {"data": s}, global_pool=True, **p)
            n = len(s) - 2
            yield case(f"pool_{kind}_global{i}_pad", "Pooling", {"data": s}, global_pool=True, kernel=(2,) * n, pad=(1,) * n,
                       stride=(2,) * n, **p)
            yield case(f"pool_{kind}_global{i}_full", "Pooling", {"data": s}, global_pool=True, kernel=(3,) * n,
                       pooling_convention="full", **p)
        for k, s, pad in (((3,), (2,), (0,)), ((3,), (2,), (1,)), ((2,), (3,), (0,)), ((2,), (1,), (1,))):
            yield case(f"pool_{kind}_same_{k[0]}{s[0]}{pad[0]}", "Pooling", {"data": (2, 3, 11)}, kernel=k, stride=s, pad=pad,
                       pooling_convention="same", **p)
        yield case(f"pool_{kind}_same2d", "Pooling", {"data": (2, 3, 7, 8)}, kernel=(3, 3), stride=(2, 2), pad=(1, 1),
                   pooling_convention="same", **p)
        for i in (3, 6, 15, 19):
            data, window = WINDOWS[i]
            yield case(f"pool_{kind}_ties{i:02}", "Pooling", {"data": whole(-1, 2, *data)}, **p, **window)
            yield case(f"pool_{kind}_f64_{i:02}", "Pooling", {"data": normal(*data, dtype="float64")}, **p, **window)
            yield case(f"pool_{kind}_f16_{i:02}", "Pooling", {"data": normal(*data, dtype="float16")}, tol=1e-2, **p, **window)
        yield case(f"pool_{kind}_negative", "Pooling", {"data": normal(2, 3, 5, 6, shift=-5)}, kernel=(3, 3), pad=(1, 1), **p)
        for i, (s, layout) in enumerate((((2, 9, 3), "NWC"), ((2, 7, 8, 3), "NHWC"), ((2, 4, 5, 6, 3), "NDHWC"))):
            n = len(s) - 2
            yield case(f"pool_{kind}_last{i}", "Pooling", {"data": s}, layout=layout, kernel=(3,) * n, stride=(2,) * n, pad=(1,) * n, **p)
            yield case(f"pool_{kind}_last{i}_full", "Pooling", {"data": s}, layout=layout, kernel=(2,) * n, stride=(2,) * n,
                       pooling_convention="full", **p)
            yield case(f"pool_{kind}_last{i}_global", "Pooling", {"data": s}, layout=layout, global_pool=True, **p)
    for t in ("int8", "uint8", "int32"):
        for kind in ("max", "avg", "sum"):
            yield case(f"pool_{kind}_{t}", "Pooling", {"data": whole(0, 9, 2, 3, 7, 8, dtype=t)}, kernel=(3, 3), stride=(2, 2),
                       pad=(1, 1), pool_type=kind, grad=False)
    yield case("pool_text", "Pooling", {"data": (2, 3, 7, 8)}, kernel="[2,2]", stride="(2,1)", pool_type="avg", global_pool="0",
               cudnn_off="1", layout="NCHW")
    for kind in ("max", "avg", "sum"):
        for i, (data, window) in enumerate(WINDOWS):
            if len(data) == 4:
                for convention in ("valid", "full"):
                    yield case(f"pool1_{kind}_{convention}{i:02}", "Pooling_v1", {"data": data}, pool_type=kind,
                               pooling_convention=convention, **window)
        for i in (3, 6):
            data, window = WINDOWS[i]
            yield case(f"pool1_{kind}_ties{i:02}", "Pooling_v1", {"data": whole(-1, 2, *data)}, pool_type=kind, **window)
        yield case(f"pool1_{kind}_global", "Pooling_v1", {"data": (2, 3, 7, 8)}, pool_type=kind, global_pool=True, kernel=(2, 2))
        yield case(f"pool1_{kind}_global_pad", "Pooling_v1", {"data": (2, 3, 7, 8)}, pool_type=kind, global_pool=True,
                   kernel=(2, 2), pad=(1, 1), stride=(2, 2))
