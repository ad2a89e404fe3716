// Convolution as a product of matrices needs the patches under the filter as columns of one; its gradient needs them back.
#include "window.h"

// The matrix has a row for every channel and weight of a filter's channel, in the order of the filter, and a column for every
// image and position of the output. Two spatial axes are three with a leading 1.
struct patch_param {
	u32 images, channels;
	u32 image_stride; // elements from one image to the next
	u32 in[3], out[3], kernel[3], stride[3], pad[3], dilate[3];
	u32 stride_magic[3], stride_shift[3];
	u32 in_size, out_size, taps; // the products of in, out and kernel
	u32 row;                     // columns of the matrix: images × out_size
};

// im2col writes the matrix: a thread does one column of one channel. Positions before the image wrap around to large numbers.
KERNEL(256) void im2col(const f32 *__restrict__ x, f32 *__restrict__ col, patch_param p) {
	u32 column = global_x();
	if (column >= p.row) {
		return;
	}
	u32 position = column % p.out_size, line = position / p.out[2];
	u32 d0 = line / p.out[1] * p.stride[0] - p.pad[0];
	u32 h0 = line % p.out[1] * p.stride[1] - p.pad[1];
	u32 w0 = position % p.out[2] * p.stride[2] - p.pad[2];
	x += column / p.out_size * p.image_stride;
	for (u32 c = block_y(); c < p.channels; c += blocks_y()) {
		const f32 *image = x + c * p.in_size;
		f32 *to = col + c * p.taps * p.row + column;
		for (u32 kd = 0; kd < p.kernel[0]; kd++) {
			u32 d = d0 + kd * p.dilate[0];
			for (u32 kh = 0; kh < p.kernel[1]; kh++) {
				u32 h = h0 + kh * p.dilate[1];
				bool inside = d < p.in[0] && h < p.in[1];
				for (u32 kw = 0; kw < p.kernel[2]; kw++) {
					u32 w = w0 + kw * p.dilate[2];
					*to = inside && w < p.in[2] ? image[(d * p.in[1] + h) * p.in[2] + w] : 0;
					to += p.row;
				}
			}
		}
	}
}

// col2im adds up for each input what was made of it, always in the same order: a thread does one element of x.
KERNEL(256) void col2im(const f32 *__restrict__ col, f32 *__restrict__ x, patch_param p) {
	u32 i = global_x();
	if (i >= p.images * p.in_size) {
		return;
	}
	u32 n = i / p.in_size, position = i % p.in_size, line = position / p.in[2];
	u32 d = line / p.in[1], h = line % p.in[1], w = position % p.in[2];
	for (u32 c = block_y(); c < p.channels; c += blocks_y()) {
		const f32 *from = col + c * p.taps * p.row + n * p.out_size;
		f32 sum = 0;
		for (u32 kd = 0; kd < p.kernel[0]; kd++) {
			u32 od = output_of(d, kd, 0, p);
			for (u32 kh = 0; kh < p.kernel[1]; kh++) {
				u32 oh = output_of(h, kh, 1, p);
				for (u32 kw = 0; kw < p.kernel[2]; kw++) {
					u32 ow = output_of(w, kw, 2, p);
					if (od < p.out[0] && oh < p.out[1] && ow < p.out[2]) {
						sum += from[(od * p.out[1] + oh) * p.out[2] + ow];
					}
					from += p.row;
				}
			}
		}
		x[n * p.image_stride + c * p.in_size + position] = sum;
	}
}

// swap_outer writes to[channel][image][…] from x[image][channel][…], whose innermost parts have size elements.
KERNEL(256) void swap_outer(const f32 *__restrict__ x, f32 *__restrict__ to, u32 images, u32 channels, u32 size, u32 image_stride) {
	u32 i = global_x();
	if (i >= images * channels * size) {
		return;
	}
	u32 part = i / size;
	to[i] = x[part % images * image_stride + part / images * size + i % size];
}
