// Reductions and statistics. The kept and the reduced dimensions of memory are listed apart; the innermost of all is
// contiguous and belongs to one list or the other, which decides between rows and columns.
#ifndef GOMX_REDUCE_H
#define GOMX_REDUCE_H
#include "gomx_cpu.h"

enum {
	REDUCE_DIMS = 5,
	REDUCE_COLUMNS = 256, // of a piece of the columns kernels
	REDUCE_SCRATCH = 8 * 4 * REDUCE_COLUMNS,
};

// The numbers of a call, in n. A list of dimensions is its sizes, then its strides, outermost first.
enum {
	REDUCE_OP,
	REDUCE_KEPT_DIMS, REDUCE_DIM_COUNT,  // lengths of the lists
	REDUCE_OUTPUTS,                      // product of the kept dimensions
	REDUCE_PER_PIECE,                    // outputs of a piece; of the columns kernels, blocks of columns in a row
	REDUCE_PARTS, REDUCE_CHUNK,          // the outermost reduced dimension is cut into parts of so many
	REDUCE_WIDTH,                        // of the columns kernels: the contiguous kept dimension
	REDUCE_REAL,                         // outputs that exist: padding of a blocked dimension is left out
	REDUCE_KEPT,
	REDUCE_REDUCED = REDUCE_KEPT + 2 * REDUCE_DIMS,
};

// backend.ReduceOp.
enum { REDUCE_SUM, REDUCE_PROD, REDUCE_MAX, REDUCE_MIN, REDUCE_SUM_SQUARES, REDUCE_SUM_ABS, REDUCE_SUM_NAN, REDUCE_PROD_NAN };

// p: input, output, partial results (double, parts × outputs) when there are several parts. pieces: parts × pieces of outputs.
GOMX_DECLARE(gomx_reduce_rows);
GOMX_DECLARE(gomx_reduce_columns);

// Combines the parts in order. p: partial results, output. n as above.
extern const gomx_kernel gomx_reduce_combine[GOMX_LEVELS];

// Mean and biased variance; p: input, mean, variance, partial results (three doubles each: count, mean, sum of squared
// differences).
GOMX_DECLARE(gomx_stats_rows);
GOMX_DECLARE(gomx_stats_columns);
extern const gomx_kernel gomx_stats_combine[GOMX_LEVELS];

// The first largest (n[3] = 0) or smallest element along an axis, a NaN counting as both.
// p: input, output. n: outer, axis, inner, smallest, outer per piece.
extern const gomx_kernel gomx_arg_reduce[GOMX_LEVELS];

#endif
