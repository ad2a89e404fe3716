"""Activation, LeakyReLU, Dropout where nothing is drawn, hard_sigmoid, smooth_l1 and the plain functions beside them."""
from case import case, fixed, normal, values, whole

SHAPES = [(4, 5, 6), (1,), (2, 3, 4, 5), (17,), (2, 3, 2, 2, 3)]
EDGES = [0.0, -0.0, 1e-30, -1e-30, 1, -1, 20, -20, 50, -50, 88, -88, 100, -100, 1e4, -1e4, 3.4e38, -3.4e38]


def cases():
    for act in ("relu", "sigmoid", "tanh", "softrelu", "softsign"):
        for i, s in enumerate(SHAPES):
            yield case(f"act_{act}{i}", "Activation", {"data": s}, act_type=act)
        yield case(f"act_{act}_wide", "Activation", {"data": normal(5, 40, scale=20)}, act_type=act)
        yield case(f"act_{act}_ties", "Activation", {"data": whole(-1, 2, 4, 9)}, act_type=act)
        yield case(f"act_{act}_edges", "Activation", {"data": values(EDGES)}, act_type=act)
        yield case(f"act_{act}_inf", "Activation", {"data": values([float("inf"), -float("inf"), 1, 0])}, act_type=act)
        if act != "relu":  # of NaN, oneDNN makes 0, MXNet's own code NaN, gradient included
            yield case(f"act_{act}_nan", "Activation", {"data": values([float("nan"), 2, -1])}, act_type=act)
        for t, tol in (("float64", 1e-4), ("float16", 1e-2)):
            yield case(f"act_{act}_{t}", "Activation", {"data": normal(4, 5, dtype=t)}, act_type=act, tol=tol)
    for name in ("relu", "sigmoid", "tanh", "softsign", "erf", "hard_sigmoid"):
        yield case(f"fn_{name}_edges", name, {"data": values(EDGES)})
        yield case(f"fn_{name}_f64", name, {"data": normal(4, 5, dtype="float64")})
        yield case(f"fn_{name}_f16", name, {"data": normal(4, 5, dtype="float16")}, tol=1e-2)
    for act in ("leaky", "elu", "selu", "gelu"):
        for i, s in enumerate(SHAPES):
            yield case(f"leaky_{act}{i}", "LeakyReLU", {"data": s}, act_type=act)
        for slope in (0, .1, .25, .7, 1, 2, -.5):
            yield case(f"leaky_{act}_slope{slope}", "LeakyReLU", {"data": (4, 5)}, act_type=act, slope=slope)
        yield case(f"leaky_{act}_ties", "LeakyReLU", {"data": whole(-1, 2, 4, 9)}, act_type=act)
        yield case(f"leaky_{act}_edges", "LeakyReLU", {"data": values(EDGES)}, act_type=act)
        yield case(f"leaky_{act}_nan", "LeakyReLU", {"data": values([float("nan"), 2, -1])}, act_type=act)
        yield case(f"leaky_{act}_wide", "LeakyReLU", {"data": normal(5, 40, scale=5)}, act_type=act)
        for t, tol in (("float64", 1e-4), ("float16", 1e-2)):
            yield case(f"leaky_{act}_{t}", "LeakyReLU", {"data": normal(4, 5, dtype=t)}, act_type=act, tol=tol)
    for i, s in enumerate([(4, 5), (2, 3, 4), (2, 3, 4, 5), (2, 3, 2, 2, 2), (1, 1, 2), (6,)]):
        yield case(f"leaky_prelu{i}", "LeakyReLU", {"data": s}, act_type="prelu")
        yield case(f"leaky_prelu{i}_one", "LeakyReLU", {"data": s, "g": (1,)}, act_type="prelu")
    yield case("leaky_prelu_f64", "LeakyReLU", {"data": normal(2, 3, 4, dtype="float64")}, act_type="prelu")
    yield case("leaky_prelu_f16", "LeakyReLU", {"data": normal(2, 3, 4, dtype="float16")}, act_type="prelu", tol=1e-2)
    yield case("leaky_prelu_ties", "LeakyReLU", {"data": whole(-1, 2, 2, 3, 4)}, act_type="prelu")
    yield case("leaky_prelu_null", "LeakyReLU", {"data": (2, 3, 4)}, act_type="prelu", no_grad=("op_gamma",))
    yield case("leaky_default", "LeakyReLU", {"data": (4, 5)})
    for i, (low, high) in enumerate([(.125, .334), (.1, .1), (.5, .9)]):
        yield case(f"leaky_rrelu{i}_infer", "LeakyReLU", {"data": (4, 5)}, act_type="rrelu", lower_bound=low, upper_bound=high,
                   train=False, grad=False)
    yield case("leaky_rrelu_fixed", "LeakyReLU", {"data": (4, 5)}, act_type="rrelu", lower_bound=.2, upper_bound=.2)
    for i, s in enumerate([(4, 5), (2, 3, 4, 5)]):
        for p in (0, .4, .9):
            yield case(f"dropout{i}_infer{p}", "Dropout", {"data": s}, p=p, train=False, grad=False)
        yield case(f"dropout{i}_zero", "Dropout", {"data": s}, p=0)
        yield case(f"dropout{i}_always_zero", "Dropout", {"data": s}, p=0, mode="always")
        yield case(f"dropout{i}_axes_zero", "Dropout", {"data": s}, p=0, axes=(1,))
        yield case(f"dropout{i}_axes_infer", "Dropout", {"data": s}, p=.5, axes=(0, 1), train=False, grad=False)
    for i, (a, b) in enumerate([(.2, .5), (.25, .4), (1, 0), (0, .3), (-.5, .5), (2, -1)]):
        yield case(f"hard_sigmoid{i}", "hard_sigmoid", {"data": normal(4, 9, scale=4)}, alpha=a, beta=b)
    yield case("hard_sigmoid_ties", "hard_sigmoid", {"data": values([-2, 2, 0, -4, 4, 1])}, alpha=.25, beta=.5)
    for scalar in (0.5, 1, 1.5, 2, 10, 0, -1):
        yield case(f"smooth_l1_{scalar}", "smooth_l1", {"data": (4, 9)}, scalar=scalar)
    yield case("smooth_l1_ties", "smooth_l1", {"data": values([-1, 1, 0, .25, -.25, .5, -.5])}, scalar=2)
    yield case("smooth_l1_default", "smooth_l1", {"data": (4, 9)})
    yield case("smooth_l1_f64", "smooth_l1", {"data": normal(4, 9, dtype="float64")}, scalar=1.5)
    yield case("blockgrad", "BlockGrad", {"data": (3, 4)})
    yield case("stop_gradient", "stop_gradient", {"data": (3, 4)})
    yield case("relu_int", "relu", {"data": fixed(whole(-5, 5, 3, 4, dtype="int32"))}, grad=False)
