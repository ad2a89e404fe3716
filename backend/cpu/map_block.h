// Map for the inside of other kernels. Include after a level_….h.
#ifndef GOMX_MAP_BLOCK_H
#define GOMX_MAP_BLOCK_H
#include "map.h"
#include "simd.h"

// Runs the program over rows of n elements; operand[k] is where the first row begins in operand k, the next row begins
// stride[k] elements on. scratch has what mapScratch in map_code.go says.
void GOMX_FN(gomx_map_block)(const gomx_map_code *c, float *scratch, float *const *operand, const int64_t *stride, int64_t rows, int64_t n);

#endif
