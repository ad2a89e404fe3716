#include "table_linux.h"

static int launch(const cudrv_op *op, CUstream stream) {
	void *params[CUDRV_MAX_PARAMS];
	for (uint32_t i = 0; i < op->params; i++) params[i] = op->args + op->slot[i];
	return cudrv.cuLaunchKernel(op->function, op->grid[0], op->grid[1], op->grid[2], op->block[0], op->block[1], op->block[2], op->shared,
	                            stream, params, NULL);
}

static int call(CUcontext c, const cudrv_op *op) {
	int status = op->call(op->args);
	cudrv.cuCtxSetCurrent(c); // a library may leave another one behind
	return status;
}

static int enqueue(CUcontext c, const cudrv_op *op, CUstream stream) {
	switch (op->kind) {
	case CUDRV_LAUNCH: return launch(op, stream);
	case CUDRV_COPY: return cudrv.cuMemcpyDtoDAsync_v2(op->dst, op->src, op->bytes, stream);
	case CUDRV_FILL: return cudrv.cuMemsetD32Async(op->dst, op->word, op->bytes / 4, stream);
	case CUDRV_CALL: return call(c, op);
	case CUDRV_RECORD: return cudrv.cuEventRecord(op->event, stream);
	}
	return 1;
}

// mark sends the count of operations on its way; a failure shows again at the next operation.
static void mark(cudrv_progress *p, CUstream stream) {
	p->marked = p->count;
	if (cudrv.cuMemsetD32Async(p->word, p->count, 1, stream) == CUDRV_SUCCESS) {
		cudrv.cuMemcpyDtoHAsync_v2(p->seen, p->word, sizeof *p->seen, stream);
	}
}

int64_t cudrv_run(CUcontext c, const cudrv_op *ops, uint32_t n, CUstream stream, cudrv_progress *progress, int wait) {
	CUresult r = cudrv.cuCtxSetCurrent(c);
	if (r != CUDRV_SUCCESS) return r;
	for (uint32_t i = 0; i < n; i++) {
		int status = enqueue(c, &ops[i], stream);
		if (status == 0 && wait) status = -cudrv.cuStreamSynchronize(stream);
		if (status != 0) return (int64_t)i << 32 | (uint32_t)status;
		progress->count++;
		if (progress->count - progress->marked >= progress->every) mark(progress, stream);
	}
	return 0;
}
