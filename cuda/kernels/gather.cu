// Rows taken by index, and added by index. First indices of any type become numbers of rows, clipped or wrapped around.
#include "divide.h"
#include "unit.h"

enum { WARP = 32, WARPS = 8 };

// The numbers are those of backend.DType.
enum { FLOAT32 = 0, FLOAT64 = 1, UINT8 = 3, INT32 = 4, INT8 = 5, INT64 = 6 };

// whole is v towards zero; NaN is 0, and what no array can hold is cut.
DEVICE i64 whole(f64 v) {
	const f64 most = 2147483647.0 * 1024;
	return v != v ? 0 : (i64)(v > most ? most : v < -most ? -most : v);
}

// gather_rows gives the number of a row, of `rows`, for each of n indices.
KERNEL(256) void gather_rows(const void *indices, u32 *row, u32 n, u32 rows, u32 type, u32 wrap) {
	u32 i = global_x();
	if (i >= n) return;
	i64 v;
	switch (type) {
	case FLOAT32: v = whole(((const f32 *)indices)[i]); break;
	case FLOAT64: v = whole(((const f64 *)indices)[i]); break;
	case UINT8: v = ((const u8 *)indices)[i]; break;
	case INT32: v = ((const i32 *)indices)[i]; break;
	case INT8: v = ((const i8 *)indices)[i]; break;
	default: v = ((const i64 *)indices)[i]; break;
	}
	if (wrap) {
		v %= (i64)rows;
		row[i] = (u32)(v < 0 ? v + rows : v);
	} else {
		row[i] = v < 0 ? 0 : v >= rows ? rows - 1 : (u32)v;
	}
}

// `n` units of y, which has a row of `width` units for each of `taken` indices, over and over for blocks of x that are `rows`
// high. Elements have `element` bytes.
struct gather_shape {
	u32 n, rows, element;
	u32 width, width_magic, width_shift;
	u32 taken, taken_magic, taken_shift;
};

template <class U> DEVICE void gather(const u8 *x, const u32 *row, u8 *y, const gather_shape &s) {
	u32 n = global_x();
	if (n >= s.n) return;
	u32 line = divide(n, s.width_magic, s.width_shift), block = divide(line, s.taken_magic, s.taken_shift);
	u32 from = (block * s.rows + row[line - block * s.taken]) * s.width + (n - line * s.width);
	copy_unit<U>(x + (u64)from * sizeof(U), y + (u64)n * sizeof(U), s.element);
}

KERNEL(256) void gather_1(const u8 *x, const u32 *row, u8 *y, gather_shape s) { gather<u8>(x, row, y, s); }
KERNEL(256) void gather_2(const u8 *x, const u32 *row, u8 *y, gather_shape s) { gather<u16>(x, row, y, s); }
KERNEL(256) void gather_4(const u8 *x, const u32 *row, u8 *y, gather_shape s) { gather<u32>(x, row, y, s); }
KERNEL(256) void gather_8(const u8 *x, const u32 *row, u8 *y, gather_shape s) { gather<u64>(x, row, y, s); }
KERNEL(256) void gather_16(const u8 *x, const u32 *row, u8 *y, gather_shape s) { gather<u128>(x, row, y, s); }

// ballot gives each lane the set of lanes where v is true.
DEVICE u32 ballot(bool v) {
	u32 set = v ? 1u << thread_x() % WARP : 0;
	for (i32 mask = WARP / 2; mask > 0; mask /= 2) set |= shuffle_xor(set, mask);
	return set;
}

// Rows of `width` numbers, `taken` for each of some blocks of dx, which are `rows` high. A warp adds up 128 numbers of one row
// of dx, in the order of the indices: of every row, or with by_index, over zeros, of the row that an index names first.
struct scatter_shape {
	u32 warps, rows, taken, width, by_index;
	u32 parts, parts_magic, parts_shift; // of a row
	u32 targets, targets_magic, targets_shift; // rows or indices
};

KERNEL(256) void scatter_add(const f32 *dy, const u32 *row, f32 *dx, scatter_shape s) {
	u32 warp = block_x() * WARPS + thread_x() / WARP, lane = thread_x() % WARP;
	if (warp >= s.warps) return;
	u32 target = divide(warp, s.parts_magic, s.parts_shift), column = (warp - target * s.parts) * 4 * WARP + lane;
	u32 block = divide(target, s.targets_magic, s.targets_shift), first = 0;
	target -= block * s.targets;
	if (s.by_index) {
		bool earlier = false;
		for (u32 j = lane; j < target; j += WARP) earlier = earlier || row[j] == row[target];
		if (ballot(earlier)) return;
		first = target / WARP * WARP;
		target = row[target];
	}
	dy += block * s.taken * s.width + column, dx += (block * s.rows + target) * s.width + column;
	f32 sum[4] = {};
#pragma nounroll
	for (u32 j = first; j < s.taken; j += WARP) {
		for (u32 hits = ballot(j + lane < s.taken && row[j + lane] == target); hits; hits &= hits - 1) {
			u32 at = (j + __builtin_ctz(hits)) * s.width;
#pragma unroll
			for (u32 k = 0; k < 4; k++)
				if (column + k * WARP < s.width) sum[k] += dy[at + k * WARP];
		}
	}
#pragma unroll
	for (u32 k = 0; k < 4; k++)
		if (column + k * WARP < s.width) dx[k * WARP] = sum[k];
}
