"""The MXNet side of interop: reads one request in JSON a line, {"do": NAME, ...}, and answers each with one line.

What it says stands on the standard output alone; what MXNet prints goes to the standard error.
"""
import json
import os
import sys
import traceback

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import numpy as np
import mxnet as mx


def hello():
    return {"mxnet": mx.__version__, "numpy": np.__version__}


# Symbols


def function(op):
    """The function of MXNet's that makes a node of the operator."""
    for module in (mx.sym, mx.sym.op, mx.sym._internal):
        if hasattr(module, op):
            return getattr(module, op)
    raise ValueError("mx.sym has no operator %s" % op)


def hidden(key):
    return key.startswith("__") and key.endswith("__")


def compose(path):
    """Makes a network anew, node by node, by the calls that a program would have made: it names data and what other
    layers give, and leaves weights and states to MXNet."""
    with open(path) as f:
        graph = json.load(f)
    nodes = graph["nodes"]
    made = [None] * len(nodes)

    def variable(i):
        if made[i] is None:
            made[i] = mx.sym.Variable(nodes[i]["name"], attr=nodes[i].get("attrs", {}))
        return made[i]

    for i, node in enumerate(nodes):
        if node["op"] == "null":
            continue
        inputs = [k for k, _, _ in node["inputs"]]
        while inputs and nodes[inputs[-1]]["op"] == "null" and nodes[inputs[-1]]["name"].startswith(node["name"] + "_"):
            inputs.pop()
        given = [made[k][j] if nodes[k]["op"] != "null" else variable(k) for k, j, _ in node["inputs"][:len(inputs)]]
        attrs = node.get("attrs", {})
        params = {k: v for k, v in attrs.items() if not hidden(k)}
        with mx.AttrScope(**{k: v for k, v in attrs.items() if hidden(k)}):
            made[i] = function(node["op"])(*given, name=node["name"], **params)
    outs = [made[k][j] for k, j, _ in graph["heads"]]
    return outs[0] if len(outs) == 1 else mx.sym.Group(outs)


def read(path):
    with open(path, "rb") as f:
        return f.read()


# Networks


def draw(name, shape):
    """Random parameters that keep activations near 1: the same rules as draw.go's, other numbers."""
    if name.endswith("_weight"):
        return mx.nd.random.normal(0, (2.0 / np.prod(shape[1:])) ** 0.5, shape)
    if name.endswith("_gamma") or name.endswith("_moving_var"):
        return mx.nd.random.uniform(0.8, 1.2, shape)
    return mx.nd.random.uniform(-0.1, 0.1, shape)


def compose_and_save(json, prefix, shape, seed):
    """Makes the network, its parameters and an input, and saves them with MXNet's own writers."""
    mx.random.seed(seed)
    shape = tuple(shape)
    net = compose(json)
    args, _, aux = net.infer_shape(data=shape)
    labels = [n for n in net.list_arguments() if n.endswith("_label")]
    params = {n: draw(n, s) for n, s in zip(net.list_arguments(), args) if n != "data" and n not in labels}
    states = {n: draw(n, s) for n, s in zip(net.list_auxiliary_states(), aux)}
    mx.model.save_checkpoint(prefix, 1, net, params, states)
    np.savez(prefix + "-in.npz", data=mx.nd.random.uniform(-1, 1, shape).asnumpy())
    return {"same_json": read(prefix + "-symbol.json") == read(json)}


def run(prefix, internals, out):
    """Loads a checkpoint and runs it on the input beside it."""
    net, args, aux = mx.model.load_checkpoint(prefix, 1)
    inner = net.get_internals()
    net = mx.sym.Group([net] + [inner[name] for name in internals])
    data = np.load(prefix + "-in.npz")["data"]
    exe = net.simple_bind(mx.cpu(), grad_req="null", data=data.shape)
    exe.copy_params_from(args, aux)
    exe.forward(is_train=False, data=mx.nd.array(data))
    np.savez(out, **{name: o.asnumpy() for name, o in zip(net.list_outputs(), exe.outputs)})


def save_again(prefix, to):
    """Loads a checkpoint and saves it again: the files must not change by it."""
    net, args, aux = mx.model.load_checkpoint(prefix, 1)
    mx.model.save_checkpoint(to, 1, net, args, aux)
    return {"same_json": read(to + "-symbol.json") == read(prefix + "-symbol.json"),
            "same_params": read(to + "-0001.params") == read(prefix + "-0001.params")}


# Arrays


def arrays_to_npz(params, npz, again):
    """Reads arrays, writes them for numpy's readers, and again with MXNet's writer."""
    arrays = mx.nd.load(params)
    named = arrays if isinstance(arrays, dict) else {"arr_%d" % i: a for i, a in enumerate(arrays)}
    np.savez(npz, **{k: v.asnumpy() for k, v in named.items()})
    mx.nd.save(again, arrays)


# Models that were trained


def train(json, data, prefix, how):
    """Trains a little with FeedForward or Module, saves the model and what it predicts."""
    x = np.load(data)
    net = compose(json)
    it = mx.io.NDArrayIter(x["data"], x["label"], batch_size=4, label_name="softmax_label")
    opt = {"learning_rate": 0.05, "momentum": 0.9}
    if how == "FeedForward":
        m = mx.model.FeedForward(net, num_epoch=1, numpy_batch_size=4, initializer=mx.init.Xavier(), **opt)
        m.fit(it)
        m.save(prefix, 1)
        out = m.predict(it)
    else:
        m = mx.mod.Module(net)
        m.fit(it, num_epoch=1, initializer=mx.init.Xavier(), optimizer_params=opt)
        m.save_checkpoint(prefix, 1)
        out = m.predict(it).asnumpy()
    np.savez(prefix + "-want.npz", out=out)


def predict(prefix, data, out, how):
    """Predicts with a saved model."""
    x = np.load(data)
    it = mx.io.NDArrayIter(x["data"], x["label"], batch_size=4, label_name="softmax_label")
    if how == "FeedForward":
        y = mx.model.FeedForward.load(prefix, 1, numpy_batch_size=4).predict(it)
    else:
        m = mx.mod.Module.load(prefix, 1)
        m.bind(it.provide_data, it.provide_label, for_training=False)
        y = m.predict(it).asnumpy()
    np.savez(out, out=y)


# Recorded cases


def record(dir):
    """Runs the graph of a case as the recorded ones were run: see gomx verify."""
    net = mx.sym.load(dir + "/symbol.json")
    given = mx.nd.load(dir + "/in.params")
    args = {n: given["arg:" + n] for n in net.list_arguments()}
    aux = {n: given["aux:" + n] for n in net.list_auxiliary_states()}
    with open(dir + "/meta.json") as f:
        meta = json.load(f)
    no_grad = meta["no_grad"]
    req = {n: "null" if n in no_grad else "write" for n in args}
    grads = {n: mx.nd.zeros(a.shape, dtype=a.dtype) for n, a in args.items() if req[n] == "write"}
    exe = net.bind(mx.cpu(), {n: a.copy() for n, a in args.items()}, grads, req, {n: a.copy() for n, a in aux.items()})
    exe.forward(is_train=False)
    mx.nd.save(dir + "/infer.params", {"out:%d" % i: o.copy() for i, o in enumerate(exe.outputs)})
    exe.forward(is_train=True)
    out = {"out:%d" % i: o.copy() for i, o in enumerate(exe.outputs)}
    mx.nd.waitall()
    exe.backward([given["ograd:%d" % i] for i in range(len(exe.outputs))])
    mx.nd.waitall()
    for n, g in grads.items():
        largest = np.abs(g.asnumpy()).max()
        if 0 < largest < 1e-5:  # what rounding left of a sum that cancels out, as before a BatchNorm: not to be compared
            no_grad.append(n)
        else:
            out["grad:" + n] = g
    out.update({"aux:" + n: exe.aux_dict[n] for n in aux})
    for n, a in args.items():
        after = exe.arg_dict[n]
        if not np.array_equal(after.asnumpy(), a.asnumpy(), equal_nan=True):
            out["argafter:" + n] = after
    mx.nd.save(dir + "/out.params", out)
    with open(dir + "/meta.json", "w") as f:
        json.dump(meta, f, indent=2)


for line in sys.stdin:
    request = json.loads(line)
    do = globals()[request.pop("do")]
    try:
        answer = do(**request) or {}
    except Exception as e:
        traceback.print_exc()
        answer = {"error": "%s: %s" % (type(e).__name__, str(e).strip().split("\n")[-1])}
    print(json.dumps(answer), file=answers, flush=True)
