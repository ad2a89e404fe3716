"""Layers whose gradient is that of a loss: SoftmaxOutput, regressions, SVMOutput, MakeLoss, IdentityAttachKLSparseReg."""
import itertools

from case import case, fixed, labels, normal, simplex, uniform, values, whole


def softmax_output():
    norms = ("null", "batch", "valid")
    for n, use, scale in itertools.product(norms, (False, True), (1, .5)):
        for ignore in (-1, 2, 0):
            p = dict(normalization=n, use_ignore=use, grad_scale=scale, ignore_label=ignore)
            at = f"{n}_{'use' if use else 'no'}{ignore}_{scale}"
            yield case(f"so_{at}", "SoftmaxOutput", {"data": (9, 6), "label": labels(6, 9)}, **p)
            yield case(f"so_preserve_{at}", "SoftmaxOutput", {"data": (3, 4, 6), "label": labels(6, 3, 4)}, preserve_shape=True, **p)
            yield case(f"so_multi_{at}", "SoftmaxOutput", {"data": (3, 4, 2, 3), "label": labels(4, 3, 2, 3)}, multi_output=True, **p)
    for n in norms:
        for alpha in (.1, .5, 1):
            yield case(f"so_smooth{alpha}_{n}", "SoftmaxOutput", {"data": (9, 6), "label": labels(6, 9)}, smooth_alpha=alpha,
                       normalization=n)
            yield case(f"so_smooth{alpha}_{n}_ignore", "SoftmaxOutput", {"data": (9, 6), "label": labels(6, 9)}, smooth_alpha=alpha,
                       normalization=n, use_ignore=True, ignore_label=1)
            yield case(f"so_smooth{alpha}_{n}_multi", "SoftmaxOutput", {"data": (3, 4, 5), "label": labels(4, 3, 5)},
                       smooth_alpha=alpha, normalization=n, multi_output=True)
            yield case(f"so_smooth{alpha}_{n}_preserve", "SoftmaxOutput", {"data": (3, 4, 5), "label": labels(5, 3, 4)},
                       smooth_alpha=alpha, normalization=n, preserve_shape=True)
            yield case(f"so_smooth{alpha}_{n}_prob", "SoftmaxOutput", {"data": (9, 6), "label": fixed(simplex(9, 6))},
                       smooth_alpha=alpha, normalization=n)
        for scale in (1, .3):
            yield case(f"so_prob_{n}_{scale}", "SoftmaxOutput", {"data": (9, 6), "label": fixed(simplex(9, 6))}, normalization=n,
                       grad_scale=scale)
            yield case(f"so_prob_preserve_{n}_{scale}", "SoftmaxOutput", {"data": (3, 2, 6), "label": fixed(simplex(3, 2, 6))},
                       normalization=n, grad_scale=scale, preserve_shape=True)
            yield case(f"so_prob_multi_{n}_{scale}", "SoftmaxOutput", {"data": (3, 4, 2), "label": fixed(uniform(0, 1, 3, 4, 2))},
                       normalization=n, grad_scale=scale, multi_output=True)
            yield case(f"so_prob_3d_{n}_{scale}", "SoftmaxOutput", {"data": (3, 4, 2), "label": fixed(uniform(0, 1, 3, 4, 2))},
                       normalization=n, grad_scale=scale)
        for j, p in enumerate(({}, dict(grad_scale=.5), dict(use_ignore=True, ignore_label=1))):
            yield case(f"so_outgrad_{n}{j}", "SoftmaxOutput", {"data": (9, 6), "label": labels(6, 9)}, out_grad=True, normalization=n, **p)
            yield case(f"so_outgrad_multi_{n}{j}", "SoftmaxOutput", {"data": (3, 4, 5), "label": labels(4, 3, 5)}, out_grad=True,
                       multi_output=True, normalization=n, **p)
            yield case(f"so_outgrad_prob_{n}{j}", "SoftmaxOutput", {"data": (9, 6), "label": fixed(simplex(9, 6))}, out_grad=True,
                       normalization=n, **p)
        for j, (d, l) in enumerate([((3, 4, 5), (3, 5)), ((3, 4, 2, 3), (3, 6)), ((3, 4, 2, 3), (3, 1, 2, 3)), ((3, 4, 1), (3, 1)),
                                    ((2, 4, 2, 3, 2), (2, 12)), ((2, 4, 2, 3, 2), (2, 2, 3, 2)), ((1, 1, 1), (1, 1)),
                                    ((3, 4), (3,)), ((3, 4, 5), (3, 1, 5))]):
            yield case(f"so_multi_shape{j}_{n}", "SoftmaxOutput", {"data": d, "label": labels(d[1], *l)}, multi_output=True,
                       normalization=n)
        yield case(f"so_all_ignored_{n}", "SoftmaxOutput", {"data": (3, 4), "label": fixed(values([1, 1, 1]))}, use_ignore=True,
                   ignore_label=1, normalization=n)
        yield case(f"so_fraction_{n}", "SoftmaxOutput", {"data": (4, 3), "label": fixed(values([.2, 1.7, 2.9, 1]))}, use_ignore=True,
                   ignore_label=1.5, normalization=n)
        yield case(f"so_outside_{n}", "SoftmaxOutput", {"data": (4, 3), "label": fixed(values([-1, 3, 1, -2]))}, normalization=n)
        yield case(f"so_outside_use_{n}", "SoftmaxOutput", {"data": (4, 3), "label": fixed(values([-1, 3, 1, -2]))}, normalization=n,
                   use_ignore=True)
        yield case(f"so_outside_multi_{n}", "SoftmaxOutput", {"data": (2, 3, 2), "label": fixed(values([[-1, 3], [1, -2]]))},
                   normalization=n, multi_output=True)
        for j, s in enumerate([(3, 4, 5), (2, 3, 2, 2)]):
            yield case(f"so_plain{j}_{n}", "SoftmaxOutput", {"data": s, "label": labels(3, *s[:-1])}, normalization=n)
            yield case(f"so_plain{j}_{n}_infer", "SoftmaxOutput", {"data": s, "label": labels(3, *s[:-1])}, normalization=n,
                       grad=False, train=False)
        yield case(f"so_preserve4_{n}", "SoftmaxOutput", {"data": (2, 3, 2, 5), "label": labels(5, 2, 3, 2)}, preserve_shape=True,
                   normalization=n)
        yield case(f"so_preserve2_{n}", "SoftmaxOutput", {"data": (3, 5), "label": labels(5, 3)}, preserve_shape=True, normalization=n)
    for t, tol in (("float64", 1e-4), ("float16", 1e-2)):
        yield case(f"so_{t}", "SoftmaxOutput", {"data": normal(5, 4, dtype=t), "label": labels(4, 5, dtype=t)}, tol=tol)
        yield case(f"so_multi_{t}", "SoftmaxOutput", {"data": normal(3, 4, 2, dtype=t), "label": labels(4, 3, 2, dtype=t)}, tol=tol,
                   multi_output=True, normalization="valid")
        yield case(f"so_f32label_{t}", "SoftmaxOutput", {"data": normal(5, 4, dtype=t), "label": labels(4, 5)}, tol=tol)
    yield case("so_int_label", "SoftmaxOutput", {"data": (5, 4), "label": labels(4, 5, dtype="int32")})
    yield case("so_column", "SoftmaxOutput", {"data": (5, 4), "label": labels(4, 5, 1)})
    yield case("so_one_class", "SoftmaxOutput", {"data": (5, 1), "label": labels(1, 5)})
    yield case("so_large", "SoftmaxOutput", {"data": normal(5, 4, scale=100), "label": labels(4, 5)})
    yield case("so_auto", "SoftmaxOutput", {"data": (5, 4)}, fill={"label": labels(4, 5)}, no_grad=("op_label",))
    yield case("so_auto_multi", "SoftmaxOutput", {"data": (2, 4, 3, 2)}, fill={"label": labels(4, 2, 6)}, no_grad=("op_label",),
               multi_output=True)
    yield case("so_label_grad", "SoftmaxOutput", {"data": (5, 4), "label": whole(0, 4, 5)})
    yield case("softmax_alias", "Softmax", {"data": (5, 4), "label": labels(4, 5)}, grad_scale=2)


def cases():
    yield from softmax_output()
    for op in ("LinearRegressionOutput", "LogisticRegressionOutput", "MAERegressionOutput"):
        for i, (d, l) in enumerate([((5, 4), (5, 4)), ((5, 1), (5, 1)), ((5, 1), (5,)), ((2, 3, 4), (2, 3, 4)), ((2, 3, 2, 2), (2, 3, 2, 2)),
                                    ((5,), (5,)), ((1, 1), (1, 1)), ((6, 4), (6, 2, 2)), ((6, 2, 2), (6, 4))]):
            for scale in (1, .7):
                yield case(f"{op}{i}_{scale}", op, {"data": d, "label": fixed(normal(*l))}, grad_scale=scale)
        yield case(f"{op}_ties", op, {"data": whole(-1, 2, 4, 5), "label": fixed(whole(-1, 2, 4, 5))})
        yield case(f"{op}_auto", op, {"data": (4, 3)}, no_grad=("op_label",))
        yield case(f"{op}_auto1", op, {"data": (4, 1)}, no_grad=("op_label",))
        yield case(f"{op}_label_grad", op, {"data": (4, 3), "label": (4, 3)})
        yield case(f"{op}_float64", op, {"data": normal(4, 3, dtype="float64"), "label": fixed(normal(4, 3, dtype="float64"))})
        yield case(f"{op}_float16", op, {"data": normal(4, 3, dtype="float16"), "label": fixed(normal(4, 3, dtype="float16"))}, tol=1e-2)
        yield case(f"{op}_wide", op, {"data": normal(4, 3, scale=50), "label": fixed(normal(4, 3))})
    for linear, margin, c in itertools.product((False, True), (1, .5, 0, 2), (1, .3)):
        yield case(f"svm_{linear}_{margin}_{c}", "SVMOutput", {"data": (7, 5), "label": labels(5, 7)}, use_linear=linear, margin=margin,
                   regularization_coefficient=c)
    for linear in (False, True):
        yield case(f"svm_ties_{linear}", "SVMOutput", {"data": whole(-1, 2, 7, 5), "label": labels(5, 7)}, use_linear=linear)
        yield case(f"svm_f64_{linear}", "SVMOutput", {"data": normal(7, 5, dtype="float64"), "label": labels(5, 7, dtype="float64")},
                   use_linear=linear)
        yield case(f"svm_f16_{linear}", "SVMOutput", {"data": normal(7, 5, dtype="float16"), "label": labels(5, 7, dtype="float16")},
                   use_linear=linear, tol=1e-2)
        yield case(f"svm_3d_{linear}", "SVMOutput", {"data": (2, 3, 4), "label": labels(4, 2, 3)}, use_linear=linear)
        yield case(f"svm_fraction_{linear}", "SVMOutput", {"data": (3, 4), "label": fixed(values([.6, 2.9, -.4]))}, use_linear=linear)
    for n in ("null", "batch", "valid"):
        for scale, thresh in ((1, 0), (2, 0), (.5, .5), (1, -10), (1, 10)):
            yield case(f"makeloss_{n}_{scale}_{thresh}", "MakeLoss", {"data": (4, 3)}, normalization=n, grad_scale=scale,
                       valid_thresh=thresh)
        yield case(f"makeloss_{n}_3d", "MakeLoss", {"data": (2, 3, 4)}, normalization=n)
        yield case(f"makeloss_{n}_f64", "MakeLoss", {"data": normal(4, 3, dtype="float64")}, normalization=n, grad_scale=3)
        yield case(f"makeloss_{n}_1d", "MakeLoss", {"data": (5,)}, normalization=n)
    yield case("make_loss_lower", "make_loss", {"data": (4, 3)})
    yield case("make_loss_lower_f64", "make_loss", {"data": normal(4, 3, dtype="float64")})
    for i, p in enumerate(({}, dict(sparseness_target=.3), dict(penalty=.1), dict(momentum=.5), dict(momentum=0, penalty=1))):
        for s in ((4, 3), (2, 3, 2), (1, 1)):
            yield case(f"kl{i}_{len(s)}{s[0]}", "IdentityAttachKLSparseReg", {"data": uniform(.05, .95, *s)},
                       fill={"avg": uniform(.2, .8, s[1])}, **p)
