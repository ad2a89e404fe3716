// The strip interpreter of Map. Every instruction is a loop over the units of a strip: values stay in the first-level
// cache between instructions, inputs and outputs are read and written where they lie. Operands that do not change along the
// row have step 0.
#include "map_block.h"
#include "simd_math.h"

typedef struct {
	float *d;
	const float *a, *b, *c, *e;
	int64_t as, bs, cs, es; // floats from unit to unit: MAP_UNIT or 0
} map_args;

typedef void (*map_op)(map_args m, int64_t units);

#define MAP_OP(name, expression)                                                                       \
	static void name(map_args m, int64_t units) {                                                      \
		for (int64_t u = 0; u < units; u++) {                                                          \
			for (int k = 0; k < MAP_UNIT; k += VL) v_store(m.d + k, expression);                       \
			m.d += MAP_UNIT, m.a += m.as, m.b += m.bs, m.c += m.cs, m.e += m.es;                       \
		}                                                                                              \
	}
#define A v_load(m.a + k)
#define B v_load(m.b + k)
#define C v_load(m.c + k)
#define E v_load(m.e + k)
#define TRUTH(mask) ((vf)((mask) & (vi)v_set1(1.0f)))

INLINE vf map_max(vf x, vf y) { return v_select(x != x, x, v_max(x, y)); }
INLINE vf map_min(vf x, vf y) { return v_select(x != x, x, v_min(x, y)); }
INLINE vf map_sign(vf x) { return v_select(x > v_zero(), v_set1(1.0f), v_select(x < v_zero(), v_set1(-1.0f), x)); }
INLINE vf map_each(vf x, float (*f)(float)) {
	for (int i = 0; i < VL; i++) x[i] = f(x[i]);
	return x;
}

INLINE vf map_floor(vf x) {
#if GOMX_LEVEL == 2
	return (vf)_mm512_roundscale_ps((__m512)x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
#elif GOMX_LEVEL == 1
	return (vf)_mm256_floor_ps((__m256)x);
#else
	return map_each(x, floorf);
#endif
}

INLINE vf map_trunc(vf x) { return v_copysign(map_floor(v_abs(x)), x); }

MAP_OP(map_mov, A)
MAP_OP(map_neg, -A)
MAP_OP(map_abs, v_abs(A))
MAP_OP(map_do_sign, map_sign(A))
MAP_OP(map_sqrt, v_sqrt(A))
MAP_OP(map_rsqrt, 1.0f / v_sqrt(A))
MAP_OP(map_exp, v_exp(A))
MAP_OP(map_log, v_log(A))
MAP_OP(map_sin, v_sin(A))
MAP_OP(map_cos, v_cos(A))
MAP_OP(map_tanh, v_tanh(A))
MAP_OP(map_sigmoid, v_sigmoid(A))
MAP_OP(map_softplus, v_softplus(A))
MAP_OP(map_erf, v_erf(A))
MAP_OP(map_do_floor, map_floor(A))
MAP_OP(map_ceil, -map_floor(-A))
MAP_OP(map_do_trunc, map_trunc(A))
MAP_OP(map_not, TRUTH(A == v_zero()))
MAP_OP(map_add, A + B)
MAP_OP(map_sub, A - B)
MAP_OP(map_mul, A *B)
MAP_OP(map_div, A / B)
MAP_OP(map_pow, v_pow(A, B))
MAP_OP(map_do_max, map_max(A, B))
MAP_OP(map_do_min, map_min(A, B))
MAP_OP(map_max_c, v_max(B, A))
MAP_OP(map_min_c, v_min(B, A))
MAP_OP(map_lt, TRUTH(A < B))
MAP_OP(map_le, TRUTH(A <= B))
MAP_OP(map_eq, TRUTH(A == B))
MAP_OP(map_ne, TRUTH(A != B))
MAP_OP(map_and, TRUTH((A != v_zero()) & (B != v_zero())))
MAP_OP(map_or, TRUTH((A != v_zero()) | (B != v_zero())))
MAP_OP(map_xor, TRUTH((A != v_zero()) ^ (B != v_zero())))
MAP_OP(map_fma, v_fma(A, B, C))
MAP_OP(map_fms, v_fma(A, B, -C))
MAP_OP(map_fnma, v_fma(-A, B, C))
MAP_OP(map_select, v_select(A != v_zero(), B, C))
MAP_OP(map_sel_lt, v_select(A < B, C, E))
MAP_OP(map_sel_le, v_select(A <= B, C, E))
MAP_OP(map_sel_eq, v_select(A == B, C, E))
MAP_OP(map_sel_ne, v_select(A != B, C, E))

#define MAP_LIBM(name, expression)                                                                     \
	static void name(map_args m, int64_t units) {                                                      \
		for (int64_t u = 0; u < units; u++) {                                                          \
			for (int k = 0; k < MAP_UNIT; k++) m.d[k] = (float)(expression);                           \
			m.d += MAP_UNIT, m.a += m.as, m.b += m.bs;                                                 \
		}                                                                                              \
	}
#define X ((double)m.a[k])
#define Y ((double)m.b[k])

MAP_LIBM(map_cbrt, cbrt(X))
MAP_LIBM(map_expm1, expm1(X))
MAP_LIBM(map_log2, log2(X))
MAP_LIBM(map_log10, log10(X))
MAP_LIBM(map_log1p, log1p(X))
MAP_LIBM(map_tan, tan(X))
MAP_LIBM(map_asin, asin(X))
MAP_LIBM(map_acos, acos(X))
MAP_LIBM(map_atan, atan(X))
MAP_LIBM(map_sinh, sinh(X))
MAP_LIBM(map_cosh, cosh(X))
MAP_LIBM(map_asinh, asinh(X))
MAP_LIBM(map_acosh, acosh(X))
MAP_LIBM(map_atanh, atanh(X))
MAP_LIBM(map_erfinv, gomx_erfinv(X))
MAP_LIBM(map_gamma, tgamma(X))
MAP_LIBM(map_lgamma, gomx_lgamma(X))
MAP_LIBM(map_digamma, gomx_digamma(X))
MAP_LIBM(map_do_round, round(X))
MAP_LIBM(map_rint, gomx_rint(X))
MAP_LIBM(map_mod, gomx_mod(X, Y))
MAP_LIBM(map_hypot, hypot(X, Y))

static const map_op map_ops[MAP_OPS] = {
	[MAP_MOV] = map_mov, [MAP_NEG] = map_neg, [MAP_ABS] = map_abs, [MAP_SIGN] = map_do_sign, [MAP_SQRT] = map_sqrt,
	[MAP_RSQRT] = map_rsqrt, [MAP_EXP] = map_exp, [MAP_LOG] = map_log, [MAP_SIN] = map_sin, [MAP_COS] = map_cos,
	[MAP_TANH] = map_tanh, [MAP_SIGMOID] = map_sigmoid, [MAP_SOFTPLUS] = map_softplus, [MAP_ERF] = map_erf,
	[MAP_FLOOR] = map_do_floor, [MAP_CEIL] = map_ceil, [MAP_TRUNC] = map_do_trunc, [MAP_NOT] = map_not, [MAP_ADD] = map_add,
	[MAP_SUB] = map_sub, [MAP_MUL] = map_mul, [MAP_DIV] = map_div, [MAP_POW] = map_pow, [MAP_MAX] = map_do_max,
	[MAP_MIN] = map_do_min, [MAP_MAX_C] = map_max_c, [MAP_MIN_C] = map_min_c, [MAP_LT] = map_lt, [MAP_LE] = map_le,
	[MAP_EQ] = map_eq, [MAP_NE] = map_ne, [MAP_AND] = map_and, [MAP_OR] = map_or, [MAP_XOR] = map_xor, [MAP_FMA] = map_fma,
	[MAP_FMS] = map_fms, [MAP_FNMA] = map_fnma, [MAP_SELECT] = map_select, [MAP_SEL_LT] = map_sel_lt,
	[MAP_SEL_LE] = map_sel_le, [MAP_SEL_EQ] = map_sel_eq, [MAP_SEL_NE] = map_sel_ne, [MAP_CBRT] = map_cbrt,
	[MAP_EXPM1] = map_expm1, [MAP_LOG2] = map_log2, [MAP_LOG10] = map_log10, [MAP_LOG1P] = map_log1p, [MAP_TAN] = map_tan,
	[MAP_ASIN] = map_asin, [MAP_ACOS] = map_acos, [MAP_ATAN] = map_atan, [MAP_SINH] = map_sinh, [MAP_COSH] = map_cosh,
	[MAP_ASINH] = map_asinh, [MAP_ACOSH] = map_acosh, [MAP_ATANH] = map_atanh, [MAP_ERFINV] = map_erfinv,
	[MAP_GAMMA] = map_gamma, [MAP_LGAMMA] = map_lgamma, [MAP_DIGAMMA] = map_digamma, [MAP_ROUND] = map_do_round,
	[MAP_RINT] = map_rint, [MAP_MOD] = map_mod, [MAP_HYPOT] = map_hypot,
};

// A map at work in one thread.
typedef struct {
	const gomx_map_code *code;
	float *operand[MAP_OPERANDS]; // where the row begins in each operand
	float *at[MAP_SLOTS];         // where instructions find each slot
	int64_t step[MAP_SLOTS];      // MAP_UNIT, or 0 for what does not change
	float *bounce;                // a unit per operand, for the end of a row that fills no unit
} map_state;

static void map_section(const map_state *s, const gomx_map_ins *ins, int count, int64_t units) {
	for (int i = 0; i < count; i++) {
		const gomx_map_ins *x = &ins[i];
		map_args m = {s->at[x->d],   s->at[x->a],   s->at[x->b],   s->at[x->c],  s->at[x->e],
		              s->step[x->a], s->step[x->b], s->step[x->c], s->step[x->e]};
		map_ops[x->op](m, units);
	}
}

INLINE void map_strip(const map_state *s, int64_t units) {
	const gomx_map_code *c = s->code;
	map_section(s, c->ins + c->per_row, c->per_strip, units);
}

// The last n < MAP_UNIT elements, by way of whole units.
static void map_tail(map_state *s, int64_t from, int64_t n) {
	const gomx_map_code *c = s->code;
	int operands = c->inputs + c->outputs;
	for (int i = 0; i < operands; i++) {
		if (c->along[i] != MAP_ALONG) continue;
		s->at[i] = s->bounce + i * MAP_UNIT;
		if (i < c->inputs) memcpy(s->at[i], s->operand[i] + from, (size_t)n * sizeof(float));
	}
	map_strip(s, 1);
	for (int i = c->inputs; i < operands; i++) memcpy(s->operand[i] + from, s->at[i], (size_t)n * sizeof(float));
}

// Elements from:to of the row.
static void map_along(map_state *s, int64_t from, int64_t to) {
	const gomx_map_code *c = s->code;
	int operands = c->inputs + c->outputs;
	for (; to - from >= MAP_UNIT;) {
		int64_t n = to - from < c->strip ? to - from : c->strip;
		n -= n % MAP_UNIT;
		for (int i = 0; i < operands; i++)
			if (c->along[i] == MAP_ALONG) s->at[i] = s->operand[i] + from;
		map_strip(s, n / MAP_UNIT);
		from += n;
	}
	if (from < to) map_tail(s, from, to - from);
}

// Fills in what does not change along the row that begins at s->operand, and computes what depends on that alone.
static void map_enter_row(map_state *s) {
	const gomx_map_code *c = s->code;
	for (int k = 0; k < c->inputs + c->outputs; k++) {
		if (c->along[k] == MAP_ALONG) continue;
		s->at[k] = s->bounce + k * MAP_UNIT;
		if (c->along[k] == MAP_LANES)
			memcpy(s->at[k], s->operand[k], MAP_UNIT * sizeof(float));
		else
			for (int i = 0; i < MAP_UNIT; i++) s->at[k][i] = s->operand[k][0];
	}
	map_section(s, c->ins, c->per_row, 1);
}

// Goes to the beginning of a row.
static void map_begin_row(map_state *s, const gomx_call *call, int64_t row) {
	const gomx_map_code *c = s->code;
	int64_t offset[MAP_OPERANDS] = {0};
	int operands = c->inputs + c->outputs;
	for (int d = c->dims - 1; d >= 0; d--) {
		int64_t i = row % c->dim[d];
		row /= c->dim[d];
		for (int k = 0; k < operands; k++) offset[k] += i * c->stride[k][d];
	}
	for (int k = 0; k < operands; k++) s->operand[k] = (float *)call->p[k] + offset[k];
	map_enter_row(s);
}

// Lays out the thread's memory: bounce units of the operands, constants, units, strips.
static void map_begin(map_state *s, const gomx_map_code *c, float *scratch) {
	s->code = c;
	s->bounce = scratch;
	int slot = c->inputs + c->outputs;
	for (int i = 0; i < slot; i++) s->step[i] = c->along[i] == MAP_ALONG ? MAP_UNIT : 0;
	memset(scratch, 0, (size_t)slot * MAP_UNIT * sizeof(float));
	scratch += slot * MAP_UNIT;
	for (int i = 0; i < c->constants; i++, slot++, scratch += MAP_UNIT) {
		for (int k = 0; k < MAP_UNIT; k++) scratch[k] = c->constant[i];
		s->at[slot] = scratch, s->step[slot] = 0;
	}
	for (int i = 0; i < c->units; i++, slot++, scratch += MAP_UNIT) s->at[slot] = scratch, s->step[slot] = 0;
	for (int i = 0; i < c->strips; i++, slot++, scratch += c->strip) s->at[slot] = scratch, s->step[slot] = MAP_UNIT;
}

void GOMX_FN(gomx_map)(const gomx_call *call, int64_t piece, int thread) {
	const gomx_map_code *c = call->code;
	map_state s;
	map_begin(&s, c, gomx_scratch(thread));
	int64_t from = piece * c->piece, to = from + c->piece;
	if (c->flat) {
		map_begin_row(&s, call, 0);
		map_along(&s, from, to < c->length ? to : c->length);
		return;
	}
	for (int64_t row = from; row < to && row < c->rows; row++) {
		map_begin_row(&s, call, row);
		map_along(&s, 0, c->length);
	}
}

void GOMX_FN(gomx_map_block)(const gomx_map_code *c, float *scratch, float *const *operand, const int64_t *stride, int64_t rows, int64_t n) {
	map_state s;
	map_begin(&s, c, scratch);
	for (int64_t i = 0; i < rows; i++) {
		for (int k = 0; k < c->inputs + c->outputs; k++) s.operand[k] = operand[k] + i * stride[k];
		map_enter_row(&s);
		map_along(&s, 0, n);
	}
}
