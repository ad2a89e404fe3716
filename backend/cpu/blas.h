// A BLAS library, opened at run time or linked in.
#ifndef GOMX_BLAS_H
#define GOMX_BLAS_H
#include "gomx_cpu.h"

// Opens the library: path, or with NULL the usual names of OpenBLAS. NULL, or a message that lives until the next call.
const char *gomx_blas_open(const char *path);

// What the library says of itself, NULL when none is open.
const char *gomx_blas_name(void);

// The kernel of gemm.h by cblas_sgemm: p and n as there, without an epilogue.
extern const gomx_kernel gomx_gemm_blas[GOMX_LEVELS];

#endif
