"""Every operator with inputs of other types than float32; MXNet refuses many."""
from case import case, fixed, labels, normal, uniform, values, whole

FLOATS = [  # operator, shapes of its inputs, parameters
    ("Convolution", ((2, 3, 6, 7),), dict(kernel=(3, 3), num_filter=4)),
    ("Convolution_v1", ((2, 3, 6, 7),), dict(kernel=(3, 3), num_filter=4)),
    ("Deconvolution", ((2, 3, 4, 5),), dict(kernel=(3, 3), stride=(2, 2), num_filter=4, no_bias=False)),
    ("FullyConnected", ((4, 5),), dict(num_hidden=3)),
    ("Pooling", ((2, 3, 6, 7),), dict(kernel=(2, 2), stride=(2, 2))),
    ("Pooling_v1", ((2, 3, 6, 7),), dict(kernel=(2, 2), stride=(2, 2))),
    ("BatchNorm_v1", ((4, 3, 5, 2),), dict(fix_gamma=False)),
    ("L2Normalization", ((4, 3, 5),), {}),
    ("Dropout", ((4, 3),), dict(p=0)),
    ("Concat", ((2, 3), (2, 4)), {}),
    ("SliceChannel", ((2, 4, 3),), dict(num_outputs=2)),
    ("_split_v2", ((6, 3),), dict(indices=(0, 2, 5), axis=0)),
    ("Flatten", ((2, 3, 4),), {}),
    ("Reshape", ((2, 3, 4),), dict(shape=(0, -1))),
    ("SwapAxis", ((2, 3, 4),), dict(dim1=0, dim2=2)),
    ("Pad", ((2, 3, 4, 5),), dict(mode="reflect", pad_width=(0, 0, 0, 0, 1, 2, 3, 1))),
    ("Crop", ((2, 3, 6, 7),), dict(num_args=1, h_w=(3, 4), offset=(1, 2))),
    ("UpSampling", ((2, 3, 4, 5),), dict(scale=2, sample_type="nearest", num_args=1)),
    ("UpSampling", ((2, 3, 4, 5), (3, 1, 4, 4)), dict(scale=2, sample_type="bilinear", num_args=2, num_filter=3)),
    ("SoftmaxActivation", ((4, 5),), {}),
    ("MakeLoss", ((4, 3),), dict(normalization="valid")),
    ("make_loss", ((4, 3),), {}),
    ("BlockGrad", ((4, 3),), {}),
    ("smooth_l1", ((4, 3),), dict(scalar=1.5)),
    ("hard_sigmoid", ((4, 9),), {}),
    ("SpatialTransformer", ((2, 2, 4, 5), (2, 6)), dict(target_shape=(3, 3), transform_type="affine", sampler_type="bilinear")),
    ("BilinearSampler", ((2, 2, 4, 5), (2, 2, 3, 3)), {}),
    ("GridGenerator", ((2, 6),), dict(transform_type="affine", target_shape=(3, 4))),
    ("GridGenerator", ((2, 2, 4, 5),), dict(transform_type="warp")),
    ("Correlation", ((1, 2, 5, 5), (1, 2, 5, 5)), dict(pad_size=1)),
    ("moments", ((3, 4, 5),), dict(axes=(0, 2))),
    ("depth_to_space", ((2, 8, 3, 2),), dict(block_size=2)),
    ("space_to_depth", ((2, 3, 4, 6),), dict(block_size=2)),
    ("dot", ((4, 3), (3, 5)), {}),
    ("batch_dot", ((2, 4, 3), (2, 3, 5)), {}),
    ("_linalg_gemm", ((4, 3), (3, 5), (4, 5)), {}),
    ("_linalg_gemm2", ((4, 3), (3, 5)), {}),
    ("_linalg_syrk", ((4, 3),), {}),
    ("SequenceMask", ((4, 3, 2),), {}),
    ("SequenceReverse", ((4, 3, 2),), {}),
    ("SequenceLast", ((4, 3, 2),), {}),
    ("GroupNorm", ((2, 4, 3, 2),), dict(num_groups=2)),
    ("LayerNorm", ((4, 6),), dict(axis=0)),
]


def cases():
    for i, (op, shapes, p) in enumerate(FLOATS):
        for t, tol in (("float64", 1e-4), ("float16", 2e-2)):
            inputs = {chr(ord("a") + j): normal(*s, dtype=t) for j, s in enumerate(shapes)}
            yield case(f"type_{op}{i}_{t}", op, inputs, tol=tol, **p)
        if op in ("moments", "smooth_l1"):  # whose halves and squares MXNet cuts and wraps at every step
            continue
        for t in ("int32", "int64", "int8", "uint8"):
            inputs = {chr(ord("a") + j): fixed(whole(0, 9, *s, dtype=t)) for j, s in enumerate(shapes)}
            yield case(f"type_{op}{i}_{t}", op, inputs, grad=False, **p)
    for t in ("float64", "float16"):
        rois = fixed(values([[0, 0, 0, 4, 4], [1, 2, 1, 5, 3], [1, 0, 3, 1, 5]], t))
        yield case(f"type_ROIPooling_{t}", "ROIPooling", {"data": normal(2, 3, 6, 6, dtype=t), "rois": rois}, pooled_size=(2, 2), spatial_scale=1,
                   tol=1e-2)
        yield case(f"type_softmax_ce_{t}", "softmax_cross_entropy", {"data": normal(4, 3, dtype=t), "label": labels(3, 4, dtype=t)}, tol=1e-2)
        yield case(f"type_Embedding_{t}", "Embedding", {"data": labels(4, 3, dtype=t)}, input_dim=4, output_dim=2, dtype=t, tol=1e-2)
        yield case(f"type_Embedding32_{t}", "Embedding", {"data": labels(4, 3), "w": normal(4, 2, dtype=t)}, input_dim=4, output_dim=2, dtype=t, tol=1e-2)
        yield case(f"type_kl_{t}", "IdentityAttachKLSparseReg", {"data": uniform(.1, .9, 4, 3, dtype=t)}, fill={"avg": uniform(.2, .8, 3)}, tol=1e-2)
