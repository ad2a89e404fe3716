"""Records cases in one process with one of MXNet's two implementations; record.py starts it and survives its end.

Usage: worker.py TABLE OUT REPORT, names of cases on standard input, one a line. Before a case its name goes to REPORT,
after it what came of it, so that the last unfinished line tells which case ended the process.
"""
import importlib
import json
import os
import sys

import mxnet as mx
import numpy as np

from case import normal, uniform


def draw(case, name, shape, dtype):
    """The numbers of a variable: the table's, or some that suit its name."""
    last = name.rsplit("_", 1)[-1]
    made = case.inputs.get(name) or case.fill.get(last)
    if made is None:
        made = {"var": uniform(.5, 1.5, *shape), "gamma": uniform(.5, 1.5, *shape)}.get(last, normal(*shape, scale=.5))
    return made.make(case.random(name)).astype(dtype)


def variables(case, net):
    """All arguments and auxiliary states as numpy arrays, in the order of the graph."""
    given = {k: v.make(case.random(k)) for k, v in case.inputs.items()}
    shapes, _, aux_shapes = net.infer_shape(**{k: v.shape for k, v in given.items()})
    types, _, aux_types = net.infer_type(**{k: v.dtype for k, v in given.items()})
    args, aux = {}, {}
    for to, names, ss, ts in ((args, net.list_arguments(), shapes, types), (aux, net.list_auxiliary_states(), aux_shapes, aux_types)):
        for name, s, t in zip(names, ss, ts):
            to[name] = given[name] if name in given else draw(case, name, s, t)
    return args, aux


def arrays(values):
    return {k: mx.nd.array(v, dtype=v.dtype) for k, v in values.items()}


def litter(values):
    """Leaves NaN in freed memory, so that whatever is never written differs from run to run."""
    for v in values:
        if v.dtype.kind == "f":
            mx.nd.full(v.shape, float("nan"), dtype=v.dtype).wait_to_read()


def run(case, net, args, aux, no_grad):
    """One run from the beginning. Returns the arrays of in, infer and out by their names."""
    a, x = arrays(args), arrays(aux)
    want = [k for k in args if case.grad and k not in no_grad]
    grads = {k: mx.nd.zeros(args[k].shape, dtype=args[k].dtype) for k in want}
    exe = net.bind(mx.cpu(), a, args_grad=grads, grad_req={k: "write" if k in grads else "null" for k in args}, aux_states=x)
    infer = {f"out:{i}": o.asnumpy() for i, o in enumerate(exe.forward(is_train=False))}
    out = {f"out:{i}": o.asnumpy() for i, o in enumerate(exe.forward(is_train=case.train))}
    given = {f"arg:{k}": v for k, v in args.items()} | {f"aux:{k}": v for k, v in aux.items()}
    if case.grad:
        heads = {}
        for i in range(len(exe.outputs)):
            o = out[f"out:{i}"]
            heads[f"ograd:{i}"] = np.asarray(case.random(f"ograd:{i}").standard_normal(o.shape)).astype(o.dtype)
        exe.backward(list(arrays(heads).values()))
        given |= heads
        out |= {f"grad:{k}": v.asnumpy() for k, v in grads.items()}
    out |= {f"aux:{k}": v.asnumpy() for k, v in x.items()}
    out |= {f"argafter:{k}": a[k].asnumpy() for k in a if a[k].asnumpy().tobytes() != args[k].tobytes()}
    mx.nd.waitall()
    litter([*out.values()])
    return given, infer, out


def same(a, b):
    return a.keys() == b.keys() and all(a[k].tobytes() == b[k].tobytes() for k in a)


def record(case, folder):
    net = case.build(mx, {k: mx.sym.Variable(k) for k in case.inputs})
    args, aux = variables(case, net)
    no_grad = [k for k in args if k in case.no_grad or k in case.inputs and not case.inputs[k].grad]
    first, again = (run(case, net, args, aux, no_grad) for _ in range(2))
    if not (same(first[1], again[1]) and same(first[2], again[2])):
        return "differs from run to run"
    os.makedirs(folder, exist_ok=True)
    net.save(os.path.join(folder, "symbol.json"))
    for name, content in zip(("in", "infer", "out"), first):
        mx.nd.save(os.path.join(folder, name + ".params"), arrays(content))
    nodes = json.loads(net.tojson())["nodes"]
    meta = {"name": case.name, "tol": case.tol, "grad": case.grad, "train": case.train, "backend": case.prefer, "no_grad": no_grad,
            "ops": sorted({n["op"] for n in nodes} - {"null"})}
    with open(os.path.join(folder, "meta.json"), "w") as f:
        json.dump(meta, f)
    return "recorded"


def gist(error):
    """The line of MXNet's message that says something, without the tabs that separate fields of the report."""
    lines = [s.strip() for s in str(error).replace("\t", " ").split("\n")]
    return next((s for s in lines if "Check failed" in s or "Error:" in s), repr(error)[:200])


def main():
    table, out, report = sys.argv[1:]
    cases = {c.name: c for c in importlib.import_module("tables." + table).cases()}
    with open(report, "a", buffering=1) as log:
        for name in sys.stdin.read().split():
            log.write(name + "\t")
            log.flush()
            try:
                log.write(record(cases[name], os.path.join(out, name)) + "\n")
            except Exception as e:  # what MXNet refuses is an answer too
                log.write("refused: " + gist(e) + "\n")


if __name__ == "__main__":
    main()
