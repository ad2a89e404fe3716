package graphs

import (
	"fmt"

	"github.com/gomx-org/gomx/backend"
)

// regions are operators on parts of images.
var regions = []maker{upSampling, crop, spatialTransformer, bilinearSampler, roiPooling, correlation}

func upSampling(d *drawing) {
	x := d.take(func(s backend.Shape) bool { return image(s) && s.Size() < 600 }, d.int(1, 2), d.int(1, 3), d.int(2, 4), d.int(2, 4))
	k := d.int(1, 3)
	if d.IntN(2) == 0 {
		d.keep(d.apply("UpSampling", fmt.Sprintf("scale=%d; sample_type=bilinear; num_filter=%d; num_args=2", k, x.shape[1]), x, d.variable(x.shape[1], 1, 2*k-k%2, 2*k-k%2)))
		return
	}
	in := []value{x}
	mode := d.one("concat", "sum")
	if d.IntN(2) == 0 {
		in = append(in, d.variable(x.shape...))
	}
	d.keep(d.apply("UpSampling", fmt.Sprintf("scale=%d; sample_type=nearest; multi_input_mode=%s", k, mode), in...))
}

func crop(d *drawing) {
	x := d.image()
	h, w := d.int(1, x.shape[2]), d.int(1, x.shape[3])
	where := fmt.Sprintf("offset=%s", tuple(d.int(0, x.shape[2]-h), d.int(0, x.shape[3]-w)))
	if d.IntN(2) == 0 {
		where = "center_crop=True"
	}
	if d.IntN(2) == 0 {
		d.keep(d.apply("Crop", where, x, d.variable(1, 1, h, w)))
		return
	}
	d.keep(d.apply("Crop", where+"; h_w="+tuple(h, w), x))
}

func spatialTransformer(d *drawing) {
	x := d.take(image, d.int(1, 2), d.int(1, 3), d.int(3, 6), d.int(3, 6))
	loc := d.variable(x.shape[0], 6)
	target := tuple(d.int(2, 5), d.int(2, 5))
	if d.IntN(2) == 0 {
		d.keep(d.apply("SpatialTransformer", "transform_type=affine; sampler_type=bilinear; target_shape="+target, x, loc))
		return
	}
	d.keep(d.apply("BilinearSampler", "", x, d.apply("GridGenerator", "transform_type=affine; target_shape="+target, loc)))
}

func bilinearSampler(d *drawing) {
	x := d.take(image, d.int(1, 2), d.int(1, 3), d.int(3, 6), d.int(3, 6))
	if d.IntN(2) == 0 {
		d.keep(d.apply("BilinearSampler", "", x, d.variable(x.shape[0], 2, d.int(2, 4), d.int(2, 4))))
		return
	}
	if x.shape[2] < 2 || x.shape[3] < 2 { // the grid goes from -1 to 1, from the first pixel to the last
		x = d.variable(2, 3, 4, 5)
	}
	flow := d.variable(x.shape[0], 2, x.shape[2], x.shape[3])
	d.keep(d.apply("BilinearSampler", "", x, d.apply("GridGenerator", "transform_type=warp", flow)))
}

func roiPooling(d *drawing) {
	x := d.take(image, d.int(1, 2), d.int(1, 3), 6, 6)
	column := 0
	rois := d.indices(func() float64 {
		column++
		switch (column - 1) % 5 {
		case 0:
			return float64(d.IntN(x.shape[0]))
		case 1, 2:
			return float64(d.int(0, 3))
		}
		return float64(d.int(3, 8))
	}, d.int(1, 3), 5)
	d.keep(d.apply("ROIPooling", fmt.Sprintf("pooled_size=%s; spatial_scale=%s", tuple(d.int(1, 3), d.int(1, 3)), d.one("1.0", "0.5")), x, rois))
}

// correlation is a graph of its own: MXNet gives the memory of its hidden outputs to others while backward still needs it.
func correlation(d *drawing) {
	if !d.alone() {
		return
	}
	shape := []int{d.int(1, 2), d.int(1, 3), d.int(5, 7), d.int(5, 7)}
	x, y := d.variable(shape...), d.variable(shape...)
	d.keep(d.apply("Correlation", fmt.Sprintf("kernel_size=%d; max_displacement=%d; stride1=%d; stride2=%d; pad_size=%d; is_multiply=%s",
		2*d.IntN(2)+1, d.int(1, 2), d.int(1, 2), d.int(1, 2), d.int(2, 3), d.bool()), x, y))
}
