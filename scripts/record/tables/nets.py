"""Small networks: several layers, shared weights, several heads, losses inside."""
from case import fixed, labels, net, normal, uniform


def lenet(sym, v, act="tanh", pool="max"):
    x = v["data"]
    for i, f in enumerate((4, 6)):
        x = sym.Convolution(x, kernel=(3, 3), num_filter=f, name=f"conv{i}")
        x = sym.Activation(x, act_type=act, name=f"act{i}")
        x = sym.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type=pool, name=f"pool{i}")
    x = sym.FullyConnected(sym.Flatten(x, name="flat"), num_hidden=5, name="fc")
    return sym.SoftmaxOutput(x, v["label"], name="softmax")


def residual(sym, v, fix=False, use_global=False):
    def unit(x, name, stride):
        b = sym.BatchNorm(x, fix_gamma=fix, use_global_stats=use_global, name=name + "_bn1")
        a = sym.Activation(b, act_type="relu", name=name + "_relu1")
        c = sym.Convolution(a, num_filter=6, kernel=(3, 3), stride=stride, pad=(1, 1), no_bias=True, name=name + "_conv1")
        b = sym.BatchNorm(c, fix_gamma=fix, eps=2e-5, momentum=.8, use_global_stats=use_global, name=name + "_bn2")
        c = sym.Convolution(sym.Activation(b, act_type="relu", name=name + "_relu2"), num_filter=6, kernel=(3, 3), pad=(1, 1),
                            no_bias=True, name=name + "_conv2")
        return c + sym.Convolution(a, num_filter=6, kernel=(1, 1), stride=stride, no_bias=True, name=name + "_sc")
    x = unit(unit(v["data"], "u1", (1, 1)), "u2", (2, 2))
    x = sym.Pooling(x, global_pool=True, kernel=(7, 7), pool_type="avg", name="pool")
    return sym.SoftmaxOutput(sym.FullyConnected(sym.Flatten(x, name="flat"), num_hidden=4, name="fc"), v["label"], name="softmax")


def inception(sym, v):
    x, towers = v["data"], []
    for i, (k, f) in enumerate(((1, 3), (3, 4), (5, 2))):
        c = sym.Convolution(x, kernel=(k, k), pad=(k // 2,) * 2, num_filter=f, no_bias=True, name=f"t{i}")
        towers.append(sym.Activation(sym.BatchNorm(c, name=f"bn{i}"), act_type="relu", name=f"r{i}"))
    towers.append(sym.Pooling(x, kernel=(3, 3), stride=(1, 1), pad=(1, 1), pool_type="avg", name="p"))
    x = sym.Pooling(sym.Concat(*towers, dim=1, name="cat"), kernel=(3, 3), stride=(2, 2), pooling_convention="full", name="down")
    return sym.SoftmaxOutput(sym.FullyConnected(x, num_hidden=3, name="fc"), v["label"], normalization="batch", name="softmax")


def shared(sym, v):
    w, b = sym.Variable("w"), sym.Variable("b")
    x = sym.FullyConnected(v["data"], w, b, num_hidden=6, name="a")
    x = sym.FullyConnected(sym.Activation(x, act_type="tanh", name="t"), w, b, num_hidden=6, name="c")
    return sym.Group([x, sym.sum(w * w, name="norm"), sym.BlockGrad(b, name="blocked")])


def used_often(sym, v):
    x = v["data"]
    y = x * 10 + sym.square(x, name="sq") - x / 3
    return sym.broadcast_add(y, sym.mean(x, axis=1, keepdims=True, name="m"), name="sum") * sym.sigmoid(x, name="gate")


def two_losses(sym, v):
    x = sym.Activation(sym.FullyConnected(v["data"], num_hidden=8, name="body"), act_type="relu", name="r")
    a = sym.SoftmaxOutput(sym.FullyConnected(x, num_hidden=3, name="fa"), v["la"], name="sa", grad_scale=.5)
    b = sym.LinearRegressionOutput(sym.FullyConnected(x, num_hidden=2, name="fb"), v["lb"], name="sb")
    return sym.Group([a, b, sym.MakeLoss(sym.mean(sym.abs(x)), name="penalty")])


def mobile(sym, v):
    x = sym.Convolution(v["data"], num_filter=6, num_group=6, kernel=(3, 3), stride=(2, 2), pad=(1, 1), no_bias=True, name="dw")
    x = sym.Activation(sym.BatchNorm(x, fix_gamma=False, name="dwbn"), act_type="relu", name="dwr")
    x = sym.Convolution(x, num_filter=9, kernel=(1, 1), no_bias=True, name="pw")
    x = sym.clip(sym.BatchNorm(x, fix_gamma=True, name="pwbn"), 0, 6, name="relu6")
    x = sym.Pooling(x, kernel=(1, 1), global_pool=True, pool_type="avg", name="gap")
    return sym.SoftmaxOutput(sym.Flatten(sym.Convolution(x, num_filter=3, kernel=(1, 1), name="cls"), name="f"), v["label"], name="softmax")


def segment(sym, v):
    x = sym.Activation(sym.Convolution(v["data"], num_filter=4, kernel=(3, 3), stride=(2, 2), pad=(1, 1), name="down"), act_type="relu", name="r")
    x = sym.Deconvolution(x, num_filter=3, kernel=(4, 4), stride=(2, 2), pad=(1, 1), name="up")
    x = sym.Crop(x, v["data"], num_args=2, center_crop=True, name="crop")
    return sym.SoftmaxOutput(x, v["label"], multi_output=True, use_ignore=True, ignore_label=2, normalization="valid", name="softmax")


def alexnet_head(sym, v):
    x = sym.Activation(sym.Convolution(v["data"], num_filter=6, kernel=(5, 5), stride=(2, 2), num_group=1, name="c"), act_type="relu", name="r")
    x = sym.Pooling(sym.LRN(x, alpha=1e-4, beta=.75, knorm=2, nsize=5, name="n"), kernel=(3, 3), stride=(2, 2), pool_type="max", name="p")
    x = sym.Dropout(sym.FullyConnected(sym.Flatten(x, name="f"), num_hidden=7, name="fc1"), p=0, name="d")
    return sym.SoftmaxOutput(sym.FullyConnected(sym.LeakyReLU(x, act_type="elu", slope=.5, name="elu"), num_hidden=3, name="fc2"), v["label"], name="softmax")


def split_join(sym, v):
    a, b = sym.SliceChannel(v["data"], num_outputs=2, axis=1, name="s")
    c = sym.Concat(a * b, sym.transpose(sym.transpose(a, axes=(0, 2, 1)), axes=(0, 2, 1)), dim=1, name="c")
    return sym.Group([c, sym.SwapAxis(b, dim1=1, dim2=2, name="sw"), a])


def cross_entropy(sym, v):
    p = sym.log_softmax(sym.FullyConnected(v["data"], num_hidden=4, name="fc"), axis=-1, name="ls")
    picked = sym.pick(p, v["label"], axis=1, name="pk")
    return sym.MakeLoss(sym.negative(sym.mean(picked, name="mean")), name="loss")


def transformer(sym, v):
    loc = sym.FullyConnected(sym.Flatten(sym.Pooling(v["data"], kernel=(4, 4), stride=(4, 4), pool_type="avg", name="p"), name="f"),
                             num_hidden=6, name="loc")
    x = sym.SpatialTransformer(v["data"], loc, target_shape=(6, 6), transform_type="affine", sampler_type="bilinear", name="stn")
    return sym.SoftmaxOutput(sym.FullyConnected(x, num_hidden=3, name="fc"), v["label"], name="softmax")


def argument_loss(sym, v):
    """Losses fed by an argument itself, and an argument that is a head."""
    return sym.Group([sym.SoftmaxOutput(v["data"], v["label"], name="s"), v["data"] * 2])


def statistics(sym, v):
    out, mean, var = sym.BatchNorm(v["data"], fix_gamma=False, output_mean_var=True, name="bn")
    return sym.Group([out * 2, sym.sum(mean, name="m"), sym.sum(var, name="v")])


def bn_twice(sym, v):
    """Two BatchNorms with one set of parameters and states."""
    p = [sym.Variable(n) for n in ("g", "b")] + [sym.Variable(n) for n in ("m_moving_mean", "m_moving_var")]
    x = sym.BatchNorm(v["data"], *p, fix_gamma=False, name="bn1")
    return sym.BatchNorm(sym.tanh(x, name="t"), *p, fix_gamma=False, name="bn2")


def cases():
    image, y = {"data": (3, 3, 12, 12)}, lambda n, k=3: {"label": labels(k, n)}
    for act in ("tanh", "relu", "sigmoid", "softrelu"):
        for pool in ("max", "avg"):
            yield net(f"net_lenet_{act}_{pool}", lambda s, v, act=act, pool=pool: lenet(s, v, act, pool), image | y(3, 5), tol=1e-3)
    for fix in (True, False):
        for g in (True, False):
            yield net(f"net_residual_{fix}_{g}", lambda s, v, fix=fix, g=g: residual(s, v, fix, g), {"data": (4, 3, 8, 9)} | y(4, 4), tol=2e-3)
            yield net(f"net_residual_infer_{fix}_{g}", lambda s, v, fix=fix, g=g: residual(s, v, fix, g), {"data": (4, 3, 8, 9)} | y(4, 4),
                      tol=2e-3, train=False, grad=False)
    yield net("net_inception", inception, {"data": (4, 3, 8, 8)} | y(4), tol=2e-3)
    yield net("net_inception_odd", inception, {"data": (3, 2, 7, 9)} | y(3), tol=2e-3)
    yield net("net_shared", shared, {"data": (4, 6)}, tol=1e-3)
    yield net("net_often", used_often, {"data": (3, 5)}, tol=1e-3)
    yield net("net_two_losses", two_losses, {"data": (5, 4), "la": labels(3, 5), "lb": fixed(normal(5, 2))}, tol=1e-3)
    yield net("net_mobile", mobile, {"data": (4, 6, 9, 9)} | y(4), tol=2e-3)
    yield net("net_segment", segment, {"data": (2, 3, 7, 8), "label": labels(3, 2, 7, 8)}, tol=1e-3)
    yield net("net_alexnet", alexnet_head, {"data": (2, 3, 15, 15)} | y(2), tol=1e-3)
    yield net("net_split_join", split_join, {"data": (2, 4, 3)}, tol=1e-3)
    yield net("net_cross_entropy", cross_entropy, {"data": (5, 6)} | y(5, 4), tol=1e-3)
    yield net("net_transformer", transformer, {"data": uniform(0, 1, 2, 1, 8, 8)} | y(2), tol=2e-3)
    yield net("net_argument_loss", argument_loss, {"data": (4, 3)} | y(4), tol=1e-3)
    yield net("net_statistics", statistics, {"data": (4, 3, 5, 5)}, tol=1e-3)
    yield net("net_bn_twice", bn_twice, {"data": (4, 3, 5, 5)}, tol=2e-3)
    yield net("net_frozen", lambda s, v: residual(s, v, True), {"data": fixed((4, 3, 8, 9))} | y(4, 4), tol=2e-3,
              no_grad=("u1_bn1_gamma", "u1_bn1_beta", "u1_conv1_weight", "u1_sc_weight"))
