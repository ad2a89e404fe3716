#include "level_scalar.h"
#include "reduce_impl.h"
#include "level_end.h"

GOMX_DEFINE(gomx_reduce_rows);
GOMX_DEFINE(gomx_reduce_columns);
GOMX_DEFINE(gomx_stats_rows);
GOMX_DEFINE(gomx_stats_columns);

#define SAME_AT_EVERY_LEVEL(name, function) const gomx_kernel name[GOMX_LEVELS] = {function, function, function}

static void reduce_combine(const gomx_call *c, int64_t piece, int thread) {
	(void)piece, (void)thread;
	const int64_t *n = c->n;
	const int op = (int)n[REDUCE_OP];
	const double *part = c->p[0];
	for (int64_t o = 0; o < n[REDUCE_REAL]; o++) {
		double r = part[o];
		for (int64_t i = 1; i < n[REDUCE_PARTS]; i++) r = reduce_join(op, r, part[i * n[REDUCE_OUTPUTS] + o]);
		((float *)c->p[1])[o] = (float)r;
	}
}
SAME_AT_EVERY_LEVEL(gomx_reduce_combine, reduce_combine);

// p: partial results, mean, variance.
static void stats_combine(const gomx_call *c, int64_t piece, int thread) {
	(void)piece, (void)thread;
	const int64_t *n = c->n;
	const stats *part = c->p[0];
	for (int64_t o = 0; o < n[REDUCE_REAL]; o++) {
		stats s = part[o];
		for (int64_t i = 1; i < n[REDUCE_PARTS]; i++) {
			const stats *t = &part[i * n[REDUCE_OUTPUTS] + o];
			stats_join(&s, t->count, t->mean, t->m2);
		}
		((float *)c->p[1])[o] = (float)s.mean;
		((float *)c->p[2])[o] = (float)(s.m2 / s.count);
	}
}
SAME_AT_EVERY_LEVEL(gomx_stats_combine, stats_combine);

static void arg_reduce(const gomx_call *c, int64_t piece, int thread) {
	(void)thread;
	const int64_t *n = c->n, axis = n[1], inner = n[2];
	const int smallest = (int)n[3];
	int64_t end = (piece + 1) * n[4] < n[0] ? (piece + 1) * n[4] : n[0];
	for (int64_t o = piece * n[4]; o < end; o++)
		for (int64_t i = 0; i < inner; i++) {
			const float *x = (const float *)c->p[0] + o * axis * inner + i;
			int64_t best = 0;
			for (int64_t k = 1; k < axis; k++) {
				float v = x[k * inner], b = x[best * inner];
				if (b != b) break;
				if (v != v || (smallest ? v < b : v > b)) best = k;
			}
			((float *)c->p[1])[o * inner + i] = (float)best;
		}
}
SAME_AT_EVERY_LEVEL(gomx_arg_reduce, arg_reduce);
