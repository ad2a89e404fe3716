// Convolution in C order, any kernel, stride, border, dilation and groups, over three spatial axes (two have a depth of 1):
// patches become columns of a matrix, and a matrix product does the rest. What the numbers of the calls mean.
#ifndef GOMX_CONV_H
#define GOMX_CONV_H

#include "gomx_cpu.h"

enum {
	CONV_N,      // images
	CONV_C,      // channels, of all groups
	CONV_F,      // filters, of all groups
	CONV_GROUPS,
	CONV_D,      // of the data
	CONV_H,
	CONV_W,
	CONV_OD,     // of the output
	CONV_OH,
	CONV_OW,
	CONV_KD,     // kernel
	CONV_KH,
	CONV_KW,
	CONV_SD,     // stride
	CONV_SH,
	CONV_SW,
	CONV_PD,     // border before
	CONV_PH,
	CONV_PW,
	CONV_DD,     // dilation
	CONV_DH,
	CONV_DW,
	CONV_CHUNK,  // positions of the output in a matrix product
	CONV_PART_F, // filters of a group in a piece
	CONV_PART_K, // filter gradient: weights of a filter in a piece
	CONV_PARTS,  // filter gradient: the images are cut into so many parts, whose sums are added at the end
	CONV_ACT,    // forward: the epilogue
	CONV_BLAS,   // matrix products by the library
};

// Epilogues: an activation after the bias in p[3] if there is one, or a Map of p[2], p[3] … by code.
enum { CONV_ACT_NONE, CONV_ACT_RELU, CONV_ACT_SIGMOID, CONV_ACT_TANH, CONV_ACT_SOFTPLUS, CONV_ACT_MAP };

GOMX_DECLARE(gomx_conv);             // x, w -> y; a piece is a part of the filters, a chunk, a group, an image
GOMX_DECLARE(gomx_conv_grad_data);   // dy, w -> dx; a piece is a group of an image
GOMX_DECLARE(gomx_conv_grad_filter); // dy, x -> dw of each part of the images; a piece is a part of F, of K, of images, a group
GOMX_DECLARE(gomx_conv_add_parts);   // parts -> dw; n: elements, parts, elements in a piece

// The same where a filter sees one channel only.
GOMX_DECLARE(gomx_depthwise);             // a piece is a filter of an image
GOMX_DECLARE(gomx_depthwise_grad_data);   // a piece is a channel of an image
GOMX_DECLARE(gomx_depthwise_grad_filter); // a piece is a filter

#endif
