"""dot, batch_dot and the linear algebra that images meet."""
import itertools

from case import case, normal


def cases():
    for ta, tb in itertools.product((False, True), repeat=2):
        at = f"{'t' if ta else 'n'}{'t' if tb else 'n'}"
        for i, batch in enumerate([(), (2,), (2, 3)]):
            a = batch + ((3, 4) if ta else (4, 3))
            b = batch + ((5, 3) if tb else (3, 5))
            for alpha in (1, .5, -2):
                yield case(f"gemm2_{at}{i}_{alpha}", "_linalg_gemm2", {"a": a, "b": b}, transpose_a=ta, transpose_b=tb, alpha=alpha)
            yield case(f"gemm2_{at}{i}_f64", "_linalg_gemm2", {"a": normal(*a, dtype="float64"), "b": normal(*b, dtype="float64")}, transpose_a=ta,
                       transpose_b=tb)
            for alpha, beta in ((1, 1), (.5, 2), (2, 0)):
                yield case(f"gemm_{at}{i}_{alpha}_{beta}", "_linalg_gemm", {"a": a, "b": b, "c": batch + (4, 5)}, transpose_a=ta, transpose_b=tb,
                           alpha=alpha, beta=beta)
        a, b = ((3, 2, 4, 5) if ta else (4, 2, 3, 5)), ((5, 2, 3, 5) if tb else (3, 2, 5, 5))
        yield case(f"gemm2_axis_{at}", "_linalg_gemm2", {"a": a, "b": b}, transpose_a=ta, transpose_b=tb, axis=0)
        yield case(f"gemm_axis_{at}", "_linalg_gemm", {"a": a, "b": b, "c": (4, 2, 5, 5)}, transpose_a=ta, transpose_b=tb, axis=0)
        yield case(f"gemm2_axis1_{at}", "_linalg_gemm2", {"a": (2, 3, 2, 4) if ta else (2, 4, 2, 3), "b": (2, 5, 2, 3) if tb else (2, 3, 2, 5)},
                   transpose_a=ta, transpose_b=tb, axis=1)
        yield case(f"dot_{at}", "dot", {"a": (3, 4) if ta else (4, 3), "b": (5, 3) if tb else (3, 5)}, transpose_a=ta, transpose_b=tb)
        yield case(f"dot_{at}_f64", "dot", {"a": normal(*((3, 4) if ta else (4, 3)), dtype="float64"),
                                            "b": normal(*((5, 3) if tb else (3, 5)), dtype="float64")}, transpose_a=ta, transpose_b=tb)
        yield case(f"batch_dot_{at}", "batch_dot", {"a": (2, 3, 4) if ta else (2, 4, 3), "b": (2, 5, 3) if tb else (2, 3, 5)}, transpose_a=ta,
                   transpose_b=tb)
        yield case(f"dot_3d_{at}", "dot", {"a": (3, 2, 4) if ta else (2, 4, 3), "b": (5, 3) if tb else (3, 5)}, transpose_a=ta, transpose_b=tb)
    yield case("dot_1d", "dot", {"a": (7,), "b": (7,)})
    yield case("dot_21", "dot", {"a": (4, 7), "b": (7,)})
    yield case("dot_12", "dot", {"a": (7,), "b": (7, 4)})
    yield case("dot_33", "dot", {"a": (2, 3, 4), "b": (4, 2, 3)})
    yield case("dot_31", "dot", {"a": (2, 3, 4), "b": (4,)})
    for t in (False, True):
        for i, s in enumerate([(3, 4), (2, 3, 4)]):
            yield case(f"syrk{i}_{t}", "_linalg_syrk", {"a": s}, transpose=t, alpha=.5)
    for k in (-1, 0, 1, 2):
        yield case(f"extractdiag{k}", "_linalg_extractdiag", {"a": (2, 4, 4)}, offset=k)
        yield case(f"makediag{k}", "_linalg_makediag", {"a": (2, 3)}, offset=k)
        yield case(f"diag{k}", "diag", {"a": (4, 5)}, k=k)
        yield case(f"diag1d{k}", "diag", {"a": (4,)}, k=k)
        yield case(f"diag3d{k}", "diag", {"a": (3, 4, 5)}, k=k)
        yield case(f"diag3d_axes{k}", "diag", {"a": (3, 4, 5)}, k=k, axis1=-1, axis2=0)
    yield case("sumlogdiag", "_linalg_sumlogdiag", {"a": normal(2, 3, 3, shift=5)})
