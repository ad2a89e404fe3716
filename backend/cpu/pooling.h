// Pooling, in C order and with 16 images in the lanes. What the numbers of the calls mean; two spatial axes have a depth of 1.
#ifndef GOMX_POOLING_H
#define GOMX_POOLING_H

#include "gomx_cpu.h"

enum {
	POOL_TYPE,   // as backend.PoolType
	POOL_PLANES, // images times channels; with images in the lanes, blocks of 16 times channels
	POOL_PIECE,  // planes in a piece
	POOL_D,      // of the data
	POOL_H,
	POOL_W,
	POOL_OD,     // of the output
	POOL_OH,
	POOL_OW,
	POOL_KD,     // window
	POOL_KH,
	POOL_KW,
	POOL_SD,     // stride
	POOL_SH,
	POOL_SW,
	POOL_PD,     // border before
	POOL_PH,
	POOL_PW,
	POOL_COUNT_PAD, // the average counts the border
	POOL_P,         // exponent of POOL_LP
};

enum { POOL_MAX, POOL_AVG, POOL_SUM, POOL_LP };

GOMX_DECLARE(gomx_pool);          // x -> y
GOMX_DECLARE(gomx_pool_grad);     // dy, x, y -> dx
GOMX_DECLARE(gomx_pool_n16);      // likewise in layout N16
GOMX_DECLARE(gomx_pool_n16_grad);

#endif
