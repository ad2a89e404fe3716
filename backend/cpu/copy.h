// Kernels that move elements without computing, at every level the same code, since memory is their limit.
#ifndef GOMX_COPY_H
#define GOMX_COPY_H
#include "gomx_cpu.h"

enum { MOVE_DIMS = 6, MOVE_TILE = 64 };

// p: source, destination. n: bytes, bytes per piece. The two do not overlap, or are the same.
extern const gomx_kernel gomx_copy_bytes[GOMX_LEVELS];

// Copies an array of up to MOVE_DIMS dimensions between any strides, row by row.
// p: source, destination. n: bytes of an element, dimensions besides the row, rows, rows per piece, length of a row, strides
// of destination and source along it; then for each of MOVE_DIMS dimensions: size, stride of destination, of source.
extern const gomx_kernel gomx_move_rows[GOMX_LEVELS];

// Like gomx_move_rows for matrices in place of rows, transposed tile by tile: neighbours of a row of the destination are
// neighbours of a column of the source.
// n: bytes of an element, dimensions besides the matrix, matrices, bands of rows in a matrix, rows of the destination,
// columns, stride between rows of the destination, between columns of the source; then as above.
extern const gomx_kernel gomx_move_tiles[GOMX_LEVELS];

// Zeros the end of each row, in groups of rows that lie apart.
// p: array. n: groups, bytes from group to group, rows of a group, bytes of a row, bytes to keep at its beginning.
extern const gomx_kernel gomx_clear_ends[GOMX_LEVELS];

// Copies into a larger array and fills the border: with a number (0), the nearest element (1) or the mirror image (2).
// p: source, destination. n: bytes of an element, dimensions, mode, the number's bytes, rows, rows per piece; then for each of
// MOVE_DIMS dimensions: size of the source, of the destination, elements before.
extern const gomx_kernel gomx_pad[GOMX_LEVELS];

// Takes rows at indices of a type (backend.DType), clipped or wrapped around.
// p: source, indices, destination. n: outer, rows of the source, indices, bytes of a row, wrap, type, items per piece; an item is
// a row of the destination.
extern const gomx_kernel gomx_gather[GOMX_LEVELS];

// Adds rows of floats, in order, into zeros: the gradient of gomx_gather.
// p: rows, indices, destination. n: outer, rows of the destination, indices, floats of a row, wrap, type, floats per piece; a
// piece is one outer index and a range of the row.
extern const gomx_kernel gomx_scatter_add[GOMX_LEVELS];

// Where item number i of outer dimensions begins in destination and source, in elements; dim has size and both strides of each.
static inline void move_locate(const int64_t *dim, int64_t dims, int64_t i, int64_t *dst, int64_t *src) {
	*dst = *src = 0;
	for (int64_t d = dims - 1; d >= 0; d--) {
		int64_t k = i % dim[3 * d];
		i /= dim[3 * d];
		*dst += k * dim[3 * d + 1];
		*src += k * dim[3 * d + 2];
	}
}

#endif
