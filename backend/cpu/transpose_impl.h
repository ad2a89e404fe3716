#include "copy.h"
#include "simd_transpose.h"
#include "transpose.h"

void GOMX_FN(gomx_transpose)(const gomx_call *c, int64_t piece, int thread) {
	(void)thread;
	const int64_t *n = c->n;
	int64_t band = piece % n[3], d0, s0;
	move_locate(n + 8, n[1], piece / n[3], &d0, &s0);
	int64_t r0 = band * MOVE_TILE, rows = n[4] - r0 < MOVE_TILE ? n[4] - r0 : MOVE_TILE;
	float *dst = (float *)c->p[1] + d0 + r0 * n[6];
	const float *src = (const float *)c->p[0] + s0 + r0;
	// As many columns at a time as stay in the first-level cache while the rows of the band go by.
	for (int64_t k = 0; k < n[5]; k += MOVE_TILE) {
		int64_t columns = n[5] - k < MOVE_TILE ? n[5] - k : MOVE_TILE;
		v_transpose_any(dst + k, n[6], src + k * n[7], n[7], rows, columns);
	}
}
