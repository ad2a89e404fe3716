"""SequenceLast, SequenceMask and SequenceReverse."""
from case import case, fixed, normal, values, whole


def cases():
    for op, extra in (("SequenceLast", [{}]), ("SequenceMask", [{}, dict(value=-1.5)]), ("SequenceReverse", [{}])):
        for j, rest in enumerate(extra):
            for i, s in enumerate([(5, 3, 2), (5, 3), (4, 1, 2, 3), (1, 3, 2), (3, 2, 2, 1, 2)]):
                axes = (0,) if op == "SequenceReverse" else (0, 1)
                for axis in axes:
                    p = rest if op == "SequenceReverse" else rest | dict(axis=axis)
                    yield case(f"{op}{i}_{axis}_{j}_none", op, {"data": s}, **p)
                    for t in ("float32", "int32", "int64"):
                        n = fixed(whole(1, s[axis] + 1, s[1 - axis], dtype=t))
                        yield case(f"{op}{i}_{axis}_{j}_{t}", op, {"data": s, "n": n}, use_sequence_length=True, **p)
        n = fixed(values([2, 4, 1]))
        yield case(f"{op}_f64", op, {"data": normal(4, 3, 2, dtype="float64"), "n": fixed(values([2, 4, 1], "float64"))}, use_sequence_length=True)
        yield case(f"{op}_f16", op, {"data": normal(4, 3, 2, dtype="float16"), "n": fixed(values([2, 4, 1], "float16"))}, use_sequence_length=True,
                   tol=1e-2)
        yield case(f"{op}_int", op, {"data": whole(0, 9, 4, 3, 2, dtype="int32"), "n": fixed(values([2, 4, 1], "int32"))},
                   use_sequence_length=True, grad=False)
        yield case(f"{op}_length_grad", op, {"data": (4, 3, 2), "n": values([2, 4, 1])}, use_sequence_length=True)
        yield case(f"{op}_full", op, {"data": (4, 3, 2), "n": fixed(values([4, 4, 4]))}, use_sequence_length=True)
        yield case(f"{op}_unused", op, {"data": (4, 3, 2)}, use_sequence_length=False)
    yield case("SequenceMask_zero", "SequenceMask", {"data": (4, 3, 2), "n": fixed(values([0, 4, 2]))}, use_sequence_length=True, value=7)
    yield case("SequenceReverse_zero", "SequenceReverse", {"data": (4, 3, 2), "n": fixed(values([0, 4, 2]))}, use_sequence_length=True)
    yield case("SequenceMask_fraction", "SequenceMask", {"data": (4, 3, 2), "n": fixed(values([.5, 3.7, 2.2]))}, use_sequence_length=True)
    yield case("SequenceLast_fraction", "SequenceLast", {"data": (4, 3, 2), "n": fixed(values([1.5, 3.7, 2.2]))}, use_sequence_length=True)
    yield case("SequenceReverse_fraction", "SequenceReverse", {"data": (4, 3, 2), "n": fixed(values([1.5, 3.7, 2.2]))}, use_sequence_length=True)
