// Map: a small program of vector instructions, run strip by strip over the elements. Go writes the program (map_code.go).
#ifndef GOMX_MAP_H
#define GOMX_MAP_H
#include "gomx_cpu.h"

enum {
	MAP_UNIT = 16,    // floats in a unit: what is loaded at once, at every level; the lanes of blocked layouts
	MAP_DIMS = 6,     // outer dimensions of a map over rows
	MAP_OPERANDS = 16,
	MAP_SLOTS = 96,
	MAP_INS = 160,
	MAP_TEMP_BYTES = 16 << 10, // temporaries of a strip stay in the first-level cache
};

// One instruction: slots d = op(a, b, c, e).
typedef struct {
	uint8_t op, d, a, b, c, e;
} gomx_map_ins;

// How an operand of a map over rows lies along the row.
enum { MAP_ALONG, MAP_SPLAT, MAP_LANES };
// MAP_ALONG: element after element. MAP_SPLAT: one number for the row. MAP_LANES: 16 numbers, again and again.

// Slots are, in this order: inputs, outputs, constants, single units (values that do not change along a row), strips.
// A flat map is one row, cut into pieces of piece elements; else a piece is piece rows.
typedef struct {
	int32_t inputs, outputs, constants, units, strips;
	int32_t per_row, per_strip; // instructions of each section, one after the other in ins
	int32_t flat;
	int32_t dims;                     // of the rows
	int32_t strip;                    // floats in a strip, a multiple of MAP_UNIT
	int64_t length, rows, piece;      // of a row; how many rows; elements or rows per piece
	int64_t dim[MAP_DIMS];
	int64_t stride[MAP_OPERANDS][MAP_DIMS]; // of inputs, then outputs, in elements
	uint8_t along[MAP_OPERANDS];
	float constant[MAP_SLOTS];
	gomx_map_ins ins[MAP_INS];
} gomx_map_code;

// The instructions. MAX_C and MIN_C have a second operand that is never NaN. SEL_xx(a, b, c, e) is a xx b ? c : e.
enum {
	MAP_MOV, MAP_NEG, MAP_ABS, MAP_SIGN, MAP_SQRT, MAP_RSQRT, MAP_EXP, MAP_LOG, MAP_SIN, MAP_COS, MAP_TANH, MAP_SIGMOID,
	MAP_SOFTPLUS, MAP_ERF, MAP_FLOOR, MAP_CEIL, MAP_TRUNC, MAP_NOT,
	MAP_ADD, MAP_SUB, MAP_MUL, MAP_DIV, MAP_POW, MAP_MAX, MAP_MIN, MAP_MAX_C, MAP_MIN_C,
	MAP_LT, MAP_LE, MAP_EQ, MAP_NE, MAP_AND, MAP_OR, MAP_XOR,
	MAP_FMA, MAP_FMS, MAP_FNMA, MAP_SELECT, // a·b + c, a·b − c, c − a·b, a != 0 ? b : c
	MAP_SEL_LT, MAP_SEL_LE, MAP_SEL_EQ, MAP_SEL_NE,
	// From here on the C library computes in double precision, element by element.
	MAP_CBRT, MAP_EXPM1, MAP_LOG2, MAP_LOG10, MAP_LOG1P, MAP_TAN, MAP_ASIN, MAP_ACOS, MAP_ATAN, MAP_SINH, MAP_COSH, MAP_ASINH,
	MAP_ACOSH, MAP_ATANH, MAP_ERFINV, MAP_GAMMA, MAP_LGAMMA, MAP_DIGAMMA, MAP_ROUND, MAP_RINT, MAP_MOD, MAP_HYPOT,
	MAP_OPS
};

// p: inputs, then outputs. code: a gomx_map_code.
GOMX_DECLARE(gomx_map);

// What the C library lacks or defines otherwise (map_libm.c).
double gomx_erfinv(double x);
double gomx_digamma(double x);
double gomx_rint(double x);
double gomx_mod(double x, double y);
double gomx_lgamma(double x);

#endif
