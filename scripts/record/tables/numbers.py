"""Elementwise operators, reductions, orders and indices on numbers of every type, special ones and ties included."""
from case import case, fixed, uniform, values, whole

TYPES = {"float32": 1e-4, "float64": 1e-4, "float16": 5e-3, "int8": 0, "uint8": 0, "int32": 0, "int64": 0}
SPECIAL = [float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 1, -1, .5, -.5, 1.5, 2.5, -1.5, -2.5, 3, -3, 10, -10, 100, -100]
UNARY = ("abs sign round rint fix ceil floor trunc square sqrt rsqrt cbrt rcbrt exp expm1 log log2 log10 log1p sin cos tan arcsin "
         "arccos arctan sinh cosh tanh arcsinh arccosh arctanh degrees radians gamma gammaln erf reciprocal negative relu sigmoid "
         "softsign logical_not zeros_like ones_like").split()
BINARY = ("add sub mul div power mod maximum minimum hypot equal not_equal greater greater_equal lesser lesser_equal logical_and "
          "logical_or logical_xor").split()
ELEMWISE = {b: "elemwise_" + b for b in ("add", "sub", "mul", "div")}
SCALAR = {"add": "_plus_scalar", "sub": "_minus_scalar", "rsub": "_rminus_scalar"}
REDUCTIONS = "sum mean prod nansum nanprod max min".split()
EDGES = [.5, -.5, 1.9, -1.9, 127, 128, 255, 256, 300, -129, 65536, -70000, 3e9, -3e9, 1e19, float("nan"), float("inf")]


def of_type(t, *shape):
    """Numbers between −3 and 3, whole ones of whole types without a gradient."""
    if t.startswith("float"):
        return uniform(-3, 3, *shape, dtype=t)
    return fixed(whole(0 if t == "uint8" else -3, 4, *shape, dtype=t))


def without_zero(t, *shape):
    return uniform(.5, 3, *shape, dtype=t) if t.startswith("float") else fixed(whole(1, 4, *shape, dtype=t))


def elementwise():
    for t, tol in TYPES.items():
        for u in UNARY:
            yield case(f"unary_{u}_{t}", u, {"x": of_type(t, 3, 7)}, tol=tol or 1e-4)
        for b in BINARY:
            rhs = without_zero if b in ("div", "mod", "power") else of_type
            lhs = without_zero if b == "power" else of_type
            yield case(f"binary_{b}_{t}", ELEMWISE.get(b, "_" + b), {"a": lhs(t, 3, 5), "b": rhs(t, 3, 5)}, tol=tol or 1e-4)
            yield case(f"broadcast_{b}_{t}", "broadcast_" + b, {"a": lhs(t, 3, 1, 5), "b": rhs(t, 2, 5)}, tol=tol or 1e-4)
        for b in BINARY + ["rsub", "rdiv", "rpower", "rmod"]:
            for s in (2.0, 1.7, -1.5, 300.0):
                x = without_zero if b in ("rdiv", "rmod", "power") else of_type
                yield case(f"scalar_{b}_{s:g}_{t}", SCALAR.get(b, f"_{b}_scalar"), {"x": x(t, 12)}, scalar=s, tol=tol or 1e-4)
        for lo, hi in ((-1, 1), (1, -1), (float("-inf"), 2.5)):
            yield case(f"clip_{lo:g}_{hi:g}_{t}", "clip", {"x": of_type(t, 4, 5)}, a_min=lo, a_max=hi, tol=tol or 1e-4)
    for u in UNARY:
        yield case(f"unary_{u}_special", u, {"x": values(SPECIAL)})
    for b in BINARY:
        yield case(f"broadcast_{b}_special", "broadcast_" + b, {"a": values([[v] for v in SPECIAL]), "b": values(SPECIAL)})


def casts():
    for t in TYPES:
        for to in TYPES:
            x = values(EDGES, t) if t.startswith("float") else fixed(whole(-100, 100, 20, dtype=t))
            yield case(f"cast_{t}_{to}", "Cast", {"x": fixed(x)}, dtype=to, grad=False)


def reductions():
    for o in REDUCTIONS:
        for i, axis in enumerate([(), 0, (1,), (-1, 0), (0, 1, 2)]):
            for keep, exclude in ((0, 0), (1, 0), (0, 1)):
                yield case(f"{o}_{i}{keep}{exclude}", o, {"x": uniform(-2, 2, 2, 3, 4)}, axis=axis, keepdims=keep, exclude=exclude)
        yield case(f"{o}_ties", o, {"x": whole(0, 3, 4, 5)}, axis=1)
        for t, tol in TYPES.items():
            yield case(f"{o}_{t}", o, {"x": of_type(t, 4, 5)}, axis=1, tol=tol or 1e-4)
    for o in ("max", "min"):
        yield case(f"{o}_special", o, {"x": values([[float("nan"), float("inf"), 1], [float("-inf"), 0, float("nan")], [-0.0, 0, -0.0]])}, axis=1)
    for o in (1, 2):
        yield case(f"norm{o}_zero", "norm", {"x": values([[0, 0, 0], [0, 1, -2]])}, ord=o, axis=1)
    for axis in (0, 1):
        yield case(f"cumsum_{axis}", "cumsum", {"x": uniform(-2, 2, 3, 4)}, axis=axis)
    yield case("cumsum_all_int32", "cumsum", {"x": of_type("int32", 3, 4)}, grad=False)


def indices():
    for mode in ("clip", "wrap", "raise"):
        for t in ("float32", "int32", "int64"):
            index = fixed(whole(0, 4, 2, 3, dtype=t) if mode == "raise" else whole(-6, 9, 2, 3, dtype=t))
            yield case(f"take_{mode}_{t}", "take", {"a": (4, 3), "indices": index}, mode=mode)
    yield case("khatri_rao", "khatri_rao", {"a": (2, 3), "b": (4, 3), "c": (1, 3)}, grad=False)
    yield case("ravel", "ravel_multi_index", {"x": values([[0, 1, 2], [1, 0, 3]])}, shape=(3, 4), grad=False)
    yield case("unravel", "unravel_index", {"x": values([0, 5, 11])}, shape=(3, 4), grad=False)
    yield case("histogram", "_histogram", {"x": values([-1, 1, .5, -.5, 0, .999, -1.01, 1.01])}, bin_cnt=4, range=(-1, 1), grad=False)
    yield case("histogram_bins", "_histogram", {"x": (20,), "bins": values([-2, -1, 0, 1, 2])}, grad=False)
    for i, p in enumerate(({}, dict(axis=1), dict(start=2, step=.5), dict(axis=-1, repeat=2))):
        yield case(f"arange_like{i}", "_contrib_arange_like", {"x": (4, 6)}, grad=False, **p)
    yield case("all_finite", "all_finite", {"x": values([1, float("inf")])}, grad=False)


def cases():
    yield from elementwise()
    yield from casts()
    yield from reductions()
    yield from indices()
