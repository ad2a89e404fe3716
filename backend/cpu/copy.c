#include <string.h>

#include "copy.h"

#define SAME_AT_EVERY_LEVEL(name, function) const gomx_kernel name[GOMX_LEVELS] = {function, function, function}

static int64_t min64(int64_t a, int64_t b) { return a < b ? a : b; }

static void copy_bytes(const gomx_call *c, int64_t piece, int thread) {
	(void)thread;
	int64_t from = piece * c->n[1], len = min64(c->n[0] - from, c->n[1]);
	if (c->p[0] != c->p[1]) memcpy((char *)c->p[1] + from, (const char *)c->p[0] + from, (size_t)len);
}

// One row of elements of type T.
#define ROW(T)                                                                                                            \
	static void row_##T(T *dst, const T *src, int64_t n, int64_t ds, int64_t ss) {                                        \
		if (ds == 1 && ss == 1)                                                                                           \
			memcpy(dst, src, (size_t)n * sizeof(T));                                                                      \
		else if (ds == 1 && ss == 0)                                                                                      \
			for (int64_t i = 0; i < n; i++) dst[i] = *src;                                                                \
		else                                                                                                              \
			for (int64_t i = 0; i < n; i++) dst[i * ds] = src[i * ss];                                                    \
	}                                                                                                                     \
	static void rows_##T(const gomx_call *c, int64_t piece) {                                                             \
		const int64_t *n = c->n;                                                                                          \
		int64_t dst, src, end = min64(n[2], (piece + 1) * n[3]);                                                          \
		for (int64_t r = piece * n[3]; r < end; r++) {                                                                    \
			move_locate(n + 7, n[1], r, &dst, &src);                                                                           \
			row_##T((T *)c->p[1] + dst, (const T *)c->p[0] + src, n[4], n[5], n[6]);                                      \
		}                                                                                                                 \
	}                                                                                                                     \
	static void tiles_##T(const gomx_call *c, int64_t piece) {                                                            \
		const int64_t *n = c->n;                                                                                          \
		int64_t d0, s0, band = piece % n[3];                                                                              \
		move_locate(n + 8, n[1], piece / n[3], &d0, &s0);                                                                      \
		T *dst = (T *)c->p[1] + d0;                                                                                       \
		const T *src = (const T *)c->p[0] + s0;                                                                           \
		int64_t r0 = band * MOVE_TILE, r1 = min64(n[4], r0 + MOVE_TILE);                                                            \
		for (int64_t c0 = 0; c0 < n[5]; c0 += MOVE_TILE) {                                                                     \
			int64_t c1 = min64(n[5], c0 + MOVE_TILE);                                                                          \
			for (int64_t r = r0; r < r1; r++)                                                                             \
				for (int64_t k = c0; k < c1; k++) dst[r * n[6] + k] = src[k * n[7] + r];                                  \
		}                                                                                                                 \
	}

ROW(uint8_t)
ROW(uint16_t)
ROW(uint32_t)
ROW(uint64_t)

static void move_rows(const gomx_call *c, int64_t piece, int thread) {
	(void)thread;
	switch (c->n[0]) {
	case 1: rows_uint8_t(c, piece); break;
	case 2: rows_uint16_t(c, piece); break;
	case 4: rows_uint32_t(c, piece); break;
	case 8: rows_uint64_t(c, piece); break;
	}
}

static void move_tiles(const gomx_call *c, int64_t piece, int thread) {
	(void)thread;
	switch (c->n[0]) {
	case 1: tiles_uint8_t(c, piece); break;
	case 2: tiles_uint16_t(c, piece); break;
	case 4: tiles_uint32_t(c, piece); break;
	case 8: tiles_uint64_t(c, piece); break;
	}
}

static void clear_ends(const gomx_call *c, int64_t piece, int thread) {
	(void)thread;
	const int64_t *n = c->n;
	char *row = (char *)c->p[0] + piece * n[1];
	for (int64_t r = 0; r < n[2]; r++, row += n[3]) memset(row + n[4], 0, (size_t)(n[3] - n[4]));
}

SAME_AT_EVERY_LEVEL(gomx_copy_bytes, copy_bytes);
SAME_AT_EVERY_LEVEL(gomx_move_rows, move_rows);
SAME_AT_EVERY_LEVEL(gomx_move_tiles, move_tiles);
SAME_AT_EVERY_LEVEL(gomx_clear_ends, clear_ends);
