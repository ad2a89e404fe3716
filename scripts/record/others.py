#!/usr/bin/env python3
"""Records what is not an operator from Apache MXNet 1.9.1, in the formats that `gomx verify` replays.

    PYTHON scripts/record/others.py OUT [FAMILY ...]

PYTHON is one that has mxnet 1.9.1 and numpy < 1.24. FAMILY is optim, sched, metric, iters, kvstore or ndarray; without
one, all are recorded, each into a folder of OUT. What MXNet refuses goes to _failed.json of the folder.
"""
import itertools
import json
import os
import sys
import warnings

import mxnet as mx
import numpy as np
from mxnet import nd

warnings.filterwarnings("ignore")
rng = np.random.RandomState(11)


def number(x):
    x = float(x)
    return x if np.isfinite(x) else "NaN" if np.isnan(x) else "Inf" if x > 0 else "-Inf"


def tensor(a):
    a = a.asnumpy() if isinstance(a, nd.NDArray) else np.asarray(a)
    return {"shape": list(a.shape), "dtype": str(a.dtype), "data": [number(v) for v in a.ravel()]}


def flat(states):
    """The arrays in MXNet's nested states, in their order."""
    if isinstance(states, (list, tuple)):
        return [a for s in states for a in flat(s)]
    return [] if states is None else [states]


def uniform(*shape, dtype="float32"):
    return nd.array(rng.uniform(-1, 1, shape), dtype=dtype)


# optim: every optimizer with its own arguments, by what all share.
OPTIMIZERS = {
    "sgd": [{}, {"momentum": 0.9}, {"momentum": 0.5, "lazy_update": False}], "nag": [{}, {"momentum": 0.9}],
    "dcasgd": [{}, {"lamda": 0.3}], "adam": [{}, {"beta1": 0.8, "beta2": 0.99, "epsilon": 1e-6}], "adagrad": [{}, {"eps": 0.01}],
    "rmsprop": [{}, {"gamma1": 0.7}, {"centered": True, "gamma2": 0.6}, {"clip_weights": 0.6}], "adadelta": [{}, {"rho": 0.8}],
    "ftrl": [{}, {"lamda1": 0.1, "beta": 0.5}], "ftml": [{}, {"beta1": 0.8}], "adamax": [{}, {"beta1": 0.7}],
    "nadam": [{}, {"schedule_decay": 0.1}], "signum": [{}, {"momentum": 0.5, "wd_lh": 0.1}, {"momentum": 0.0}],
    "lamb": [{}, {"lower_bound": 0.5, "upper_bound": 2.0}, {"bias_correction": False}],
    "lars": [{}, {"momentum": 0.9, "eta": 0.01, "eps": 1e-3}],
    "lbsgd": [{}] + [{"momentum": 0.9, "warmup_strategy": s, "batch_scale": 2, "updates_per_epoch": 3, "warmup_epochs": 2,
                      "begin_epoch": 1} for s in ("linear", "power2", "sqrt", "lars")],
}
COMMON = {
    "plain": {}, "full": {"wd": 0.01, "rescale_grad": 0.5, "clip_gradient": 0.4}, "begin": {"begin_num_update": 5, "wd": 0.05},
    "rate": {"learning_rate": 0.05, "rescale_grad": 0.0625},
}


def one_weight(name, kwargs, shape, dtype="float32"):
    updater = mx.optimizer.get_updater(mx.optimizer.create(name, **kwargs))
    weight = uniform(*shape, dtype=dtype)
    case = {"optimizer": name, "kwargs": kwargs, "index": 0, "weight0": tensor(weight), "steps": []}
    for _ in range(8):
        grad = uniform(*shape, dtype=dtype)
        step = {"grad": tensor(grad)}  # before the update: AdaDelta changes it
        updater(0, grad, weight)
        case["steps"].append(step | {"weight": tensor(weight)})
    case["final_states"] = [tensor(s) for s in flat(updater.states[0])]
    return case


def several_weights(name, kwargs, scheduler):
    names, shapes = ["fc_weight", "fc_bias", "bn_gamma", "bn_beta", "other"], [(3, 4), (3,), (2,), (2,), (5,)]
    made = getattr(mx.lr_scheduler, scheduler["kind"])(**{k: v for k, v in scheduler.items() if k != "kind"})
    opt = mx.optimizer.create(name, param_idx2name=dict(enumerate(names)), lr_scheduler=made, **kwargs)
    case = {"optimizer": name, "kwargs": kwargs, "names": names, "lr_mult": {"fc_bias": 2.0}, "wd_mult": {"other": 3.0},
            "scheduler": scheduler, "steps": []}
    opt.set_lr_mult(case["lr_mult"])
    opt.set_wd_mult(case["wd_mult"])
    updater, weights = mx.optimizer.get_updater(opt), [uniform(*s) for s in shapes]
    case["weight0"] = [tensor(w) for w in weights]
    for _ in range(8):
        grads = [uniform(*s) for s in shapes]
        step = {"grads": [tensor(g) for g in grads]}
        for i, grad in enumerate(grads):
            updater(i, grad, weights[i])
        step |= {"weights": [tensor(w) for w in weights], "num_update": opt.num_update}
        case["steps"].append(step | {"lrs": [opt._get_lr(i) for i in range(5)], "wds": [opt._get_wd(i) for i in range(5)]})
    return case


def optim():
    for name, own in OPTIMIZERS.items():
        for (i, a), (how, b) in itertools.product(enumerate(own), COMMON.items()):
            yield f"{name}{i}-{how}", lambda a=a, b=b, n=name: one_weight(n, a | b, (3, 5))
            yield f"{name}{i}-{how}-half", lambda a=a, b=b, n=name: one_weight(n, a | b | {"multi_precision": True}, (7,), "float16")
        for i, s in enumerate(({"kind": "FactorScheduler", "step": 2, "factor": 0.5, "base_lr": 0.2},
                               {"kind": "PolyScheduler", "max_update": 6, "pwr": 0.9, "base_lr": 0.2, "final_lr": 0.01},
                               {"kind": "CosineScheduler", "max_update": 8, "warmup_steps": 3, "base_lr": 0.2})):
            kwargs = own[-1] | {"learning_rate": 0.1, "wd": 0.1}
            yield f"several-{name}-{i}", lambda n=name, k=kwargs, s=s: several_weights(n, k, s)


# sched: called in order and with gaps.
def sched():
    kinds = {"Factor": [{"step": 7, "factor": 0.5}, {"step": 3, "factor": 0.1, "stop_factor_lr": 1e-3}],
             "MultiFactor": [{"step": [4, 11, 25], "factor": 0.3}], "Cosine": [{"max_update": 30}, {"max_update": 17, "final_lr": 0.05}],
             "Poly": [{"max_update": 20, "pwr": p, "final_lr": 0.01} for p in (0, 0.9, 1, 2, 3)]}
    warm = [{}, {"warmup_steps": 5, "warmup_begin_lr": 0.01}, {"warmup_steps": 4, "warmup_begin_lr": 0.02, "warmup_mode": "constant"}]
    calls = {"seq": list(range(1, 41)), "jump": [1, 12, 12, 40], "back": [20, 3, 25, 2, 31, 1, 100, 50]}
    for (kind, own), w, (how, updates) in itertools.product(kinds.items(), range(3), calls.items()):
        for i, kwargs in enumerate(own):
            kwargs = kwargs | warm[w] | {"base_lr": 0.432}

            def case(kind=kind + "Scheduler", kwargs=kwargs, updates=updates):
                s = getattr(mx.lr_scheduler, kind)(**kwargs)
                return {"scheduler": kind, "kwargs": kwargs, "num_update": updates, "lr": [float(s(n)) for n in updates]}
            yield f"{kind}{i}-warm{w}-{how}", case


# metric: labels and predictions of three batches.
def metric():
    def classes(k, n=8):
        return [nd.array(rng.randint(0, k, n))], [nd.softmax(uniform(n, k) * 3)]

    def numbers(*shape):
        return [uniform(*shape)], [uniform(*shape)]

    def two(labels_preds):
        a, b = labels_preds(), labels_preds()
        return a[0] + b[0], a[1] + b[1]
    table = [("acc", {}, lambda: classes(5)), ("acc", {"name": "hits"}, lambda: classes(3)), ("acc", {}, lambda: two(lambda: classes(4))),
             ("ce", {"eps": 1e-3}, lambda: classes(5)), ("nll_loss", {}, lambda: classes(5)), ("pcc", {}, lambda: two(lambda: classes(3))),
             ("torch", {}, lambda: numbers(6)), ("loss", {}, lambda: numbers(3, 2))]
    table += [("top_k_acc", {"top_k": k}, lambda: classes(6)) for k in (2, 3, 5)]
    table += [(m, {"average": a}, lambda: classes(2)) for m in ("f1", "mcc") for a in ("macro", "micro")]
    table += [("pearsonr", {"average": a}, lambda: numbers(6, 3)) for a in ("macro", "micro")]
    table += [(m, {}, lambda s=s: numbers(*s)) for m in ("mae", "mse", "rmse") for s in ((6,), (6, 3), (2, 3, 2, 2))]
    table += [("perplexity", {"ignore_label": i}, lambda: classes(4)) for i in (None, 0, 2, -1)]
    for i, (name, kwargs, draw) in enumerate(table):
        def case(name=name, kwargs=kwargs, draw=draw):
            m = mx.metric.create(name, **kwargs)
            result = {"metric": name, "kwargs": kwargs, "before": [m.get()[0], number(m.get()[1])], "batches": []}
            for _ in range(3):
                labels, preds = draw()
                m.update(labels, preds)
                result["batches"].append({"labels": [tensor(x) for x in labels], "preds": [tensor(x) for x in preds], "name": m.get()[0],
                                          "value": number(m.get()[1]), "num_inst": number(m.num_inst), "sum_metric": number(m.sum_metric)})
            return result
        yield f"{name}-{i}", case


# iters: the examples 0, 1, 2 … with labels from 100.
def iters():
    for n, batch, handle in itertools.product(range(1, 12), range(1, 6), ("pad", "discard", "roll_over")):
        def case(n=n, batch=batch, handle=handle):
            it = mx.io.NDArrayIter(np.arange(n, dtype="f").reshape(n, 1), np.arange(100, 100 + n, dtype="f"), batch, last_batch_handle=handle)
            result = {"n": n, "batch_size": batch, "last_batch_handle": handle, "epochs": []}
            for what in ("data", "label"):
                result["provide_" + what] = [[d.name, list(d.shape)] for d in getattr(it, "provide_" + what)]
            for _ in range(4):
                result["epochs"].append([{"data": b.data[0].asnumpy().ravel().tolist(), "label": b.label[0].asnumpy().ravel().tolist(),
                                          "pad": b.pad} for b in it])
                it.reset()
            return result
        yield f"ndarrayiter_{n}_{batch}_{handle}", case


# kvstore: one key, without and with an updater, and SGD in the store.
def kvstore():
    def store(kind):
        kv, out, log = mx.kv.create(kind), nd.zeros((3, 2)), []

        def pulled(text):
            kv.pull(3, out=out)
            log.append([text, tensor(out)])
        kv.init(3, nd.full((3, 2), 2.5))
        pulled("pull after init")
        for values in ([0.5, -1.25, 3], [-8], [2, 7]):
            kv.push(3, [nd.full((3, 2), v) for v in values])
            pulled(f"push {values}, pull")
        kv._set_updater(lambda key, grad, weight: weight.__iadd__(grad * 0.5))
        kv.push(3, nd.full((3, 2), 3))
        pulled("set_updater w += 0.5g; push 3; pull")
        trained, sgd, weight = mx.kv.create(kind), [], nd.zeros((5,))
        trained.init(0, nd.ones((5,)))
        trained.set_optimizer(mx.optimizer.SGD(learning_rate=0.1, momentum=0.9, wd=0.01, rescale_grad=0.5))
        for _ in range(10):
            grads = [uniform(5) for _ in range(3)]
            step = {"grads": [tensor(g) for g in grads]}
            trained.push(0, grads)
            trained.pull(0, out=weight)
            sgd.append(step | {"weight": tensor(weight)})
        return {"type": kv.type, "rank": kv.rank, "num_workers": kv.num_workers, "log": log, "sgd": sgd}
    kinds = ("local", "device", "local_update_cpu", "local_allreduce_cpu", "local_allreduce_device")
    yield "basic", lambda: {kind: store(kind) for kind in kinds}


# ndarray: arithmetic, parts and printing.
def ndarray():
    arrays = {"a": uniform(2, 3), "c": nd.arange(24).reshape((2, 3, 4)), "i": nd.array([1, -2, 3], dtype="int32"),
              "u": nd.array([[1, 2], [250, 3]], dtype="uint8"), "h": nd.array([[1, 2.5], [0.1, 3]], dtype="float16"),
              "z": nd.array([0, -0.0, 1, np.nan, np.inf, -np.inf])}
    signs = ("+", "-", "*", "/", "**", "==", "!=", "<", "<=", ">", ">=")
    texts = [f"{x}{s}{v}" for x, s, v in itertools.product(arrays, signs, ("2", "1.7", "-3"))]
    texts += [f"{v}{s}{x}" for x, s, v in itertools.product(arrays, signs, ("2", "-1.5"))]
    texts += [f"{x}[{i}]" for x in "ac" for i in ("0", "-1", "1:", ":,0", "...,0", "None", "::-1", "0,1", ":,1:", "[1,0]", ":,::2", "9", "0,0,0,0")]
    texts += [f"nd.{f}({x},axis={i})" for f, x, i in itertools.product(("sum", "mean", "max", "argmax"), ("a", "c"), (0, 1, -1))]
    texts += [f"{x}.astype('{t}')" for x, t in itertools.product("aiuh", ("float64", "float16", "int32", "uint8", "int8", "int64"))]

    def case(text):
        row = {"expr": text}
        try:
            got = eval(text, {"nd": nd}, arrays)
            row |= {"str": str(got), "repr": repr(got)}
            if isinstance(got, nd.NDArray):
                row["array"] = tensor(got)
        except Exception as e:  # what MXNet refuses is part of the recording
            row["error"] = f"{type(e).__name__}: {e}".split("\n", maxsplit=1)[0]
        return row
    yield "ops", lambda: {"inputs": {k: tensor(a) for k, a in arrays.items()}, "rows": [case(t) for t in texts]}


FAMILIES = {f.__name__: f for f in (optim, sched, metric, iters, kvstore, ndarray)}


def main(out, *families):
    for name in families or FAMILIES:
        folder, failed, n = os.path.join(out, name), {}, 0
        os.makedirs(folder, exist_ok=True)
        for case, make in FAMILIES[name]():
            try:
                made = make()
            except Exception as e:
                failed[case] = str(e)[:200]
                continue
            n += 1
            with open(os.path.join(folder, case + ".json"), "w") as f:
                json.dump(made, f, separators=(",", ":"), allow_nan=False)
        with open(os.path.join(folder, "_failed.json"), "w") as f:
            json.dump(failed, f, indent=1)
        print(f"{name}: {n} cases, {len(failed)} refused")


if __name__ == "__main__":
    if len(sys.argv) < 2 or not set(sys.argv[2:]) <= set(FAMILIES):
        sys.exit(__doc__)
    main(*sys.argv[1:])
