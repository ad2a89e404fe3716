// Windows that slide along axes: convolution, pooling.
#ifndef GOMX_WINDOW_H
#define GOMX_WINDOW_H

#include "divide.h"

// output_of gives which output position has input position i at place k of its window along an axis, or a large number when none
// has. P has out, stride, pad, dilate and what divides by stride for each axis.
template <class P> DEVICE u32 output_of(u32 i, u32 k, u32 axis, const P &p) {
	i32 from = (i32)(i + p.pad[axis] - k * p.dilate[axis]);
	u32 o = divide((u32)from, p.stride_magic[axis], p.stride_shift[axis]);
	return from >= 0 && o * p.stride[axis] == (u32)from && o < p.out[axis] ? o : 0xffffffffu;
}

#endif
