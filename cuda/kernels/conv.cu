// Convolution and its gradients straight from their definition, for any kernel, stride, pad, dilation and groups. Where filters
// are few, as with one channel a group, this moves less memory than a product of patches.
#include "window.h"

// Two spatial axes are three with a leading 1. Sizes of channels and filters are those of a group.
struct conv_param {
	u32 images, groups, channels, filters;
	u32 in[3], out[3], kernel[3], stride[3], pad[3], dilate[3];
	u32 stride_magic[3], stride_shift[3];
	u32 in_size, out_size, taps; // the products of in, out and kernel
	u32 blocks;                  // of filters or channels that a thread computes together
	u32 items;                   // threads with work
};

// forward: a thread does one position of F filters. DEPTHWISE has one filter and channel a group.
template <u32 F, bool DEPTHWISE> DEVICE void forward(const f32 *__restrict__ x, const f32 *__restrict__ w, f32 *__restrict__ y, const conv_param &p) {
	u32 item = global_x();
	if (item >= p.items) {
		return;
	}
	u32 position = item % p.out_size, rest = item / p.out_size;
	u32 f0 = rest % p.blocks * F, image_group = rest / p.blocks;
	u32 line = position / p.out[2];
	u32 d0 = line / p.out[1] * p.stride[0] - p.pad[0]; // before the image: wraps around to a large number
	u32 h0 = line % p.out[1] * p.stride[1] - p.pad[1];
	u32 w0 = position % p.out[2] * p.stride[2] - p.pad[2];

	x += image_group * p.channels * p.in_size;
	y += (image_group * p.filters + f0) * p.out_size + position;
	w += (image_group % p.groups * p.filters + f0) * p.channels * p.taps;
	u32 last = min(F, p.filters - f0) - 1; // those beyond it repeat it and are not stored
	f32 sum[F] = {};
	for (u32 kd = 0; kd < p.kernel[0]; kd++) {
		u32 id = d0 + kd * p.dilate[0];
		for (u32 kh = 0; kh < p.kernel[1]; kh++) {
			u32 ih = h0 + kh * p.dilate[1];
			for (u32 kw = 0; kw < p.kernel[2]; kw++, w++) {
				u32 iw = w0 + kw * p.dilate[2];
				if (id < p.in[0] && ih < p.in[1] && iw < p.in[2]) {
					const f32 *from = x + (id * p.in[1] + ih) * p.in[2] + iw, *by = w;
#pragma unroll 1
					for (u32 c = 0; c < (DEPTHWISE ? 1 : p.channels); c++) {
#pragma unroll
						for (u32 f = 0; f < F; f++) {
							sum[f] = fma(*from, by[min(f, last) * p.channels * p.taps], sum[f]);
						}
						from += p.in_size;
						by += p.taps;
					}
				}
			}
		}
	}
#pragma unroll
	for (u32 f = 0; f < F; f++) {
		if (f <= last) {
			y[f * p.out_size] = sum[f];
		}
	}
}

KERNEL(256) void conv_forward(const f32 *__restrict__ x, const f32 *__restrict__ w, f32 *__restrict__ y, conv_param p) {
	forward<4, false>(x, w, y, p);
}

KERNEL(256) void depthwise_forward(const f32 *__restrict__ x, const f32 *__restrict__ w, f32 *__restrict__ y, conv_param p) {
	forward<1, true>(x, w, y, p);
}

// grad_data: a thread does one position of C channels.
template <u32 C, bool DEPTHWISE> DEVICE void grad_data(const f32 *__restrict__ dy, const f32 *__restrict__ w, f32 *__restrict__ dx, const conv_param &p) {
	u32 item = global_x();
	if (item >= p.items) {
		return;
	}
	u32 position = item % p.in_size, rest = item / p.in_size;
	u32 c0 = rest % p.blocks * C, image_group = rest / p.blocks;
	u32 line = position / p.in[2];
	u32 id = line / p.in[1], ih = line % p.in[1], iw = position % p.in[2];

	dy += image_group * p.filters * p.out_size;
	dx += (image_group * p.channels + c0) * p.in_size + position;
	w += (image_group % p.groups * p.filters * p.channels + c0) * p.taps;
	u32 last = min(C, p.channels - c0) - 1; // those beyond it repeat it and are not stored
	f32 sum[C] = {};
	for (u32 kd = 0; kd < p.kernel[0]; kd++) {
		u32 od = output_of(id, kd, 0, p);
		for (u32 kh = 0; kh < p.kernel[1]; kh++) {
			u32 oh = output_of(ih, kh, 1, p);
			for (u32 kw = 0; kw < p.kernel[2]; kw++, w++) {
				u32 ow = output_of(iw, kw, 2, p), end = opaque(last);
				if (od < p.out[0] && oh < p.out[1] && ow < p.out[2]) {
					const f32 *from = dy + (od * p.out[1] + oh) * p.out[2] + ow, *by = w;
#pragma unroll 1
					for (u32 f = 0; f < (DEPTHWISE ? 1 : p.filters); f++) {
#pragma unroll
						for (u32 c = 0; c < C; c++) {
							sum[c] = fma(*from, by[min(c, end) * p.taps], sum[c]);
						}
						from += p.out_size;
						by += p.channels * p.taps;
					}
				}
			}
		}
	}
#pragma unroll
	for (u32 c = 0; c < C; c++) {
		if (c <= last) {
			dx[c * p.in_size] = sum[c];
		}
	}
}

KERNEL(256) void conv_grad_data(const f32 *__restrict__ dy, const f32 *__restrict__ w, f32 *__restrict__ dx, conv_param p) {
	grad_data<4, false>(dy, w, dx, p);
}

KERNEL(256) void depthwise_grad_data(const f32 *__restrict__ dy, const f32 *__restrict__ w, f32 *__restrict__ dx, conv_param p) {
	grad_data<1, true>(dy, w, dx, p);
}

#define TAPS 9 // weights that a block computes together

// conv_grad_filter: a block does TAPS weights of one filter and channel (blocks of those a pair: p.blocks), from the part y of
// all images' positions, length of them. dw has a copy for each part; add_parts makes their sum.
KERNEL(256) void conv_grad_filter(const f32 *__restrict__ dy, const f32 *__restrict__ x, f32 *__restrict__ dw, conv_param p, u32 length) {
	__shared__ u32 offset[TAPS][3];
	__shared__ f32 warp_sum[TAPS][8];
	u32 t = thread_x();
	u32 pair = block_x() / p.blocks, tap0 = block_x() % p.blocks * TAPS;
	if (t < TAPS) {
		u32 tap = tap0 + t, line = tap / p.kernel[2];
		offset[t][0] = tap < p.taps ? line / p.kernel[1] * p.dilate[0] - p.pad[0] : 1u << 31; // that is always outside
		offset[t][1] = line % p.kernel[1] * p.dilate[1] - p.pad[1];
		offset[t][2] = tap % p.kernel[2] * p.dilate[2] - p.pad[2];
	}
	barrier();

	u32 filter = pair / p.channels; // of all groups
	u32 channel = filter / p.filters * p.channels + pair % p.channels;
	u32 begin = block_y() * length, end = min(begin + length, p.images * p.out_size);
	f32 sum[TAPS] = {};
	for (u32 i = begin + t; i < end; i += threads_x()) {
		u32 n = i / p.out_size, position = i % p.out_size, line = position / p.out[2];
		u32 d = line / p.out[1] * p.stride[0], h = line % p.out[1] * p.stride[1], w = position % p.out[2] * p.stride[2];
		f32 g = dy[(n * p.groups * p.filters + filter) * p.out_size + position];
		const f32 *image = x + (n * p.groups * p.channels + channel) * p.in_size;
#pragma unroll
		for (u32 k = 0; k < TAPS; k++) {
			u32 id = d + offset[k][0], ih = h + offset[k][1], iw = w + offset[k][2];
			if (id < p.in[0] && ih < p.in[1] && iw < p.in[2]) {
				sum[k] = fma(g, image[(id * p.in[1] + ih) * p.in[2] + iw], sum[k]);
			}
		}
	}

#pragma unroll
	for (u32 k = 0; k < TAPS; k++) {
		for (i32 lanes = 16; lanes > 0; lanes /= 2) {
			sum[k] += shuffle_xor(sum[k], lanes);
		}
		if (t % 32 == 0) {
			warp_sum[k][t / 32] = sum[k];
		}
	}
	barrier();
	if (t < TAPS && tap0 + t < p.taps) {
		f32 all = 0;
		for (u32 i = 0; i < 8; i++) {
			all += warp_sum[t][i];
		}
		dw[(block_y() * p.groups * p.filters * p.channels + pair) * p.taps + tap0 + t] = all;
	}
}
