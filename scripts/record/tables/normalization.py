"""Layers that divide by a statistic: BatchNorm, LayerNorm, GroupNorm, InstanceNorm, L2Normalization, LRN, moments."""
import itertools

from case import case, normal, values


def batch_norm():
    shapes = [(4, 3, 5, 6), (16, 11), (1, 3, 4, 4), (3, 1, 4, 4), (2, 3, 7), (2, 3, 3, 4, 5), (2, 1), (5, 17, 1, 1)]
    for i, s in enumerate(shapes):
        for fix, use in itertools.product((True, False), repeat=2):
            yield case(f"bn{i}_{'fix' if fix else 'free'}_{'global' if use else 'batch'}", "BatchNorm", {"data": s}, fix_gamma=fix,
                       use_global_stats=use, tol=3e-4)
    s = (4, 3, 5, 6)
    for i, rest in enumerate((dict(momentum=0), dict(momentum=1), dict(momentum=.5), dict(eps=1e-5), dict(eps=.1), dict(eps=1),
                              dict(eps=2e-5, momentum=.99), dict(axis=-1), dict(axis=0), dict(axis=2), dict(axis=3),
                              dict(axis=-2), dict(axis=-3), dict(cudnn_off=True), dict(axis=1, momentum="0.9", eps="1e-3"))):
        for fix in (True, False):
            yield case(f"bn_opt{i}_{'fix' if fix else 'free'}", "BatchNorm", {"data": s}, fix_gamma=fix, tol=3e-4, **rest)
            if "axis" in rest or "eps" in rest:
                yield case(f"bn_opt{i}_{'fix' if fix else 'free'}_global", "BatchNorm", {"data": s}, fix_gamma=fix,
                           use_global_stats=True, tol=3e-4, **rest)
    yield case("bn_2d_axis", "BatchNorm", {"data": (5, 7)}, axis=-1, fix_gamma=False, tol=3e-4)
    yield case("bn_2d_axis0", "BatchNorm", {"data": (5, 7)}, axis=0, fix_gamma=False, tol=3e-4)
    yield case("bn_5d_last", "BatchNorm", {"data": (2, 3, 3, 4, 5)}, axis=4, fix_gamma=False, tol=3e-4)
    yield case("bn_1d", "BatchNorm", {"data": (7,)}, fix_gamma=False, tol=3e-4)
    for use, fix in itertools.product((True, False), repeat=2):
        yield case(f"bn_meanvar_{'global' if use else 'batch'}_{'fix' if fix else 'free'}", "BatchNorm", {"data": s},
                   output_mean_var=True, use_global_stats=use, fix_gamma=fix, tol=3e-4)
    for t, tol in (("float64", 3e-4), ("float16", 1e-2)):
        for fix in (True, False):
            yield case(f"bn_{t}_{'fix' if fix else 'free'}", "BatchNorm", {"data": normal(*s, dtype=t)}, fix_gamma=fix, tol=tol)
            yield case(f"bn_{t}_{'fix' if fix else 'free'}_global", "BatchNorm", {"data": normal(*s, dtype=t)}, fix_gamma=fix,
                       use_global_stats=True, tol=tol)
    yield case("bn_shifted", "BatchNorm", {"data": normal(*s, shift=30, scale=.5)}, fix_gamma=False, tol=2e-3)
    yield case("bn_constant", "BatchNorm", {"data": values([[[[2, 2], [2, 2]]] * 3] * 2)}, fix_gamma=False, tol=3e-4)
    yield case("bn_given", "BatchNorm", {"data": s, "g": (3,), "b": (3,)}, fix_gamma=False, tol=3e-4)
    for ng in (("data",), ("op_gamma",), ("op_beta",), ("data", "op_gamma")):
        yield case("bn_null_" + "_".join(ng), "BatchNorm", {"data": s}, fix_gamma=False, no_grad=ng, tol=3e-4)
        yield case("bn_null_fix_" + "_".join(ng), "BatchNorm", {"data": s}, no_grad=ng, tol=3e-4)
    for fix, use in itertools.product((True, False), repeat=2):
        for i, rest in enumerate(({}, dict(momentum=0, eps=1e-5), dict(momentum=1))):
            yield case(f"bn1_{'fix' if fix else 'free'}_{'global' if use else 'batch'}{i}", "BatchNorm_v1", {"data": s},
                       fix_gamma=fix, use_global_stats=use, tol=3e-4, **rest)
    yield case("bn1_2d", "BatchNorm_v1", {"data": (6, 5)}, fix_gamma=False, tol=3e-4)
    yield case("bn1_meanvar", "BatchNorm_v1", {"data": s}, fix_gamma=False, output_mean_var=True, tol=3e-4)
    yield case("bn_infer", "BatchNorm", {"data": s}, train=False, grad=False, tol=3e-4)
    yield case("bn_infer_free", "BatchNorm", {"data": s}, train=False, grad=False, fix_gamma=False, tol=3e-4)


def others():
    for i, s in enumerate([(6, 19), (2, 3, 4), (2, 3, 4, 5), (7,), (3, 1), (1, 5), (2, 3, 2, 2, 3)]):
        for axis in range(-len(s), len(s)):
            yield case(f"ln{i}_ax{axis}", "LayerNorm", {"data": s}, axis=axis, tol=3e-4)
        yield case(f"ln{i}_meanvar", "LayerNorm", {"data": s}, output_mean_var=True, tol=3e-4)
    for eps in (0, 1e-3, 1):
        yield case(f"ln_eps{eps}", "LayerNorm", {"data": (4, 6)}, eps=eps, tol=3e-4)
    for t, tol in (("float64", 3e-4), ("float16", 1e-2)):
        yield case(f"ln_{t}", "LayerNorm", {"data": normal(4, 6, dtype=t)}, tol=tol)
        yield case(f"ln_{t}_ax1", "LayerNorm", {"data": normal(4, 6, 5, dtype=t)}, axis=1, tol=tol)
        yield case(f"gn_{t}", "GroupNorm", {"data": normal(2, 4, 3, 5, dtype=t)}, num_groups=2, tol=tol)
        yield case(f"in_{t}", "InstanceNorm", {"data": normal(2, 4, 3, 5, dtype=t)}, tol=tol)
        yield case(f"lrn_{t}", "LRN", {"data": normal(2, 4, 3, 5, dtype=t)}, nsize=3, tol=tol)
        for mode in ("instance", "channel", "spatial"):
            yield case(f"l2_{mode}_{t}", "L2Normalization", {"data": normal(2, 4, 3, 5, dtype=t)}, mode=mode, tol=tol)
    for i, s in enumerate([(2, 6, 3, 5), (1, 6, 7), (3, 6, 2, 2, 3), (2, 6, 1, 1), (2, 6)]):
        for g in (1, 2, 3, 6):
            yield case(f"gn{i}_{g}", "GroupNorm", {"data": s}, num_groups=g, tol=3e-4)
    yield case("gn_eps", "GroupNorm", {"data": (2, 6, 3, 5)}, num_groups=2, eps=.1, tol=3e-4)
    yield case("gn_meanvar", "GroupNorm", {"data": (2, 6, 3, 5)}, num_groups=2, output_mean_var=True, tol=3e-4)
    for i, s in enumerate([(3, 4, 6, 5), (1, 1, 3, 3), (2, 4, 7), (2, 3, 2, 3, 4), (2, 3, 1, 1)]):
        for eps in (1e-3, 1e-5, .5):
            yield case(f"in{i}_{eps}", "InstanceNorm", {"data": s}, eps=eps, tol=3e-4)
    for mode in ("instance", "channel", "spatial"):
        for i, s in enumerate([(3, 4, 5, 2), (2, 3, 4), (4, 5), (2, 3, 2, 3, 2), (1, 1, 1)]):
            for eps in (1e-10, .1):
                yield case(f"l2_{mode}{i}_{eps}", "L2Normalization", {"data": s}, mode=mode, eps=eps)
        yield case(f"l2_{mode}_zeros", "L2Normalization", {"data": values([[[0, 0], [0, 0]], [[0, 3], [4, 0]]])}, mode=mode)
    for i, (s, n) in enumerate([((2, 9, 5, 6), 3), ((2, 9, 5, 6), 5), ((2, 9, 5, 6), 1), ((1, 3, 4, 4), 7), ((2, 1, 3, 3), 3),
                                ((3, 17, 4, 3), 9)]):
        for j, rest in enumerate(({}, dict(alpha=1, beta=.5, knorm=1), dict(alpha=1e-3, beta=.75, knorm=2),
                                  dict(alpha=.1, beta=1, knorm=.5), dict(alpha=.05, beta=2))):
            yield case(f"lrn{i}_{j}", "LRN", {"data": s}, nsize=n, tol=3e-4, **rest)
    for i, axes in enumerate([None, (0,), (1,), (0, 1), (0, 2), (1, 2), (0, 1, 2), (-1,), (-2, -1), (2, 0), ()]):
        for keep in (False, True):
            yield case(f"moments{i}_{keep}", "moments", {"data": (3, 4, 5)}, axes=axes, keepdims=keep, tol=5e-4)
    yield case("moments_default", "moments", {"data": (3, 4)}, tol=5e-4)
    yield case("moments_f64", "moments", {"data": normal(3, 4, 2, 2, dtype="float64")}, axes=(0, 2, 3), tol=5e-4)


def cases():
    yield from batch_norm()
    yield from others()
