// Elements along an axis in order: tiles of a row are sorted in shared memory, then merged pair by pair. What is sorted are
// items, a key in the upper half and below it where the element was: no two are equal, so every sort of them is stable.
#include "divide.h"

enum { THREADS = 256, TILE_BITS = 11, TILE = 1 << TILE_BITS };

// The numbers are those of backend.DType.
enum { FLOAT32 = 0, FLOAT64 = 1, FLOAT16 = 2, UINT8 = 3, INT32 = 4, INT8 = 5, INT64 = 6, BOOL = 7, BFLOAT16 = 12 };

// Rows of n elements lie in matrices (n, inner). Each is cut into `runs` runs of 2^run_bits elements, the last one shorter.
struct sort_shape {
	u32 rows, n, n_magic, n_shift;
	u32 inner, inner_magic, inner_shift;
	u32 runs, runs_magic, runs_shift, run_bits;
	u32 dtype, element, descend;
	u32 upper; // sort by the upper halves of keys of 64 bits, not the lower ones
};

// first is where a row begins.
DEVICE u32 first(u32 row, const sort_shape &s) {
	u32 matrix = divide(row, s.inner_magic, s.inner_shift);
	return matrix * s.n * s.inner + (row - matrix * s.inner);
}

DEVICE u64 bits(const void *x, u32 at, u32 element) {
	switch (element) {
	case 1: return ((const u8 *)x)[at];
	case 2: return ((const u16 *)x)[at];
	case 4: return ((const u32 *)x)[at];
	default: return ((const u64 *)x)[at];
	}
}

// key gives numbers in the order of the elements: −0 and 0 the same, NaN the largest in both directions.
DEVICE u64 key(u64 bits, const sort_shape &s) {
	u64 sign = 1ull << (8 * s.element - 1), mask = sign | (sign - 1), infinity = 0;
	switch (s.dtype) {
	case FLOAT32: infinity = 0xffull << 23; break;
	case FLOAT64: infinity = 0x7ffull << 52; break;
	case FLOAT16: infinity = 0x1full << 10; break;
	case BFLOAT16: infinity = 0xffull << 7; break;
	}
	u64 k = bits;
	if (infinity) {
		if ((bits & ~sign) > infinity) return mask;
		if (bits == sign) bits = 0;
		k = bits & sign ? ~bits : bits | sign;
	} else if (s.dtype != UINT8 && s.dtype != BOOL) {
		k ^= sign;
	}
	return (s.descend ? ~k : k) & mask;
}

// slot is where an item of a tile belongs; exists tells whether there is such an element.
struct slot {
	u32 row, column;
	bool exists;
};

// slot_of finds the place for number i of the block's tile.
DEVICE slot slot_of(u32 i, const sort_shape &s) {
	u32 run = (block_x() << (TILE_BITS - s.run_bits)) + (i >> s.run_bits), row = divide(run, s.runs_magic, s.runs_shift);
	u32 column = ((run - row * s.runs) << s.run_bits) + (i & ((1u << s.run_bits) - 1));
	return {row, column, row < s.rows && column < s.n};
}

// sort_tiles makes items of the elements of each run, or with `before` of the elements in the order of these items, and sorts
// them: a bitonic network over each 2^run_bits of the tile.
KERNEL(256) void sort_tiles(const void *x, const u64 *before, u64 *items, sort_shape s) {
	__shared__ u64 tile[TILE];
	u32 size = 1u << s.run_bits;
#pragma nounroll
	for (u32 i = thread_x(); i < TILE; i += THREADS) {
		slot p = slot_of(i, s);
		u64 item = ~0ull; // after all others
		if (p.exists) {
			u32 at = before ? (u32)before[p.row * s.n + p.column] : p.column;
			u64 k = key(bits(x, first(p.row, s) + at * s.inner, s.element), s);
			item = (s.upper ? k >> 32 : k & 0xffffffffu) << 32 | p.column;
		}
		tile[i] = item;
	}
#pragma nounroll
	for (u32 span = 2; span <= size; span *= 2) {
#pragma nounroll
		for (u32 step = span / 2; step > 0; step /= 2) {
			barrier();
#pragma nounroll
			for (u32 pair = thread_x(); pair < TILE / 2; pair += THREADS) {
				u32 i = 2 * pair - (pair & (step - 1));
				bool down = i & span & (size - 1);
				u64 a = tile[i], b = tile[i + step];
				if ((a > b) != down) tile[i] = b, tile[i + step] = a;
			}
		}
	}
	barrier();
#pragma nounroll
	for (u32 i = thread_x(); i < TILE; i += THREADS) {
		slot p = slot_of(i, s);
		if (p.exists) items[p.row * s.n + p.column] = tile[i];
	}
}

// sort_merge merges neighbouring sorted runs of 2^bits of `count` items, within rows of n: an item goes as far as its place in
// its own run and the number of smaller ones in the other say.
KERNEL(256) void sort_merge(const u64 *items, u64 *merged, u32 count, u32 n, u32 n_magic, u32 n_shift, u32 bits) {
	u32 i = global_x();
	if (i >= count) return;
	u32 row = divide(i, n_magic, n_shift) * n, column = i - row;
	u32 run = column >> bits, lo = (run ^ 1) << bits, begin = lo;
	u64 item = items[i];
	if (lo < n) {
		u32 hi = min(lo + (1u << bits), n);
		while (lo < hi) {
			u32 mid = lo + (hi - lo) / 2;
			if (items[row + mid] < item) lo = mid + 1;
			else hi = mid;
		}
	}
	merged[row + ((run & ~1u) << bits) + (column & ((1u << bits) - 1)) + (lo - begin)] = item;
}

// sort_values writes elements and positions in the order of the items, which number those of `before` where there are some.
KERNEL(256) void sort_values(const void *x, const u64 *items, const u64 *before, void *values, i32 *order, sort_shape s) {
	u32 i = global_x();
	if (i >= s.rows * s.n) return;
	u32 line = divide(i, s.inner_magic, s.inner_shift), matrix = divide(line, s.n_magic, s.n_shift);
	u32 column = line - matrix * s.n, row = matrix * s.inner + (i - line * s.inner);
	u32 at = (u32)items[row * s.n + column];
	if (before) at = (u32)before[row * s.n + at];
	order[i] = (i32)at;
	u32 from = first(row, s) + at * s.inner;
	switch (s.element) {
	case 1: ((u8 *)values)[i] = ((const u8 *)x)[from]; break;
	case 2: ((u16 *)values)[i] = ((const u16 *)x)[from]; break;
	case 4: ((u32 *)values)[i] = ((const u32 *)x)[from]; break;
	default: ((u64 *)values)[i] = ((const u64 *)x)[from]; break;
	}
}
