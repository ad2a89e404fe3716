// What follows a convolution, on lines of its result while they are in a near cache: a Map of the result and further inputs.
#include "conv_act.h"
#include "map_block.h"

// Runs a general epilogue on rows lines of n elements of y: one line each of the filters from filter on, step apart. The
// pointers of g are x, w, y and the further inputs; those lie like y, or have one number for a filter or for all.
static void conv_map(const gomx_call *g, int thread, float *y, int64_t step, int64_t filter, int64_t rows, int64_t n) {
	const gomx_map_code *code = g->code;
	float *operand[MAP_OPERANDS] = {y};
	int64_t stride[MAP_OPERANDS] = {step};
	for (int k = 1; k < code->inputs; k++) {
		float *p = g->p[2 + k];
		const int like_y = code->along[k] == MAP_ALONG;
		stride[k] = like_y ? step : code->stride[k][0];
		operand[k] = like_y ? p + (y - (float *)g->p[2]) : p + filter * stride[k];
	}
	operand[code->inputs] = y;
	stride[code->inputs] = step;
	GOMX_FN(gomx_map_block)(code, gomx_scratch(thread), operand, stride, rows, n);
}

// Runs the epilogue act of g, one of CONV_ACT_, on such lines.
static void conv_finish(const gomx_call *g, int64_t act, int thread, float *y, int64_t step, int64_t filter, int64_t rows, int64_t n) {
	if (act == CONV_ACT_MAP) {
		conv_map(g, thread, y, step, filter, rows, n);
		return;
	}
	const float *bias = g->p[3];
	for (int64_t j = 0; j < rows; j++) conv_act((int)act, bias != NULL ? bias[filter + j] : 0, y + j * step, n);
}
