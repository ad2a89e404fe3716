// Direct convolution and pooling with 16 images in the lanes (backend.N16). What the numbers of the calls mean.
#ifndef GOMX_N16_H
#define GOMX_N16_H

#include "conv.h"

// gomx_call.n of the three convolutions.
enum {
	N16_N,    // images
	N16_C,    // channels
	N16_H,    // of the data
	N16_W,
	N16_F,    // filters
	N16_OH,   // of the output
	N16_OW,
	N16_KH,   // kernel
	N16_KW,
	N16_SH,   // stride
	N16_SW,
	N16_PH,   // border before
	N16_PW,
	N16_ROWS, // rows of the result in a piece; for the filter gradient, weights of a filter in a piece
	N16_ACT,  // forward: the epilogue, one of CONV_ACT_
};

static inline int64_t n16_min(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t n16_max(int64_t a, int64_t b) { return a > b ? a : b; }

GOMX_DECLARE(gomx_n16_conv);             // x, w as F4 -> y; a piece is a block of images and N16_ROWS rows
GOMX_DECLARE(gomx_n16_conv_grad_data);   // dy, w in C order -> dx; pieces likewise
GOMX_DECLARE(gomx_n16_conv_grad_filter); // dy, x -> dw in C order; a piece is four filters and N16_ROWS of their weights

#endif
