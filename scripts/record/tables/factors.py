"""Matrices and their factors: triangles, Cholesky, LQ, eigenvectors, inverses and determinants, of single ones and of batches."""
import numpy as np

from case import Input, case, normal, uniform


def positive(*shape, dtype):
    """Symmetric positive definite matrices."""
    def make(r):
        a = r.uniform(-1, 1, shape)
        return (a @ np.swapaxes(a, -1, -2) + np.eye(shape[-1]) * .8).astype(dtype)
    return Input(make)


def regular(*shape, dtype):
    return Input(lambda r: (r.uniform(-1, 1, shape) + 2 * np.eye(shape[-1])).astype(dtype))


def cases():
    for t in ("float32", "float64"):
        for i, b in enumerate(((), (2,), (2, 2))):
            square = b + (3, 3)
            for transpose in (0, 1):
                for right in (0, 1):
                    for lower in (0, 1):
                        inputs = {"A": regular(*square, dtype=t), "B": normal(*b, *((2, 3) if right else (3, 2)), dtype=t)}
                        for o in ("trmm", "trsm"):
                            yield case(f"linalg_{o}{i}{transpose}{right}{lower}_{t}", "_linalg_" + o, inputs, transpose=transpose,
                                       rightside=right, lower=lower, alpha=1.3, tol=1e-3)
            yield case(f"linalg_potrf{i}_{t}", "_linalg_potrf", {"A": positive(*square, dtype=t)}, tol=1e-3)
            yield case(f"linalg_potri{i}_{t}", "_linalg_potri", {"A": uniform(.5, 2, *square, dtype=t)}, tol=2e-3)
            yield case(f"linalg_syevd{i}_{t}", "_linalg_syevd", {"A": positive(*square, dtype=t)}, tol=2e-3)
            yield case(f"linalg_gelqf{i}_{t}", "_linalg_gelqf", {"A": normal(*b, 3, 4, dtype=t)}, tol=2e-3)
            for o in ("inverse", "det", "slogdet"):
                yield case(f"linalg_{o}{i}_{t}", "_linalg_" + o, {"A": regular(*square, dtype=t)}, tol=2e-3)
            for offset in (0, 1, -1):
                for lower in (0, 1):
                    p = dict(offset=offset, lower=lower)
                    yield case(f"linalg_extracttrian{i}_{offset}{lower}_{t}", "_linalg_extracttrian", {"A": normal(*square, dtype=t)}, **p)
                    yield case(f"linalg_maketrian{i}_{offset}{lower}_{t}", "_linalg_maketrian", {"A": normal(*b, 6, dtype=t)}, **p)
