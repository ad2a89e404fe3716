"""Windows drawn at random: Convolution, Deconvolution and Pooling with any sizes, strides, borders, distances and groups that fit."""
import numpy as np

from case import case


def fits(size, k, pad, dilate):
    return size + 2 * pad >= dilate * (k - 1) + 1


def window(r, sizes, dilated=True):
    while True:
        k, s, p = (tuple(int(r.integers(lo, hi)) for _ in sizes) for lo, hi in ((1, 6), (1, 5), (0, 4)))
        d = tuple(int(r.integers(1, 4)) if dilated else 1 for _ in sizes)
        if all(map(fits, sizes, k, p, d)):
            return dict(kernel=k, stride=s, pad=p) | (dict(dilate=d) if dilated else {})


def convolution(name, r, sizes):
    groups = int(r.choice([1, 1, 2, 3]))
    per, out = int(r.integers(1, 5)), int(r.integers(1, 6))
    if r.random() < .3:
        groups, per, out = int(r.integers(2, 9)), 1, int(r.integers(1, 3))
    data = (int(r.integers(1, 5)), groups * per, *sizes)
    return case(name, "Convolution", {"data": data}, num_filter=groups * out, num_group=groups, no_bias=bool(r.integers(2)), **window(r, sizes))


def deconvolution(name, r, sizes):
    groups = int(r.choice([1, 1, 2, 3]))
    data = (int(r.integers(1, 4)), groups * int(r.integers(1, 4)), *sizes)
    while True:
        w = window(r, sizes)
        w["dilate"] = tuple(d if s == 1 else 1 for d, s in zip(w["dilate"], w["stride"]))
        adj = tuple(int(r.integers(s)) for s in w["stride"])
        out = [s * (n - 1) + d * (k - 1) + 1 - 2 * p + a
               for n, k, s, p, d, a in zip(sizes, w["kernel"], w["stride"], w["pad"], w["dilate"], adj)]
        if min(out) > 0:
            return case(name, "Deconvolution", {"data": data}, num_filter=groups * int(r.integers(1, 4)), num_group=groups,
                        no_bias=bool(r.integers(2)), adj=adj, prefer="onednn", **w)


def pooling(name, r, sizes):
    w = window(r, sizes, dilated=False)
    w["pad"] = tuple(min(p, k - 1) for p, k in zip(w["pad"], w["kernel"]))
    if not all(map(fits, sizes, w["kernel"], w["pad"], (1, 1, 1))):
        return pooling(name, r, sizes)
    kind = str(r.choice(["max", "avg", "sum", "lp"]))
    extra = dict(p_value=int(r.integers(1, 4))) if kind == "lp" else dict(count_include_pad=bool(r.integers(2))) if kind == "avg" else {}
    # with three axes a mean is NaN where a window begins behind the border
    convention = "valid" if kind == "avg" and len(sizes) == 3 else str(r.choice(["valid", "full"]))
    return case(name, "Pooling", {"data": (int(r.integers(1, 4)), int(r.integers(1, 6)), *sizes)}, pool_type=kind,
                pooling_convention=convention, **w, **extra)


def cases():
    for what, draw in (("conv", convolution), ("deconv", deconvolution), ("pool", pooling)):
        for axes, count in ((1, 40), (2, 120), (3, 40)):
            for i in range(count):
                r = np.random.default_rng([i, axes, len(what)])
                sizes = tuple(int(r.integers(1, 12 if axes < 3 else 7)) for _ in range(axes))
                yield draw(f"drawn_{what}{axes}_{i:03}", r, sizes)
