"""The layers of image networks at the sizes and just beside the sizes at which fast code changes its way."""
from case import case, labels, normal


def cases():
    for n, c, h, f in ((16, 16, 8, 16), (17, 16, 8, 16), (15, 15, 7, 17), (32, 3, 9, 32), (2, 64, 14, 64), (1, 33, 14, 65), (16, 1, 28, 20), (33, 20, 12, 50),
                       (4, 128, 7, 32), (3, 96, 5, 97), (8, 24, 13, 24), (1, 8, 56, 8)):
        for k, stride, pad in ((1, 1, 0), (3, 1, 1), (3, 2, 1), (5, 1, 2), (1, 2, 0)):
            yield case(f"size_conv_{n}_{c}_{h}_{f}_k{k}s{stride}", "Convolution", {"data": (n, c, h, h)}, kernel=(k, k), stride=(stride, stride), pad=(pad, pad),
                       num_filter=f, tol=3e-4)
        if c > 1:
            for k, stride in ((3, 1), (3, 2), (5, 1)):
                yield case(f"size_depthwise_{n}_{c}_{h}_k{k}s{stride}", "Convolution", {"data": (n, c, h, h)}, kernel=(k, k), stride=(stride, stride),
                           pad=(k // 2, k // 2), num_filter=c, num_group=c, tol=3e-4)
        for kind in ("max", "avg"):
            for k, stride, pad in ((2, 2, 0), (3, 2, 1), (3, 1, 1), (3, 2, 0)):
                yield case(f"size_pool_{kind}_{n}_{c}_{h}_k{k}s{stride}p{pad}", "Pooling", {"data": (n, c, h, h)}, kernel=(k, k), stride=(stride, stride),
                           pad=(pad, pad), pool_type=kind)
        yield case(f"size_bn_{n}_{c}_{h}", "BatchNorm", {"data": (n, c, h, h)}, fix_gamma=False, tol=3e-4)
        yield case(f"size_bn_{n}_{c}_{h}_global", "BatchNorm", {"data": (n, c, h, h)}, use_global_stats=True, tol=3e-4)
        yield case(f"size_lrn_{n}_{c}_{h}", "LRN", {"data": (n, c, h, h)}, nsize=5 if c > 4 else 1, tol=3e-4)
        yield case(f"size_deconv_{n}_{c}_{h}", "Deconvolution", {"data": (n, c, min(h, 9), min(h, 9))}, kernel=(4, 4), stride=(2, 2), pad=(1, 1),
                   num_filter=min(f, 24), tol=3e-4)
    for n, k, m in ((1, 1000, 10), (64, 784, 128), (128, 128, 10), (33, 65, 17), (16, 16, 16), (7, 3, 129), (256, 20, 3)):
        yield case(f"size_fc_{n}_{k}_{m}", "FullyConnected", {"data": (n, k)}, num_hidden=m, tol=3e-4)
    for n, k in ((64, 10), (3, 1000), (1, 21841), (17, 17), (128, 33), (5, 1)):
        yield case(f"size_softmax_{n}_{k}", "softmax", {"data": (n, k)})
        yield case(f"size_log_softmax_{n}_{k}", "log_softmax", {"data": normal(n, k, scale=4)})
        yield case(f"size_so_{n}_{k}", "SoftmaxOutput", {"data": (n, k), "label": labels(k, n)}, normalization="batch")
        yield case(f"size_so_multi_{n}_{k}", "SoftmaxOutput", {"data": (2, min(k, 40), n, 3), "label": labels(min(k, 40), 2, n, 3)}, multi_output=True)
        yield case(f"size_ln_{n}_{k}", "LayerNorm", {"data": (n, max(k, 2))}, tol=3e-4)
