// Moving elements of any type: along strides, through tiles, and with a border. Where rows are contiguous on both sides their
// bytes move as larger units.
#include "divide.h"
#include "unit.h"

// `n` units in an order of up to six dimensions, fastest first; strides in units. Elements have `element` bytes.
struct move_shape {
	u32 n, dims, element;
	u32 size[6], magic[6], shift[6];
	i32 from[6], to[6];
};

template <class U> DEVICE void move(const u8 *x, u8 *y, const move_shape &s) {
	u32 i = global_x(), d = 0;
	if (i >= s.n) return;
	i32 from = 0, to = 0;
#pragma nounroll
	for (; d + 1 < s.dims; d++) {
		u32 next = divide(i, s.magic[d], s.shift[d]), at = i - next * s.size[d];
		from += (i32)at * s.from[d], to += (i32)at * s.to[d];
		i = next;
	}
	from += (i32)i * s.from[d], to += (i32)i * s.to[d];
	copy_unit<U>(x + (i64)from * (i64)sizeof(U), y + (i64)to * (i64)sizeof(U), s.element);
}

KERNEL(256) void move_1(const u8 *x, u8 *y, move_shape s) { move<u8>(x, y, s); }
KERNEL(256) void move_2(const u8 *x, u8 *y, move_shape s) { move<u16>(x, y, s); }
KERNEL(256) void move_4(const u8 *x, u8 *y, move_shape s) { move<u32>(x, y, s); }
KERNEL(256) void move_8(const u8 *x, u8 *y, move_shape s) { move<u64>(x, y, s); }
KERNEL(256) void move_16(const u8 *x, u8 *y, move_shape s) { move<u128>(x, y, s); }

// Matrices to transpose: y[k, l] = x[l, k], where k is contiguous in x and l in y. They are cut into `across` times `down`
// tiles; further dimensions count matrices.
struct tile_shape {
	u32 width, height; // sizes of l and k
	i32 from_stride, to_stride; // along l in x, along k in y
	u32 across, across_magic, across_shift;
	u32 down, down_magic, down_shift;
	u32 dims; // at least 1
	u32 size[4], magic[4], shift[4];
	i32 from[4], to[4];
};

enum { TILE = 32, ROWS = 8 };

template <class U> DEVICE void transpose(const U *x, U *y, const tile_shape &s) {
	__shared__ U tile[TILE][TILE + 1]; // one more, so that columns lie in different banks
	u32 tiles = divide(block_x(), s.across_magic, s.across_shift), l0 = (block_x() - tiles * s.across) * TILE;
	u32 matrix = divide(tiles, s.down_magic, s.down_shift), k0 = (tiles - matrix * s.down) * TILE, d = 0;
#pragma nounroll
	for (; d + 1 < s.dims; d++) {
		u32 next = divide(matrix, s.magic[d], s.shift[d]), at = matrix - next * s.size[d];
		x += (i32)at * s.from[d], y += (i32)at * s.to[d];
		matrix = next;
	}
	x += (i32)matrix * s.from[d], y += (i32)matrix * s.to[d];
	u32 k = k0 + thread_x(), l = l0 + thread_x();
	U v[TILE / ROWS];
#pragma unroll
	for (u32 i = thread_y(), j = 0; j < TILE / ROWS; j++, i += ROWS)
		v[j] = k < s.height && l0 + i < s.width ? x[(i32)(l0 + i) * s.from_stride + (i32)k] : 0;
#pragma unroll
	for (u32 j = 0; j < TILE / ROWS; j++) tile[thread_y() + j * ROWS][thread_x()] = v[j];
	barrier();
#pragma unroll
	for (u32 i = thread_y(), j = 0; j < TILE / ROWS; j++, i += ROWS)
		if (l < s.width && k0 + i < s.height) y[(i32)(k0 + i) * s.to_stride + (i32)l] = tile[thread_x()][i];
}

KERNEL(32, 8) void transpose_1(const u8 *x, u8 *y, tile_shape s) { transpose(x, y, s); }
KERNEL(32, 8) void transpose_2(const u16 *x, u16 *y, tile_shape s) { transpose(x, y, s); }
KERNEL(32, 8) void transpose_4(const u32 *x, u32 *y, tile_shape s) { transpose(x, y, s); }
KERNEL(32, 8) void transpose_8(const u64 *x, u64 *y, tile_shape s) { transpose(x, y, s); }

// `n` elements of the padded array, fastest dimension first; `inner` are the sizes of x.
struct pad_shape {
	u32 n, dims, mode;
	u32 size[6], magic[6], shift[6], inner[6], before[6];
};

// The numbers are those of backend.PadMode.
enum { CONSTANT, EDGE, REFLECT };

template <class U> DEVICE void pad(const U *x, U *y, U value, const pad_shape &s) {
	u32 n = global_x(), i = n, at = 0, stride = 1;
	if (n >= s.n) return;
	bool inside = true;
#pragma nounroll
	for (u32 d = 0; d < s.dims; d++) {
		u32 next = divide(i, s.magic[d], s.shift[d]);
		i32 last = (i32)s.inner[d] - 1, from = (i32)(i - next * s.size[d] - s.before[d]);
		if (s.mode == REFLECT) from = from < 0 ? -from : from > last ? 2 * last - from : from;
		else if (s.mode == EDGE) from = max(min(from, last), 0);
		inside = inside && from >= 0 && from <= last;
		at += (u32)from * stride;
		stride *= s.inner[d];
		i = next;
	}
	y[n] = inside ? x[at] : value;
}

KERNEL(256) void pad_1(const u8 *x, u8 *y, u64 value, pad_shape s) { pad(x, y, (u8)value, s); }
KERNEL(256) void pad_2(const u16 *x, u16 *y, u64 value, pad_shape s) { pad(x, y, (u16)value, s); }
KERNEL(256) void pad_4(const u32 *x, u32 *y, u64 value, pad_shape s) { pad(x, y, (u32)value, s); }
KERNEL(256) void pad_8(const u64 *x, u64 *y, u64 value, pad_shape s) { pad(x, y, (u64)value, s); }
