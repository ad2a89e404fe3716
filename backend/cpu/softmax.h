// Softmax and its logarithm along an axis.
#ifndef GOMX_SOFTMAX_H
#define GOMX_SOFTMAX_H
#include "gomx_cpu.h"

// p: input, output. n: outer, axis, inner, log, items per piece. An item is a row when inner is 1, else SOFTMAX_LANES
// neighbouring columns of one outer index.
enum { SOFTMAX_LANES = 16 };
GOMX_DECLARE(gomx_softmax);

#endif
