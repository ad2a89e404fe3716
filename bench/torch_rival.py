#!/usr/bin/env python3
"""PyTorch's speed on the CPU: SGD with momentum, or inference, on synthetic images."""
import itertools
from collections import namedtuple

import torch
from torch import nn

import rival

Network = namedtuple("Network", "build batch image classes")


def mlp():
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 128), nn.ReLU(),
        nn.Linear(128, 64), nn.ReLU(),
        nn.Linear(64, 10))


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.Tanh(), nn.MaxPool2d(2, 2),
        nn.Conv2d(20, 50, 5), nn.Tanh(), nn.MaxPool2d(2, 2),
        nn.Flatten(),
        nn.Linear(800, 500), nn.Tanh(),
        nn.Linear(500, 10))


# One row per network. The same names, batches and layers stand in mxnet_rival.py.
NETWORKS = {
    "mlp": Network(mlp, 64, (1, 28, 28), 10),
    "lenet": Network(lenet, 64, (1, 28, 28), 10),
}


def prepare(network, mode, batch, arguments):
    torch.set_num_threads(arguments.threads)
    model = network.build().train(mode == "train")
    layout = torch.channels_last if arguments.channels_last else torch.contiguous_format
    model = model.to(memory_format=layout)
    forward = torch.compile(model) if arguments.compile else model
    batches = itertools.cycle([
        (torch.randn(batch, *network.image).contiguous(memory_format=layout),
         torch.randint(network.classes, (batch,)))
        for _ in range(rival.BATCHES)])

    if mode == "infer":
        def step():
            with torch.inference_mode():
                forward(next(batches)[0])
        return step

    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def step():
        images, labels = next(batches)
        optimizer.zero_grad()
        nn.functional.cross_entropy(forward(images), labels).backward()
        optimizer.step()
    return step


def name(arguments):
    extra = [", channels last"] * arguments.channels_last + [", compiled"] * arguments.compile
    return "torch " + torch.__version__ + "".join(extra)


if __name__ == "__main__":
    rival.run(name, __doc__, NETWORKS, prepare, [
        ("--channels-last", "keep images as NHWC"),
        ("--compile", "use torch.compile (needs a C++ compiler)")])
