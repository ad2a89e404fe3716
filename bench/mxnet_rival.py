#!/usr/bin/env python3
"""MXNet's speed on the CPU: SGD with momentum, or inference, on synthetic images."""
import itertools
import os
import sys
from collections import namedtuple

# MXNet's engine and its OpenMP read these once, while it loads.
if "--threads" in sys.argv[:-1]:
    os.environ["OMP_NUM_THREADS"] = sys.argv[sys.argv.index("--threads") + 1]

import mxnet as mx
import numpy as np

import rival

Network = namedtuple("Network", "build batch image classes")


def mlp(x):
    x = mx.sym.Flatten(x)
    for hidden in (128, 64):
        x = mx.sym.Activation(mx.sym.FullyConnected(x, num_hidden=hidden), act_type="relu")
    return mx.sym.FullyConnected(x, num_hidden=10)


def lenet(x):
    for filters in (20, 50):
        x = mx.sym.Activation(mx.sym.Convolution(x, kernel=(5, 5), num_filter=filters), act_type="tanh")
        x = mx.sym.Pooling(x, pool_type="max", kernel=(2, 2), stride=(2, 2))
    x = mx.sym.FullyConnected(mx.sym.Flatten(x), num_hidden=500)
    return mx.sym.FullyConnected(mx.sym.Activation(x, act_type="tanh"), num_hidden=10)


# One row per network. The same names, batches and layers stand in torch_rival.py.
NETWORKS = {
    "mlp": Network(mlp, 64, (1, 28, 28), 10),
    "lenet": Network(lenet, 64, (1, 28, 28), 10),
}


def prepare(network, mode, batch, arguments):
    train = mode == "train"
    symbol = mx.sym.SoftmaxOutput(network.build(mx.sym.Variable("data")), name="softmax")
    module = mx.mod.Module(symbol, context=mx.cpu())
    module.bind([("data", (batch,) + network.image)],
                [("softmax_label", (batch,))] if train else None, for_training=train)
    module.init_params(mx.init.Xavier())
    if train:
        module.init_optimizer(optimizer="sgd", optimizer_params=(("learning_rate", 0.01), ("momentum", 0.9)))
    batches = itertools.cycle([
        mx.io.DataBatch([mx.nd.array(np.random.randn(batch, *network.image))],
                        [mx.nd.array(np.random.randint(network.classes, size=batch))] if train else None)
        for _ in range(rival.BATCHES)])

    def step():
        module.forward(next(batches), is_train=train)
        if train:
            module.backward()
            module.update()
        mx.nd.waitall()  # the engine is asynchronous; in fit() the metric waits for every batch likewise
    return step


if __name__ == "__main__":
    rival.run(lambda _: "mxnet " + mx.__version__, __doc__, NETWORKS, prepare)
