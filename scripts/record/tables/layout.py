"""Operators that move elements: Concat, SliceChannel, split_v2, Flatten, Reshape, SwapAxis, Pad, Crop, UpSampling, Embedding,
depth_to_space and space_to_depth."""
import itertools

from case import case, fixed, labels, normal, values, whole


def joins():
    for i, (shapes, dim) in enumerate([
            (((2, 3), (4, 3)), 0), (((2, 3, 4), (2, 5, 4), (2, 1, 4)), 1), (((2, 3), (2, 4)), -1), (((2, 3, 4), (2, 3, 5)), -1),
            (((2, 3, 4), (2, 3, 4)), -2), (((3,), (4,), (1,)), 0), (((2, 3, 2, 2), (2, 1, 2, 2)), 1), (((2, 3, 2, 2), (2, 3, 2, 5)), 3),
            (((1, 1),), 1), (((2, 3, 2, 2, 2), (2, 3, 1, 2, 2)), 2), (((2, 16, 3, 3), (2, 32, 3, 3), (2, 8, 3, 3)), 1)]):
        inputs = {chr(ord("a") + j): s for j, s in enumerate(shapes)}
        yield case(f"concat{i}", "Concat", inputs, dim=dim)
    for t, tol in (("float64", 1e-4), ("float16", 1e-2)):
        yield case(f"concat_{t}", "Concat", {"a": normal(2, 3, dtype=t), "b": normal(2, 2, dtype=t)}, dim=1, tol=tol)
    for t in ("int32", "uint8", "int8", "int64"):
        yield case(f"concat_{t}", "Concat", {"a": whole(0, 9, 2, 3, dtype=t), "b": whole(0, 9, 2, 2, dtype=t)}, dim=1, grad=False)
    yield case("concat_lower", "concat", {"a": (2, 3), "b": (2, 4)}, dim=1)
    yield case("concat_default", "Concat", {"a": (2, 3), "b": (2, 4)})
    yield case("concat_fixed", "Concat", {"a": (2, 3), "b": fixed((2, 4))})


def splits():
    for i, (s, n, axis) in enumerate([((2, 6, 4), 3, 1), ((4, 3), 2, 0), ((2, 3, 4), 4, 2), ((2, 3, 4), 2, -1), ((2, 3, 4), 3, -2),
                                      ((6,), 3, 0), ((2, 4, 2, 2), 4, 1), ((2, 4), 1, 1), ((2, 4, 3, 2, 2), 2, 4)]):
        for squeeze in (False, True):
            yield case(f"split{i}_{squeeze}", "SliceChannel", {"data": s}, num_outputs=n, axis=axis, squeeze_axis=squeeze)
    yield case("split_name", "split", {"data": (2, 6)}, num_outputs=2)
    yield case("split_f64", "SliceChannel", {"data": normal(2, 6, dtype="float64")}, num_outputs=2)
    yield case("split_int", "SliceChannel", {"data": whole(0, 9, 2, 6, dtype="int32")}, num_outputs=2, grad=False)
    for i, (s, axis, rest) in enumerate([
            ((6, 4), 0, dict(indices=(0, 2, 5))), ((6, 4), 0, dict(indices=(0, 3))), ((2, 6, 3), 1, dict(indices=(0, 1, 2))),
            ((2, 6, 3), -2, dict(indices=(0, 4))), ((2, 6), 1, dict(indices=(), sections=3)), ((2, 6), 0, dict(indices=(), sections=2)),
            ((2, 6, 3), -1, dict(indices=(), sections=3)), ((2, 3), 1, dict(indices=(0, 1, 2), squeeze_axis=True)),
            ((4, 3), 0, dict(indices=(), sections=4, squeeze_axis=True)), ((7,), 0, dict(indices=(0, 3, 6))),
            ((6, 2), 0, dict(indices=(0,))), ((6, 2), 1, dict(indices=(0,)))]):
        yield case(f"split2_{i}", "_split_v2", {"data": s}, axis=axis, **rest)


def shapes():
    for i, s in enumerate([(2, 3, 4, 5), (2, 3), (5,), (1, 1, 1), (2, 3, 2, 2, 2)]):
        yield case(f"flatten{i}", "Flatten", {"data": s})
    yield case("flatten_lower", "flatten", {"data": (2, 3, 4)})
    for i, (s, shape) in enumerate([
            ((2, 3, 4), (4, 0, 2)), ((2, 3, 4), (6, 1, -1)), ((2, 3, 4), (3, -1, 8)), ((2, 3, 4), (-1,)), ((2, 3, 4), (2, -2)),
            ((2, 3, 4), (-2, 1, 1)), ((2, 3, 4), (-3, 4)), ((2, 3, 4), (0, -3)), ((2, 3, 4), (-3, -2)), ((2, 3, 4), (-4, 1, 2, -2)),
            ((2, 3, 4), (2, -4, -1, 3, -2)), ((2, 3, 4, 5), (-3, -3)), ((8, 3), (-4, 2, -1, 0)), ((8, 3), (-4, -1, 4, -2)),
            ((2, 3, 4, 5), (-3, 0, -1)), ((2, 3, 4, 5), (0, -4, 1, 3, -3)), ((2, 3, 4, 5), (-2,)), ((2, 3, 4), (0, 0, 0)),
            ((2, 3, 4), (0, -2)), ((10, 5, 4), (-1, 0)), ((2, 3, 4, 5), (0, 0, -3)), ((6,), (2, 3)), ((1,), (1, 1, 1)),
            ((2, 12), (0, -4, 3, 4)), ((2, 3, 4), (-3, -1)), ((2, 3, 4), (1, -1, 0))]):
        yield case(f"reshape{i:02}", "Reshape", {"data": s}, shape=shape)
    for i, (s, shape) in enumerate([((10, 5, 4), (-1, 0)), ((2, 3, 4), (-1, 0, 0)), ((2, 3, 4), (-2, 2, 2)), ((2, 3, 4, 5), (-3, -3)),
                                    ((2, 3, 4), (0, -3)), ((2, 3, 4), (-4, -1, 2, 0)), ((8, 3, 4), (-4, 2, 4, 0, 0)), ((2, 3, 4), (6, -1)),
                                    ((2, 3, 4), (-1, 2, 0)), ((2, 3, 4, 5), (0, -1, 0))]):
        yield case(f"reshape_rev{i}", "Reshape", {"data": s}, shape=shape, reverse=True)
    for i, p in enumerate((dict(target_shape=(2, 12)), dict(target_shape=(0, 12)), dict(target_shape=(6, 0)),
                           dict(target_shape=(0, 0), keep_highest=True), dict(target_shape=(0, 12), keep_highest=True),
                           dict(target_shape=(4, 0, 2)), dict(target_shape=(0, 3, 4)))):
        yield case(f"reshape_old{i}", "Reshape", {"data": (2, 3, 4)}, **p)
    yield case("reshape_lower", "reshape", {"data": (2, 3)}, shape="[3,2]")
    yield case("reshape_int", "Reshape", {"data": whole(0, 9, 2, 3, dtype="int32")}, shape=(3, 2), grad=False)
    for i, (s, a, b) in enumerate([((2, 3, 4), 0, 2), ((2, 3, 4), 1, 2), ((2, 3), 0, 1), ((2, 3, 4, 5), 1, 3), ((2, 3, 4, 5), 3, 0),
                                   ((2, 3, 4), 1, 1), ((2, 3, 4), -1, 0), ((2, 3, 4), -3, -1), ((2, 3, 2, 4, 2), 1, 3)]):
        yield case(f"swap{i}", "SwapAxis", {"data": s}, dim1=a, dim2=b)
    yield case("swap_default", "SwapAxis", {"data": (2, 3)})
    yield case("swapaxes", "swapaxes", {"data": (2, 3, 4)}, dim1=0, dim2=2)
    for op, s in (("depth_to_space", (2, 8, 3, 2)), ("space_to_depth", (2, 3, 4, 6))):
        yield case(f"{op}2", op, {"data": s}, block_size=2)
        yield case(f"{op}1", op, {"data": s}, block_size=1)
        yield case(f"{op}_f64", op, {"data": normal(*s, dtype="float64")}, block_size=2)
        yield case(f"{op}_int", op, {"data": whole(0, 9, *s, dtype="int32")}, block_size=2, grad=False)
    yield case("depth_to_space3", "depth_to_space", {"data": (1, 18, 1, 4)}, block_size=3)
    yield case("space_to_depth3", "space_to_depth", {"data": (1, 2, 6, 9)}, block_size=3)


def borders():
    for mode in ("constant", "edge", "reflect"):
        for i, (s, w) in enumerate([((2, 3, 4, 5), (0, 0, 0, 0, 1, 2, 3, 1)), ((2, 3, 4, 5), (0, 0, 0, 0, 0, 0, 0, 0)),
                                    ((2, 3, 4, 5), (0, 0, 0, 0, 3, 0, 0, 4)), ((1, 1, 2, 2), (0, 0, 0, 0, 1, 1, 1, 1)),
                                    ((2, 3, 3, 4, 5), (0, 0, 0, 0, 1, 2, 2, 1, 0, 3)), ((1, 2, 2, 2, 3), (0, 0, 0, 0, 1, 0, 0, 1, 2, 2))]):
            yield case(f"pad_{mode}{i}", "Pad", {"data": s}, mode=mode, pad_width=w)
        yield case(f"pad_{mode}_f64", "Pad", {"data": normal(2, 3, 4, 5, dtype="float64")}, mode=mode, pad_width=(0, 0, 0, 0, 1, 2, 3, 1))
    for v in (1.5, -3, 0):
        yield case(f"pad_value{v}", "Pad", {"data": (2, 3, 4, 5)}, mode="constant", pad_width=(0, 0, 0, 0, 1, 2, 3, 0), constant_value=v)
    yield case("pad_big", "Pad", {"data": (1, 1, 2, 2)}, mode="edge", pad_width=(0, 0, 0, 0, 5, 4, 3, 6))
    yield case("pad_lower", "pad", {"data": (2, 3, 4, 5)}, mode="constant", pad_width=(0, 0, 0, 0, 1, 1, 1, 1))
    for i, p in enumerate((dict(h_w=(5, 6), offset=(1, 2)), dict(h_w=(5, 6)), dict(h_w=(5, 6), center_crop=True), dict(h_w=(4, 7), center_crop=True),
                           dict(h_w=(9, 10)), dict(h_w=(1, 1), offset=(8, 9)))):
        yield case(f"crop{i}", "Crop", {"data": (2, 3, 9, 10)}, num_args=1, **p)
        if "offset" not in p or i == 0:
            yield case(f"crop_like{i}", "Crop", {"data": (2, 3, 9, 10), "like": (1, 5, 4, 7)}, num_args=2,
                       **{k: v for k, v in p.items() if k != "h_w"})
    yield case("crop_like_fixed", "Crop", {"data": (2, 3, 9, 10), "like": fixed((2, 3, 4, 7))}, num_args=2, center_crop=True)


def enlarge():
    for scale in (1, 2, 3):
        for i, s in enumerate([(2, 3, 4, 5), (1, 1, 1, 1), (2, 1, 3, 2)]):
            yield case(f"up_nearest{scale}_{i}", "UpSampling", {"data": s}, scale=scale, sample_type="nearest", num_args=1)
    for mode in ("concat", "sum"):
        yield case(f"up_{mode}2", "UpSampling", {"a": (2, 3, 4, 4), "b": (2, 3, 2, 2)}, scale=2, sample_type="nearest", num_args=2,
                   multi_input_mode=mode)
        yield case(f"up_{mode}3", "UpSampling", {"a": (2, 3, 4, 8), "b": (2, 3, 2, 4), "c": (2, 3, 8, 16)}, scale=2, sample_type="nearest",
                   num_args=3, multi_input_mode=mode)
    yield case("up_concat_uneven", "UpSampling", {"a": (2, 3, 4, 4), "b": (2, 1, 4, 4)}, scale=3, sample_type="nearest", num_args=2)
    for scale, filters in itertools.product((1, 2, 3, 4), (1, 3)):
        k = 2 * scale - scale % 2
        yield case(f"up_bilinear{scale}_{filters}", "UpSampling", {"data": (2, filters, 4, 5), "weight": (filters, 1, k, k)}, scale=scale,
                   sample_type="bilinear", num_args=2, num_filter=filters)
    yield case("up_bilinear_auto", "UpSampling", {"data": (1, 2, 3, 3)}, scale=2, sample_type="bilinear", num_args=2, num_filter=2)
    for t in ("float64", "float16"):
        yield case(f"up_nearest_{t}", "UpSampling", {"data": normal(2, 3, 2, 2, dtype=t)}, scale=2, sample_type="nearest", num_args=1, tol=1e-2)


def embeddings():
    for i, s in enumerate([(4, 3), (5,), (2, 3, 2), (1,), (1, 1)]):
        yield case(f"embedding{i}", "Embedding", {"data": labels(11, *s)}, input_dim=11, output_dim=5)
        yield case(f"embedding{i}_int", "Embedding", {"data": labels(11, *s, dtype="int32")}, input_dim=11, output_dim=5)
    yield case("embedding_clip", "Embedding", {"data": fixed(values([-3, -1, 0, 4, 5, 99]))}, input_dim=5, output_dim=2)
    yield case("embedding_fraction", "Embedding", {"data": fixed(values([.2, 1.7, 2.99, -.5]))}, input_dim=5, output_dim=2)
    yield case("embedding_same", "Embedding", {"data": fixed(values([2] * 9))}, input_dim=3, output_dim=1)
    for t in ("uint8", "int64", "float64"):
        yield case(f"embedding_{t}", "Embedding", {"data": labels(4, 3, 2, dtype=t)}, input_dim=4, output_dim=3)
    yield case("embedding_to_f64", "Embedding", {"data": labels(4, 3, 2), "w": normal(4, 3, dtype="float64")}, input_dim=4, output_dim=3,
               dtype="float64")


def cases():
    yield from joins()
    yield from splits()
    yield from shapes()
    yield from borders()
    yield from enlarge()
    yield from embeddings()
