"""softmax, log_softmax, softmin, SoftmaxActivation and softmax_cross_entropy."""
from case import case, fixed, labels, normal, values, whole


def cases():
    for op in ("softmax", "log_softmax", "softmin"):
        for i, s in enumerate([(4, 5, 6), (3, 7), (7,), (1, 1), (2, 3, 4, 5), (2, 1, 3), (2, 3, 2, 2, 3), (3, 33)]):
            for axis in range(-len(s), len(s)):
                yield case(f"{op}{i}_ax{axis}", op, {"data": s}, axis=axis)
        yield case(f"{op}_default", op, {"data": (4, 6)})
        for temperature in (.5, 1, 2, 10, .1):
            yield case(f"{op}_t{temperature}", op, {"data": (4, 6)}, temperature=temperature)
            yield case(f"{op}_t{temperature}_ax0", op, {"data": (4, 6)}, temperature=temperature, axis=0)
        yield case(f"{op}_t_none", op, {"data": (4, 6)}, temperature="None")
        yield case(f"{op}_large", op, {"data": normal(4, 6, scale=100)})
        yield case(f"{op}_huge", op, {"data": values([[1e30, 1e30, -1e30], [88, 89, 90]])})
        yield case(f"{op}_inf", op, {"data": values([[-float("inf"), 1, 2], [0, -float("inf"), -float("inf")]])}, grad=False)
        yield case(f"{op}_nan", op, {"data": values([[float("nan"), 1, 2], [0, 1, 2]])}, grad=False)
        yield case(f"{op}_ties", op, {"data": whole(0, 2, 4, 5)})
        for t, tol in (("float64", 1e-4), ("float16", 1e-2)):
            yield case(f"{op}_{t}", op, {"data": normal(4, 6, dtype=t)}, tol=tol)
            yield case(f"{op}_{t}_ax0", op, {"data": normal(4, 6, dtype=t)}, axis=0, tol=tol)
            yield case(f"{op}_to_{t}", op, {"data": (4, 6)}, dtype=t, tol=tol)
            yield case(f"{op}_{t}_to_float32", op, {"data": normal(4, 6, dtype=t)}, dtype="float32", tol=tol)
        for t in ("int32", "int8", "uint8", "int64"):
            yield case(f"{op}_{t}", op, {"data": whole(0, 5, 4, 6, dtype=t)}, grad=False)
            yield case(f"{op}_{t}_to_float32", op, {"data": whole(0, 5, 4, 6, dtype=t)}, dtype="float32", grad=False)
        yield case(f"{op}_text", op, {"data": (4, 6)}, axis="1", use_length="False")
    for i, (s, axis, ls) in enumerate([((4, 6), -1, (4,)), ((2, 3, 5), 1, (2, 5)), ((2, 3, 5), 2, (2, 3)), ((2, 3, 5), 0, (3, 5)),
                                       ((4, 6), 0, (6,)), ((2, 3, 4, 5), 2, (2, 3, 5))]):
        for t in ("int32", "int64"):
            n = fixed(whole(1, s[axis] + 1, *ls, dtype=t))
            yield case(f"softmax_length{i}_{t}", "softmax", {"data": s, "n": n}, axis=axis, use_length=True)
            yield case(f"softmax_length{i}_{t}_temp", "softmax", {"data": s, "n": n}, axis=axis, use_length=True, temperature=2)
    yield case("softmax_length_zero", "softmax", {"data": (3, 4), "n": fixed(values([0, 2, 4], "int32"))}, use_length=True)
    yield case("softmax_length_grad", "softmax", {"data": (3, 4), "n": values([1, 2, 4], "int32")}, use_length=True)
    for mode in ("instance", "channel"):
        for i, s in enumerate([(3, 7), (2, 3, 4), (2, 3, 4, 5), (1, 1), (2, 3, 2, 2, 2)]):
            yield case(f"softmax_act_{mode}{i}", "SoftmaxActivation", {"data": s}, mode=mode)
        yield case(f"softmax_act_{mode}_f64", "SoftmaxActivation", {"data": normal(2, 3, 4, dtype="float64")}, mode=mode)
    for i, (n, k) in enumerate([(8, 6), (1, 1), (1, 4), (17, 3)]):
        yield case(f"softmax_ce{i}", "softmax_cross_entropy", {"data": (n, k), "label": labels(k, n)})
    yield case("softmax_ce_f64", "softmax_cross_entropy", {"data": normal(5, 4, dtype="float64"), "label": labels(4, 5, dtype="float64")})
    yield case("softmax_ce_large", "softmax_cross_entropy", {"data": normal(5, 4, scale=30), "label": labels(4, 5)})
