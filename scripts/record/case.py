"""What a case is: a graph, its inputs, and how it is recorded.

A table yields cases made by `case` (one operator) or `net` (a graph of several). An input is a shape, which stands for
standard normal numbers, or what one of the functions below makes. Variables that a table does not name, such as weights,
get their shapes from MXNet's inference and random numbers after their names.
"""
import zlib
from dataclasses import dataclass, field

import numpy as np

SEED = 11


@dataclass
class Input:
    """make draws the numbers; grad tells whether the gradient is recorded."""
    make: object
    grad: bool = True


def normal(*shape, scale=1.0, shift=0.0, dtype="float32"):
    return Input(lambda r: (r.standard_normal(shape) * scale + shift).astype(dtype))


def uniform(low, high, *shape, dtype="float32"):
    return Input(lambda r: r.uniform(low, high, shape).astype(dtype))


def whole(low, high, *shape, dtype="float32"):
    """Whole numbers from low to high - 1: there will be ties, and the gradient is recorded."""
    return Input(lambda r: r.integers(low, high, shape).astype(dtype))


def labels(classes, *shape, dtype="float32"):
    """Class numbers; labels have no gradient."""
    return fixed(whole(0, classes, *shape, dtype=dtype))


def values(v, dtype="float32"):
    return Input(lambda r: np.array(v, dtype))


def simplex(*shape, dtype="float32"):
    """Probabilities that sum to one along the last axis."""
    return Input(lambda r: r.dirichlet(np.ones(shape[-1]), shape[:-1]).astype(dtype))


def fixed(x):
    """The input without a recorded gradient."""
    return Input(as_input(x).make, grad=False)


def as_input(x):
    return x if isinstance(x, Input) else normal(*x)


@dataclass
class Case:
    """build(mx, variables) gives the symbol, where variables maps the names of inputs to symbols."""
    name: str
    build: object
    inputs: dict
    tol: float = 1e-4
    grad: bool = True
    train: bool = True
    no_grad: tuple = ()
    fill: dict = field(default_factory=dict)  # Inputs for variables that the operator adds, by their last word
    prefer: str = "native"  # which implementation counts where they disagree: native, onednn or neither

    def random(self, what):
        """A generator that depends on the case and on what is drawn, not on the place in the table."""
        return np.random.default_rng([SEED, zlib.crc32(self.name.encode()), zlib.crc32(what.encode())])


def operator(mx, name):
    """The function that makes a symbol of any registered operator, hidden ones and those in families included."""
    for module, prefix in ((mx.sym, ""), (mx.sym.op, ""), (mx.sym._internal, ""), (mx.sym.linalg, "_linalg_"),
                           (mx.sym.contrib, "_contrib_")):
        if name.startswith(prefix) and hasattr(module, name[len(prefix):]):
            return getattr(module, name[len(prefix):])
    raise LookupError(f"MXNet has no operator {name}")


OPTIONS = ("tol", "grad", "train", "no_grad", "fill", "prefer")


def case(name, op, inputs, node="op", **params):
    """One operator. inputs go to it in their order; parameters of the operator and fields of Case share params."""
    options = {k: params.pop(k) for k in OPTIONS if k in params}
    inputs = {k: as_input(v) for k, v in inputs.items()}
    return Case(name, lambda mx, v: operator(mx, op)(*v.values(), name=node, **params), inputs, **options)


def net(name, build, inputs, **options):
    """A graph of several operators: build(sym, variables) gives its symbol."""
    inputs = {k: as_input(v) for k, v in inputs.items()}
    return Case(name, lambda mx, v: build(mx.sym, v), inputs, **options)
