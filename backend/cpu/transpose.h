// Transposes matrices of floats, block by block in registers. p and n are those of gomx_move_tiles in copy.h, for elements
// of four bytes.
#ifndef GOMX_TRANSPOSE_H
#define GOMX_TRANSPOSE_H
#include "gomx_cpu.h"

GOMX_DECLARE(gomx_transpose);

#endif
