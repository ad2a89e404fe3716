// Kernels that move elements without computing: the same code at every level, since memory is their limit.
#include <string.h>

#include "copy.h"

// p: source, destination; n: bytes, bytes per piece. Overlap is allowed only as the very same memory.
static void copy_bytes(const gomx_call *c, int64_t piece, int thread) {
	(void)thread;
	int64_t from = piece * c->n[1], len = c->n[0] - from;
	if (len > c->n[1]) len = c->n[1];
	if (c->p[0] != c->p[1]) memcpy((char *)c->p[1] + from, (const char *)c->p[0] + from, (size_t)len);
}
const gomx_kernel gomx_copy_bytes[GOMX_LEVELS] = {copy_bytes, copy_bytes, copy_bytes};
