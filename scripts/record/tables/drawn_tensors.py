"""Graphs of tensor operators drawn at random: values are used several times, shapes change, and there are several heads."""
import numpy as np

from case import net, normal


class Graph:
    """Keeps a pool of (symbol, shape), from which each step takes its inputs and to which it adds its result."""

    def __init__(self, sym, seed, pool):
        self.sym, self.r, self.pool, self.count = sym, np.random.default_rng(seed), list(pool), 0

    def pick(self, *choices):
        return choices[self.r.integers(len(choices))]

    def take(self):
        return self.pool[self.r.integers(len(self.pool))]

    def name(self):
        self.count += 1
        return f"n{self.count}"

    def axis(self, s):
        return int(self.r.integers(-len(s), len(s)))

    def unary(self, x, s):
        f = self.pick("tanh", "sigmoid", "relu", "square", "abs", "negative", "softsign", "erf", "sin", "expm1", "arctan", "BlockGrad", "identity")
        return getattr(self.sym, f)(self.sym.clip(x, -3, 3) if f == "expm1" else x, name=self.name()), s

    def scalar(self, x, s):
        v = self.pick(.5, -1.25, 2, 3)
        return self.pick(lambda: x + v, lambda: x * v, lambda: v - x, lambda: x / v, lambda: self.sym.maximum(x, v / 4), lambda: x > v / 4)(), s

    def binary(self, x, s):
        same = [y for y in self.pool if y[1] == s]
        y, _ = same[self.r.integers(len(same))]
        return self.pick(lambda: x + y, lambda: x - y, lambda: x * y, lambda: self.sym.maximum(x, y), lambda: self.sym.hypot(x, y),
                         lambda: self.sym.add_n(x, y, x), lambda: self.sym.where(x > 0, y, x * 2))(), s

    def broadcast(self, x, s):
        a = self.axis(s)
        m = self.pick(self.sym.mean, self.sym.max, self.sym.sum)(x, axis=a, keepdims=True, name=self.name())
        f = self.pick(self.sym.broadcast_sub, self.sym.broadcast_mul, self.sym.broadcast_add, self.sym.broadcast_maximum)
        return f(x, m, name=self.name()), s

    def reduction(self, x, s):
        if len(s) < 2:
            return x, s
        a, f = self.axis(s) % len(s), self.pick("sum", "mean", "max", "min", "norm")
        x = self.sym.norm(x, axis=a, ord=2, name=self.name()) if f == "norm" else getattr(self.sym, f)(x, axis=a, name=self.name())
        return x, s[:a] + s[a + 1:]

    def layout(self, x, s):
        a, n = self.axis(s) % len(s), len(s)
        order = tuple(int(i) for i in self.r.permutation(n))
        lo, hi = sorted(int(i) for i in self.r.choice(s[a] + 1, 2, replace=False))
        new = lambda v: s[:a] + (v,) + s[a + 1:]
        return self.pick(
            lambda: (self.sym.transpose(x, axes=order, name=self.name()), tuple(s[i] for i in order)),
            lambda: (self.sym.Reshape(x, shape=(-1,), name=self.name()), (int(np.prod(s)),)),
            lambda: (self.sym.expand_dims(x, axis=a, name=self.name()), s[:a] + (1,) + s[a:]) if n < 4 else (x, s),
            lambda: (self.sym.slice_axis(x, axis=a, begin=lo, end=hi, name=self.name()), new(hi - lo)),
            lambda: (self.sym.reverse(x, axis=a, name=self.name()), s),
            lambda: (self.sym.repeat(x, repeats=2, axis=a, name=self.name()), new(2 * s[a])) if np.prod(s) < 200 else (x, s),
            lambda: (self.sym.Concat(x, x * 2, dim=a, name=self.name()), new(2 * s[a])) if np.prod(s) < 200 else (x, s),
            lambda: (self.sym.stack(x, x - 1, axis=a, name=self.name()), s[:a] + (2,) + s[a:]) if n < 4 and np.prod(s) < 200 else (x, s),
            lambda: (self.sym.Flatten(x, name=self.name()), (s[0], int(np.prod(s[1:])))),
            lambda: (self.sym.SwapAxis(x, dim1=0, dim2=a, name=self.name()), tuple(s[{0: a, a: 0}.get(i, i)] for i in range(n))),
        )()

    def layer(self, x, s):
        a = self.axis(s)
        if s[a] < 2:
            return x, s
        return self.pick(lambda: (self.sym.softmax(x, axis=a, name=self.name()), s),
                         lambda: (self.sym.log_softmax(x, axis=a, name=self.name()), s),
                         lambda: (self.sym.LayerNorm(x, axis=a, eps=.1, name=self.name()), s),
                         lambda: (self.sym.FullyConnected(x, num_hidden=4, flatten=False, name=self.name()), s[:-1] + (4,)),
                         lambda: (self.sym.FullyConnected(x, num_hidden=5, name=self.name()), (s[0], 5)) if len(s) > 1 else (x, s),
                         lambda: (self.sym.dot(x, x, transpose_b=True, name=self.name()), (s[0], s[0])) if len(s) == 2 else (x, s),
                         lambda: (self.sym.batch_dot(x, x, transpose_a=True, name=self.name()), (s[0], s[2], s[2])) if len(s) == 3 else (x, s))()

    def heads(self, steps):
        for _ in range(steps):
            x, s = self.take()
            step = self.pick(self.unary, self.scalar, self.binary, self.broadcast, self.reduction, self.layout, self.layout, self.layer, self.layer)
            self.pool.append(step(x, s))
        return self.sym.Group([h * 1 for h, _ in self.pool[-int(self.r.integers(1, 4)):]])


def build(sym, v, i, shapes):
    """Heads drawn by number i, and both inputs, so that each is in the graph whatever was drawn."""
    heads = Graph(sym, [i, 4], [(v[n], s) for n, s in shapes.items()]).heads(3 + i % 12)
    return sym.Group([heads, *(sym.sum(v[n] * 0, name="zero_" + n) for n in shapes)])


def cases():
    for i in range(200):
        r = np.random.default_rng([i, 3])
        shapes = {n: tuple(int(r.integers(1, 6)) for _ in range(r.integers(1, 4))) for n in ("a", "b")}
        yield net(f"drawn_tensors{i:03}", lambda sym, v, i=i, shapes=shapes: build(sym, v, i, shapes),
                  {n: normal(*s) for n, s in shapes.items()}, tol=1e-3, prefer="neither")
