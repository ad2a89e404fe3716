// Sums, products, extremes, means and variances. Elements are added in float over short runs and the runs in double, so that
// the error stays near one rounding however many elements there are.
#include "reduce.h"
#include "simd.h"

enum { RUN = 1024, ROWS = 32, LANES = 4 * VL }; // elements added in float; rows of a run of columns; columns at a time

INLINE vf reduce_start(int op) {
	return v_set1(op == REDUCE_MAX ? -INFINITY : op == REDUCE_MIN ? INFINITY : op == REDUCE_PROD || op == REDUCE_PROD_NAN ? 1.0f : 0.0f);
}

// acc combined with x. The first NaN stays.
INLINE vf reduce_step(int op, vf acc, vf x) {
	switch (op) {
	case REDUCE_MAX: return v_select(acc != acc, acc, v_max(acc, x));
	case REDUCE_MIN: return v_select(acc != acc, acc, v_min(acc, x));
	case REDUCE_SUM_SQUARES: return v_fma(x, x, acc);
	case REDUCE_SUM_ABS: return acc + v_abs(x);
	case REDUCE_SUM_NAN: return acc + v_select(x != x, v_zero(), x);
	}
	return acc + x;
}

// Joins two results.
INLINE double reduce_join(int op, double a, double b) {
	switch (op) {
	case REDUCE_PROD:
	case REDUCE_PROD_NAN: return a * b;
	case REDUCE_MAX: return a != a || a > b ? a : b;
	case REDUCE_MIN: return a != a || a < b ? a : b;
	}
	return a + b;
}

INLINE double reduce_start_double(int op) { return (double)reduce_start(op)[0]; }

// n contiguous elements.
INLINE double reduce_run(int op, const float *x, int64_t n) {
	vf acc[4];
	UNROLL for (int k = 0; k < 4; k++) acc[k] = reduce_start(op);
	int64_t i = 0;
	for (; i + LANES <= n; i += LANES) UNROLL for (int k = 0; k < 4; k++) acc[k] = reduce_step(op, acc[k], v_load(x + i + k * VL));
	for (; i + VL <= n; i += VL) acc[0] = reduce_step(op, acc[0], v_load(x + i));
	if (i < n) acc[1] = v_select(v_lanes(n - i), reduce_step(op, acc[1], v_load_n(x + i, n - i)), acc[1]);
	if (op != REDUCE_MAX && op != REDUCE_MIN) return (double)v_sum((acc[0] + acc[1]) + (acc[2] + acc[3]));
	vf all = reduce_step(op, reduce_step(op, acc[0], acc[1]), reduce_step(op, acc[2], acc[3]));
	double r = (double)all[0];
	for (int k = 1; k < VL; k++) r = reduce_join(op, r, (double)all[k]);
	return r;
}

static double reduce_product(const float *x, int64_t n, int skip_nan) {
	double p = 1;
	for (int64_t i = 0; i < n; i++)
		if (!skip_nan || x[i] == x[i]) p *= (double)x[i];
	return p;
}

// One long or short row by runs.
#define REDUCE_ROW(name, op)                                                                           \
	static double name(const float *x, int64_t n) {                                                    \
		double r = reduce_start_double(op);                                                            \
		for (int64_t i = 0; i < n; i += RUN) r = reduce_join(op, r, reduce_run(op, x + i, n - i < RUN ? n - i : RUN)); \
		return r;                                                                                      \
	}
REDUCE_ROW(reduce_row_sum, REDUCE_SUM)
REDUCE_ROW(reduce_row_max, REDUCE_MAX)
REDUCE_ROW(reduce_row_min, REDUCE_MIN)
REDUCE_ROW(reduce_row_squares, REDUCE_SUM_SQUARES)
REDUCE_ROW(reduce_row_abs, REDUCE_SUM_ABS)
REDUCE_ROW(reduce_row_nan, REDUCE_SUM_NAN)
static double reduce_row_prod(const float *x, int64_t n) { return reduce_product(x, n, 0); }
static double reduce_row_prod_nan(const float *x, int64_t n) { return reduce_product(x, n, 1); }

static double (*const reduce_row[])(const float *, int64_t) = {
	[REDUCE_SUM] = reduce_row_sum, [REDUCE_PROD] = reduce_row_prod, [REDUCE_MAX] = reduce_row_max, [REDUCE_MIN] = reduce_row_min,
	[REDUCE_SUM_SQUARES] = reduce_row_squares, [REDUCE_SUM_ABS] = reduce_row_abs, [REDUCE_SUM_NAN] = reduce_row_nan,
	[REDUCE_PROD_NAN] = reduce_row_prod_nan,
};

// Where item number i of a list of dimensions lies.
static int64_t reduce_offset(const int64_t *list, int64_t dims, int64_t i) {
	int64_t at = 0;
	for (int64_t d = dims - 1; d >= 0; d--) {
		at += i % list[d] * list[REDUCE_DIMS + d];
		i /= list[d];
	}
	return at;
}

// The work of one piece: outputs from:to (or blocks of columns), and the reduced dimensions with the outermost cut to a part.
typedef struct {
	int64_t part, from, to;
	int64_t reduced[2 * REDUCE_DIMS];
	int64_t dims, rows, begin; // rows: product of the reduced dimensions except a contiguous one; begin: offset of the part
} reduce_piece;

static reduce_piece reduce_find(const int64_t *n, int64_t piece, int64_t items, int contiguous) {
	reduce_piece p = {.dims = n[REDUCE_DIM_COUNT], .rows = 1};
	int64_t pieces = (items + n[REDUCE_PER_PIECE] - 1) / n[REDUCE_PER_PIECE];
	p.part = piece / pieces;
	p.from = piece % pieces * n[REDUCE_PER_PIECE];
	p.to = p.from + n[REDUCE_PER_PIECE] < items ? p.from + n[REDUCE_PER_PIECE] : items;
	memcpy(p.reduced, n + REDUCE_REDUCED, sizeof p.reduced);
	int64_t skip = p.part * n[REDUCE_CHUNK], left = p.reduced[0] - skip;
	p.begin = skip * p.reduced[REDUCE_DIMS];
	p.reduced[0] = left < n[REDUCE_CHUNK] ? left : n[REDUCE_CHUNK];
	for (int64_t d = 0; d < p.dims - contiguous; d++) p.rows *= p.reduced[d];
	return p;
}

void GOMX_FN(gomx_reduce_rows)(const gomx_call *c, int64_t piece, int thread) {
	(void)thread;
	const int64_t *n = c->n;
	const reduce_piece p = reduce_find(n, piece, n[REDUCE_OUTPUTS], 1);
	const int op = (int)n[REDUCE_OP];
	for (int64_t o = p.from; o < p.to; o++) {
		const float *x = (const float *)c->p[0] + reduce_offset(n + REDUCE_KEPT, n[REDUCE_KEPT_DIMS], o) + p.begin;
		double r = reduce_start_double(op);
		for (int64_t i = 0; i < p.rows; i++)
			r = reduce_join(op, r, reduce_row[op](x + reduce_offset(p.reduced, p.dims - 1, i), p.reduced[p.dims - 1]));
		if (n[REDUCE_PARTS] > 1)
			((double *)c->p[2])[p.part * n[REDUCE_OUTPUTS] + o] = r;
		else
			((float *)c->p[1])[o] = (float)r;
	}
}

// Adds rows of width ≤ REDUCE_COLUMNS to r, which has a double per column.
INLINE void reduce_columns(int op, double *r, const float *x, const reduce_piece *p, int64_t width) {
	for (int64_t i0 = 0; i0 < p->rows; i0 += ROWS) {
		int64_t i1 = i0 + ROWS < p->rows ? i0 + ROWS : p->rows;
		const float *row[ROWS];
		for (int64_t i = i0; i < i1; i++) row[i - i0] = x + reduce_offset(p->reduced, p->dims, i);
		for (int64_t j = 0; j < width; j += VL) {
			int64_t w = width - j < VL ? width - j : VL;
			vf acc = reduce_start(op);
			if (w == VL)
				for (int64_t i = 0; i < i1 - i0; i++) acc = reduce_step(op, acc, v_load(row[i] + j));
			else
				for (int64_t i = 0; i < i1 - i0; i++) acc = reduce_step(op, acc, v_load_n(row[i] + j, w));
			for (int64_t k = 0; k < w; k++) r[j + k] = reduce_join(op, r[j + k], (double)acc[k]);
		}
	}
}

static void reduce_columns_prod(double *r, const float *x, const reduce_piece *p, int64_t width, int skip_nan) {
	for (int64_t i = 0; i < p->rows; i++) {
		const float *row = x + reduce_offset(p->reduced, p->dims, i);
		for (int64_t j = 0; j < width; j++)
			if (!skip_nan || row[j] == row[j]) r[j] *= (double)row[j];
	}
}

static void reduce_columns_op(int op, double *r, const float *x, const reduce_piece *p, int64_t width) {
	switch (op) {
	case REDUCE_SUM: reduce_columns(REDUCE_SUM, r, x, p, width); break;
	case REDUCE_MAX: reduce_columns(REDUCE_MAX, r, x, p, width); break;
	case REDUCE_MIN: reduce_columns(REDUCE_MIN, r, x, p, width); break;
	case REDUCE_SUM_SQUARES: reduce_columns(REDUCE_SUM_SQUARES, r, x, p, width); break;
	case REDUCE_SUM_ABS: reduce_columns(REDUCE_SUM_ABS, r, x, p, width); break;
	case REDUCE_SUM_NAN: reduce_columns(REDUCE_SUM_NAN, r, x, p, width); break;
	default: reduce_columns_prod(r, x, p, width, op == REDUCE_PROD_NAN); break;
	}
}

// A block of columns: where its input and its outputs begin, and how many there are.
typedef struct {
	int64_t in, out, width;
} reduce_block;

static reduce_block reduce_columns_find(const int64_t *n, int64_t item) {
	int64_t across = (n[REDUCE_WIDTH] + REDUCE_COLUMNS - 1) / REDUCE_COLUMNS, j = item % across * REDUCE_COLUMNS, o = item / across;
	// The contiguous dimension is the last of the kept ones; the others say where its row begins.
	reduce_block b = {.in = reduce_offset(n + REDUCE_KEPT, n[REDUCE_KEPT_DIMS] - 1, o) + j, .out = o * n[REDUCE_WIDTH] + j};
	b.width = n[REDUCE_WIDTH] - j < REDUCE_COLUMNS ? n[REDUCE_WIDTH] - j : REDUCE_COLUMNS;
	return b;
}

static int64_t reduce_columns_items(const int64_t *n) {
	return n[REDUCE_OUTPUTS] / n[REDUCE_WIDTH] * ((n[REDUCE_WIDTH] + REDUCE_COLUMNS - 1) / REDUCE_COLUMNS);
}

void GOMX_FN(gomx_reduce_columns)(const gomx_call *c, int64_t piece, int thread) {
	const int64_t *n = c->n;
	const reduce_piece p = reduce_find(n, piece, reduce_columns_items(n), 0);
	const int op = (int)n[REDUCE_OP];
	double *r = gomx_scratch(thread);
	for (int64_t item = p.from; item < p.to; item++) {
		const reduce_block b = reduce_columns_find(n, item);
		for (int64_t j = 0; j < b.width; j++) r[j] = reduce_start_double(op);
		reduce_columns_op(op, r, (const float *)c->p[0] + b.in + p.begin, &p, b.width);
		if (n[REDUCE_PARTS] > 1)
			memcpy((double *)c->p[2] + p.part * n[REDUCE_OUTPUTS] + b.out, r, (size_t)b.width * sizeof(double));
		else
			for (int64_t j = 0; j < b.width && b.out + j < n[REDUCE_REAL]; j++) ((float *)c->p[1])[b.out + j] = (float)r[j];
	}
}

// Statistics of count elements: their mean and the sum of squared differences to it. Two sets are joined by the formula of
// Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979).
typedef struct {
	double count, mean, m2;
} stats;

INLINE void stats_join(stats *a, double count, double mean, double m2) {
	double total = a->count + count, delta = mean - a->mean;
	if (total == 0) return;
	a->mean += delta * (count / total);
	a->m2 += m2 + delta * delta * (a->count * count / total);
	a->count = total;
}

// n ≤ RUN contiguous elements, which the second pass finds in the cache.
static void stats_run(stats *a, const float *x, int64_t n) {
	double mean = reduce_run(REDUCE_SUM, x, n) / (double)n;
	vf m = v_set1((float)mean), acc[2] = {v_zero(), v_zero()};
	int64_t i = 0;
	for (; i + 2 * VL <= n; i += 2 * VL) UNROLL for (int k = 0; k < 2; k++) {
		vf d = v_load(x + i + k * VL) - m;
		acc[k] = v_fma(d, d, acc[k]);
	}
	for (; i < n; i += VL) {
		vf d = v_select(v_lanes(n - i), v_load_n(x + i, n - i < VL ? n - i : VL) - m, v_zero());
		acc[0] = v_fma(d, d, acc[0]);
	}
	double off = mean - (double)m[0];
	stats_join(a, (double)n, mean, (double)v_sum(acc[0] + acc[1]) - (double)n * off * off);
}

static void stats_store(const gomx_call *c, int64_t part, int64_t o, const stats *s) {
	const int64_t *n = c->n;
	if (n[REDUCE_PARTS] > 1) {
		((stats *)c->p[3])[part * n[REDUCE_OUTPUTS] + o] = *s;
	} else if (o < n[REDUCE_REAL]) {
		((float *)c->p[1])[o] = (float)s->mean;
		((float *)c->p[2])[o] = (float)(s->m2 / s->count);
	}
}

void GOMX_FN(gomx_stats_rows)(const gomx_call *c, int64_t piece, int thread) {
	(void)thread;
	const int64_t *n = c->n;
	const reduce_piece p = reduce_find(n, piece, n[REDUCE_OUTPUTS], 1);
	const int64_t length = p.reduced[p.dims - 1];
	for (int64_t o = p.from; o < p.to; o++) {
		const float *x = (const float *)c->p[0] + reduce_offset(n + REDUCE_KEPT, n[REDUCE_KEPT_DIMS], o) + p.begin;
		stats s = {0};
		for (int64_t i = 0; i < p.rows; i++) {
			const float *row = x + reduce_offset(p.reduced, p.dims - 1, i);
			for (int64_t j = 0; j < length; j += RUN) stats_run(&s, row + j, length - j < RUN ? length - j : RUN);
		}
		stats_store(c, p.part, o, &s);
	}
}

// ROWS rows or fewer of one vector of columns.
static void stats_columns_run(stats *s, const float *const *row, int64_t rows, int64_t j, int64_t w) {
	vf sum = v_zero(), acc = v_zero(), x[ROWS];
	for (int64_t i = 0; i < rows; i++) sum += x[i] = w == VL ? v_load(row[i] + j) : v_load_n(row[i] + j, w);
	vf m = sum / (float)rows;
	for (int64_t i = 0; i < rows; i++) {
		vf d = x[i] - m;
		acc = v_fma(d, d, acc);
	}
	for (int64_t k = 0; k < w; k++) stats_join(&s[k], (double)rows, (double)m[k], (double)acc[k]);
}

void GOMX_FN(gomx_stats_columns)(const gomx_call *c, int64_t piece, int thread) {
	const int64_t *n = c->n;
	const reduce_piece p = reduce_find(n, piece, reduce_columns_items(n), 0);
	stats *s = gomx_scratch(thread);
	for (int64_t item = p.from; item < p.to; item++) {
		const reduce_block b = reduce_columns_find(n, item);
		const float *x = (const float *)c->p[0] + b.in + p.begin;
		memset(s, 0, (size_t)b.width * sizeof *s);
		for (int64_t i0 = 0; i0 < p.rows; i0 += ROWS) {
			int64_t rows = p.rows - i0 < ROWS ? p.rows - i0 : ROWS;
			const float *row[ROWS];
			for (int64_t i = 0; i < rows; i++) row[i] = x + reduce_offset(p.reduced, p.dims, i0 + i);
			for (int64_t j = 0; j < b.width; j += VL) stats_columns_run(s + j, row, rows, j, b.width - j < VL ? b.width - j : VL);
		}
		for (int64_t j = 0; j < b.width; j++) stats_store(c, p.part, b.out + j, &s[j]);
	}
}
