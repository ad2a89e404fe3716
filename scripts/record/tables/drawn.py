"""Networks drawn at random: layers in any order, branches that meet again, several heads. What is drawn depends on the name."""
import numpy as np

from case import fixed, labels, net, normal, uniform

ACTIVATIONS = ("relu", "tanh", "sigmoid", "softrelu", "softsign")
LEAKY = (dict(act_type="leaky", slope=.1), dict(act_type="elu", slope=.6), dict(act_type="selu"), dict(act_type="gelu"))


class Drawing:
    """Draws a network over images; every layer gets its number as name. Knows the shape of the value at hand."""

    def __init__(self, sym, seed):
        self.sym, self.r, self.count = sym, np.random.default_rng(seed), 0

    def name(self, what):
        self.count += 1
        return f"{what}{self.count}"

    def pick(self, *choices):
        return choices[self.r.integers(len(choices))]

    def convolution(self, x, s):
        groups = self.pick(1, 1, 1, 2, s[1])
        groups = groups if s[1] % groups == 0 else 1
        filters = groups * self.pick(1, 2, 3, 8) if groups > 1 else self.pick(1, 4, 5, 8, 16, 20)
        k = (self.pick(1, 2, 3, 5), self.pick(1, 2, 3, 5))
        stride, dilate = (self.pick(1, 1, 2), self.pick(1, 1, 2)), (self.pick(1, 1, 1, 2), self.pick(1, 1, 1, 2))
        pad = tuple(self.pick(0, n // 2, n // 2) for n in k)
        out = [(n + 2 * p - d * (m - 1) - 1) // t + 1 for n, p, d, m, t in zip(s[2:], pad, dilate, k, stride)]
        if min(out) < 1:
            return x, s
        x = self.sym.Convolution(x, kernel=k, stride=stride, dilate=dilate, pad=pad, num_filter=filters, num_group=groups,
                                 no_bias=self.pick(True, False), name=self.name("conv"))
        return x, (s[0], filters, *out)

    def pooling(self, x, s):
        k = self.pick(2, 3)
        if min(s[2:]) < k:
            return x, s
        stride, convention = self.pick(1, 2), self.pick("valid", "full")
        kind = self.pick("max", "avg", "sum")
        pad = 0 if convention == "full" else self.pick(0, 1)
        up = stride - 1 if convention == "full" else 0
        out = [(n + 2 * pad - k + up) // stride + 1 for n in s[2:]]
        x = self.sym.Pooling(x, kernel=(k, k), stride=(stride, stride), pad=(pad, pad), pool_type=kind, pooling_convention=convention,
                             name=self.name("pool"))
        return x, (*s[:2], *out)

    def norm(self, x, s):
        if s[0] * s[2] * s[3] < 8:
            return x, s
        return self.sym.BatchNorm(x, fix_gamma=self.pick(True, False), eps=self.pick(1e-3, .1), use_global_stats=self.pick(True, False, False),
                                  momentum=self.pick(.9, .5), name=self.name("bn")), s

    def activation(self, x, s):
        if self.r.random() < .3:
            return self.sym.LeakyReLU(x, name=self.name("leaky"), **self.pick(*LEAKY)), s
        return self.sym.Activation(x, act_type=self.pick(*ACTIVATIONS), name=self.name("act")), s

    def branches(self, x, s):
        a, sa = self.simple(x, s)
        b, sb = self.simple(x, s)
        if sa == sb and self.r.random() < .6:
            return self.pick(lambda: a + b, lambda: a * b, lambda: self.sym.maximum(a, b), lambda: self.sym.add_n(a, b, x if sa == s else a))(), sa
        if sa[2:] == sb[2:]:
            return self.sym.Concat(a, b, dim=1, name=self.name("cat")), (s[0], sa[1] + sb[1], *sa[2:])
        return a, sa

    def other(self, x, s):
        what = self.pick("lrn", "l2", "in", "scale", "clip", "swap", "slice", "up", "pad", "drop", "mean")
        if what == "lrn":
            return self.sym.LRN(x, nsize=1 if s[1] < 3 else 3, alpha=.01, name=self.name("lrn")), s
        if what == "l2":
            return self.sym.L2Normalization(x, mode="channel", eps=.1, name=self.name("l2")), s
        if what == "in":
            return (x, s) if s[2] * s[3] < 6 else (self.sym.InstanceNorm(x, eps=.1, name=self.name("in")), s)
        if what == "scale":
            return x * self.pick(.5, -1.5) + self.pick(0, .25), s
        if what == "clip":
            return self.sym.clip(x, -.75, 1.5, name=self.name("clip")), s
        if what == "swap":
            return self.sym.SwapAxis(x, dim1=2, dim2=3, name=self.name("swap")), (*s[:2], s[3], s[2])
        if what == "slice" and s[1] % 2 == 0:
            parts = self.sym.SliceChannel(x, num_outputs=2, axis=1, name=self.name("split"))
            return self.sym.Concat(parts[1], parts[0], dim=1, name=self.name("cat")), s
        if what == "up" and max(s[2:]) < 9:
            return self.sym.UpSampling(x, scale=2, sample_type="nearest", num_args=1, name=self.name("up")), (*s[:2], 2 * s[2], 2 * s[3])
        if what == "pad":
            return self.sym.Pad(x, mode="edge", pad_width=(0, 0, 0, 0, 1, 0, 0, 1), name=self.name("pad")), (*s[:2], s[2] + 1, s[3] + 1)
        if what == "drop":
            return self.sym.Dropout(x, p=0, name=self.name("drop")), s
        if what == "mean":
            return self.sym.broadcast_sub(x, self.sym.mean(x, axis=1, keepdims=True, name=self.name("mean"))), s
        return x, s

    def simple(self, x, s):
        for _ in range(self.r.integers(1, 4)):
            x, s = self.pick(self.convolution, self.convolution, self.norm, self.activation, self.activation, self.pooling, self.other)(x, s)
        return x, s

    def network(self, v, s, classes):
        x = v["data"]
        for _ in range(self.r.integers(2, 5)):
            x, s = self.pick(self.simple, self.simple, self.branches)(x, s)
        if self.r.random() < .5:
            x = self.sym.Pooling(x, global_pool=True, kernel=(2, 2), pool_type=self.pick("avg", "max"), name=self.name("gap"))
        hidden = self.sym.FullyConnected(self.sym.Flatten(x, name=self.name("flat")), num_hidden=self.pick(3, 7, 16), name=self.name("fc"))
        hidden = self.sym.Activation(hidden, act_type=self.pick(*ACTIVATIONS), name=self.name("act"))
        head = self.sym.SoftmaxOutput(self.sym.FullyConnected(hidden, num_hidden=classes, name="fc"), v["label"], name="softmax",
                                      normalization=self.pick("null", "batch", "valid"), use_ignore=self.pick(True, False), ignore_label=1)
        if self.r.random() < .4:
            return self.sym.Group([head, self.pick(x, hidden, x * 2)])
        return head


def cases():
    for i in range(240):
        r = np.random.default_rng([i, 1])
        s = (int(r.integers(1, 6)), int(r.choice([1, 2, 3, 4, 8, 16])), int(r.integers(5, 15)), int(r.integers(5, 15)))
        yield net(f"drawn{i:03}", lambda sym, v, i=i, s=s: Drawing(sym, [i, 2]).network(v, s, 4),
                  {"data": normal(*s) if i % 7 else fixed(uniform(0, 1, *s)), "label": labels(4, s[0])}, tol=2e-3, prefer="neither")
