// The functions that cudrv_load found.
#ifndef GOMX_CUDRV_TABLE_H
#define GOMX_CUDRV_TABLE_H

#include "cudrv.h"

struct cudrv_table {
#define X(name, params) CUresult(*name) params;
	CUDRV_REQUIRED(X)
	CUDRV_OPTIONAL(X)
#undef X
};
extern struct cudrv_table cudrv;

// ENTER makes a context current or returns why not.
#define ENTER(c) \
	do { \
		CUresult entered = cudrv.cuCtxSetCurrent(c); \
		if (entered != CUDRV_SUCCESS) return entered; \
	} while (0)

#define CUDRV_NOT_SUPPORTED 801 // what a missing optional function gives

#endif
