"""Operators that sample places of images: ROIPooling, SpatialTransformer, GridGenerator, BilinearSampler, Correlation."""

import numpy as np

from case import Input, case, fixed, normal, uniform, values


def rois(batch, n, size, scale=1):
    """(batch index, x1, y1, x2, y2) of boxes of a size·size image seen at scale."""
    def make(r):
        a, b = (np.sort(r.uniform(0, size / scale, (n, 2)), axis=1) for _ in range(2))
        return np.stack([r.integers(0, batch, n), a[:, 0], b[:, 0], a[:, 1], b[:, 1]], 1).astype("float32")
    return fixed(Input(make))


def theta(n, spread=.3):
    return Input(lambda r: (np.tile([1, 0, 0, 0, 1, 0], (n, 1)) + r.standard_normal((n, 6)) * spread).astype("float32"))


def cases():
    for i, (s, pooled, scale) in enumerate([((2, 3, 12, 12), (3, 3), 1), ((2, 3, 12, 12), (3, 3), .5), ((1, 1, 6, 6), (2, 2), 1),
                                            ((2, 3, 12, 12), (1, 1), 1), ((2, 3, 12, 12), (7, 5), .25), ((1, 2, 16, 16), (7, 7), .0625)]):
        yield case(f"roi{i}", "ROIPooling", {"data": s, "rois": rois(s[0], 5, s[2], scale)}, pooled_size=pooled, spatial_scale=scale)
        yield case(f"roi{i}_ties", "ROIPooling", {"data": values(np.arange(np.prod(s)).reshape(s) % 3), "rois": rois(s[0], 5, s[2], scale)},
                   pooled_size=pooled, spatial_scale=scale)
    boxes = [[0, 0, 0, 4, 4], [0, 3, 3, 3, 3], [1, 0, 0, 11, 11], [1, 5, 7, 4, 2], [0, -3, -2, 3, 3], [0, 8, 8, 20, 20], [1, .5, 1.5, 2.5, 3.5]]
    yield case("roi_corners", "ROIPooling", {"data": (2, 3, 12, 12), "rois": fixed(values(boxes))}, pooled_size=(3, 2), spatial_scale=1)
    yield case("roi_corners_half", "ROIPooling", {"data": (2, 3, 12, 12), "rois": fixed(values(boxes))}, pooled_size=(2, 2), spatial_scale=.5)
    yield case("roi_outside", "ROIPooling", {"data": (1, 2, 5, 5), "rois": fixed(values([[0, 10, 10, 12, 12], [0, -9, -9, -5, -5]]))},
               pooled_size=(2, 2), spatial_scale=1)
    yield case("roi_grad", "ROIPooling", {"data": (1, 2, 5, 5), "rois": values([[0, 0, 0, 2, 3]])}, pooled_size=(2, 2), spatial_scale=1)
    yield case("roi_negative", "ROIPooling", {"data": normal(1, 2, 5, 5, shift=-9), "rois": fixed(values([[0, 0, 0, 2, 3]]))}, pooled_size=(2, 2),
               spatial_scale=1)
    yield case("roi_image", "ROIPooling", {"data": (2, 1, 5, 5), "rois": fixed(values([[-1, 0, 0, 2, 3], [1, 0, 0, 2, 3]]))}, pooled_size=(2, 2),
               spatial_scale=1)

    for i, (s, target) in enumerate([((2, 3, 6, 7), (4, 5)), ((1, 1, 4, 4), (4, 4)), ((2, 2, 5, 5), (9, 8)), ((2, 2, 5, 5), (1, 1)),
                                     ((3, 1, 8, 8), (8, 8)), ((1, 2, 1, 1), (3, 3)), ((1, 2, 4, 1), (3, 3))]):
        yield case(f"stn{i}", "SpatialTransformer", {"data": s, "loc": theta(s[0])}, target_shape=target, transform_type="affine",
                   sampler_type="bilinear", tol=1e-3)
        yield case(f"stn{i}_far", "SpatialTransformer", {"data": s, "loc": theta(s[0], 1.5)}, target_shape=target, transform_type="affine",
                   sampler_type="bilinear", tol=1e-3)
        yield case(f"grid_affine{i}", "GridGenerator", {"data": theta(s[0], 1)}, transform_type="affine", target_shape=target)
    yield case("stn_identity", "SpatialTransformer", {"data": (1, 2, 4, 4), "loc": values([[1, 0, 0, 0, 1, 0]])}, target_shape=(4, 4),
               transform_type="affine", sampler_type="bilinear", tol=1e-3)
    yield case("stn_default_size", "SpatialTransformer", {"data": (2, 2, 4, 5), "loc": theta(2)}, transform_type="affine", sampler_type="bilinear",
               tol=1e-3)
    yield case("stn_f64", "SpatialTransformer", {"data": normal(2, 2, 4, 5, dtype="float64"), "loc": normal(2, 6, dtype="float64")},
               target_shape=(3, 3), transform_type="affine", sampler_type="bilinear", tol=1e-3)
    yield case("stn_null_loc", "SpatialTransformer", {"data": (2, 2, 4, 5), "loc": fixed(theta(2))}, target_shape=(3, 3), transform_type="affine",
               sampler_type="bilinear", tol=1e-3)
    yield case("stn_null_data", "SpatialTransformer", {"data": fixed((2, 2, 4, 5)), "loc": theta(2)}, target_shape=(3, 3), transform_type="affine",
               sampler_type="bilinear", tol=1e-3)
    for i, s in enumerate([(2, 2, 4, 5), (1, 2, 1, 1), (1, 2, 1, 4), (3, 2, 6, 2)]):
        yield case(f"grid_warp{i}", "GridGenerator", {"data": s}, transform_type="warp")
    yield case("grid_affine_f64", "GridGenerator", {"data": normal(2, 6, dtype="float64")}, transform_type="affine", target_shape=(3, 4))
    for i, (s, g) in enumerate([((2, 3, 5, 6), (4, 3)), ((1, 1, 4, 4), (4, 4)), ((2, 2, 1, 1), (2, 2)), ((2, 2, 1, 5), (3, 2)), ((2, 2, 3, 4), (7, 9))]):
        for j, spread in enumerate((.9, 1.5, 3)):
            yield case(f"sampler{i}_{j}", "BilinearSampler", {"data": s, "grid": uniform(-spread, spread, s[0], 2, *g)}, tol=1e-3)
    corners = [[[[-1, 0, 1], [-1, 0, 1]], [[-1, -1, -1], [1, 1, 1]]]]
    yield case("sampler_corners", "BilinearSampler", {"data": (1, 2, 4, 5), "grid": values(corners)}, tol=1e-3)
    yield case("sampler_beyond", "BilinearSampler", {"data": (1, 2, 4, 5), "grid": values(np.array(corners) * 1.2)}, tol=1e-3)
    yield case("sampler_f64", "BilinearSampler", {"data": normal(2, 2, 4, 5, dtype="float64"), "grid": uniform(-1, 1, 2, 2, 3, 3, dtype="float64")},
               tol=1e-3)
    yield case("sampler_null_grid", "BilinearSampler", {"data": (2, 2, 4, 5), "grid": fixed(uniform(-1, 1, 2, 2, 3, 3))}, tol=1e-3)
    yield case("sampler_null_data", "BilinearSampler", {"data": fixed((2, 2, 4, 5)), "grid": uniform(-1, 1, 2, 2, 3, 3)}, tol=1e-3)

    for i, (s, p) in enumerate([((2, 3, 6, 7), dict(max_displacement=2, pad_size=2)), ((2, 3, 6, 7), dict(kernel_size=3, max_displacement=2, pad_size=3)),
                                ((1, 1, 5, 5), {}), ((2, 3, 9, 8), dict(max_displacement=3, stride2=2, pad_size=3)),
                                ((2, 3, 9, 8), dict(max_displacement=2, stride1=2, pad_size=2)),
                                ((2, 3, 9, 8), dict(kernel_size=3, max_displacement=4, stride1=2, stride2=2, pad_size=4)),
                                ((1, 2, 7, 7), dict(kernel_size=5, max_displacement=1, pad_size=3)), ((2, 3, 9, 8), dict(max_displacement=0)),
                                ((1, 2, 9, 9), dict(max_displacement=4, stride1=3, stride2=2, pad_size=4))]):
        for multiply in (True, False):
            yield case(f"correlation{i}_{multiply}", "Correlation", {"data1": s, "data2": s}, is_multiply=multiply, **p)
    for t in ("float64",):
        yield case(f"correlation_{t}", "Correlation", {"data1": normal(1, 2, 5, 5, dtype=t), "data2": normal(1, 2, 5, 5, dtype=t)}, pad_size=1)
