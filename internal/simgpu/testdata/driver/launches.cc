#include "case.h"

CASE(a_kernel_runs_when_somebody_waits) {
	start();
	CUdeviceptr x = upload(std::vector<float>(1000, 2)), y = upload(std::vector<float>(1000, 1));
	CUstream s = stream();
	OK(launch(kernel("saxpy"), 4, 256, s, y, x, 3.0f, 1000u));
	TRUE(*(float *)y == 1); // a look behind the scenes
	OK(cuStreamSynchronize(s));
	for (size_t i : {0, 500, 999})
		TRUE(get(y, i) == 7);
}

CASE(arguments_in_a_buffer) {
	start();
	CUfunction f = kernel("saxpy");
	struct {
		CUdeviceptr y, x;
		float a;
		unsigned n;
	} block = {upload({1}), upload({2}), 3, 1};
	size_t size = sizeof block;
	void *extra[] = {(void *)1, &block, (void *)2, &size, nullptr};
	OK(cuLaunchKernel(f, 1, 1, 1, 256, 1, 1, 0, nullptr, nullptr, extra));
	TRUE(get(block.y) == 7);
	size = sizeof block - 4;
	WANT(cuLaunchKernel(f, 1, 1, 1, 256, 1, 1, 0, nullptr, nullptr, extra), CUDA_ERROR_INVALID_VALUE);
	SAYS("launch of saxpy: 20 bytes of arguments, want 24");
}

CASE(structs_as_arguments) {
	start();
	struct {
		CUdeviceptr from;
		unsigned n;
		float value;
	} span = {allocate(40), 10, 4};
	OK(launch(kernel("fill_span"), 1, 256, nullptr, span));
	TRUE(get(span.from, 9) == 4);
}

CASE(too_few_arguments) {
	start();
	CUfunction f = kernel("saxpy");
	CUdeviceptr p = allocate(4);
	void *params[] = {&p, &p, nullptr, nullptr};
	WANT(cuLaunchKernel(f, 1, 1, 1, 256, 1, 1, 0, nullptr, params, nullptr), CUDA_ERROR_INVALID_VALUE);
	SAYS("launch of saxpy, which has 4 arguments: argument 2 of 4 bytes cannot be read");
	params[2] = (void *)0x10;
	WANT(cuLaunchKernel(f, 1, 1, 1, 256, 1, 1, 0, nullptr, params, nullptr), CUDA_ERROR_INVALID_VALUE);
	WANT(cuLaunchKernel(f, 1, 1, 1, 256, 1, 1, 0, nullptr, nullptr, nullptr), CUDA_ERROR_INVALID_VALUE);
}

CASE(limits_of_a_launch) {
	start();
	CUfunction f = kernel("sum");
	CUdeviceptr p = allocate(1024);
	void *params[] = {&p, &p};
	auto with = [&](unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared) {
		return cuLaunchKernel(f, gx, gy, gz, bx, by, bz, shared, nullptr, params, nullptr);
	};
	WANT(with(0, 1, 1, 256, 1, 1, 0), CUDA_ERROR_INVALID_VALUE);
	WANT(with(1, 1, 1, 256, 0, 1, 0), CUDA_ERROR_INVALID_VALUE);
	WANT(with(1, 65536, 1, 256, 1, 1, 0), CUDA_ERROR_INVALID_VALUE);
	WANT(with(1, 1, 65536, 256, 1, 1, 0), CUDA_ERROR_INVALID_VALUE);
	WANT(with(0x80000000, 1, 1, 256, 1, 1, 0), CUDA_ERROR_INVALID_VALUE);
	WANT(with(1, 1, 1, 1025, 1, 1, 0), CUDA_ERROR_INVALID_VALUE);
	WANT(with(1, 1, 1, 1, 1, 65, 0), CUDA_ERROR_INVALID_VALUE);
	WANT(with(1, 1, 1, 512, 1, 1, 0), CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES); // .maxntid
	WANT(with(1, 1, 1, 256, 1, 1, 48 << 10), CUDA_ERROR_INVALID_VALUE);     // it has 1 KiB already
	OK(with(1, 1, 1, 256, 1, 1, 47 << 10));
	OK(cuCtxSynchronize());
}

CASE(a_canary_names_the_kernel) {
	start();
	CUdeviceptr y = allocate(400);
	OK(launch(kernel("past_end"), 1, 256, nullptr, y, 100u));
	WANT(cuCtxSynchronize(), CUDA_ERROR_ILLEGAL_ADDRESS);
	SAYS("past_end: memory behind allocation 1 of device 0 (400 bytes) was overwritten at offset 400");
	SAYS("an argument of past_end");
}

CASE(freed_memory_as_argument) {
	start();
	CUdeviceptr p = allocate(4);
	OK(cuMemFree_v2(p));
	OK(launch(kernel("add_one"), 1, 1, nullptr, p));
	WANT(cuCtxSynchronize(), CUDA_ERROR_ILLEGAL_ADDRESS);
	SAYS("argument 0 points at offset 0 of freed allocation 1 of device 0 (4 bytes)");
}

CASE(memory_of_a_peer_as_argument) {
	CUcontext a = start(0);
	CUdeviceptr p = upload({1});
	CUcontext b = start(1);
	CUfunction f = kernel("add_one");
	OK(cuCtxEnablePeerAccess(a, 0));
	OK(launch(f, 1, 1, nullptr, p));
	OK(cuCtxSynchronize());
	OK(cuCtxDisablePeerAccess(a));
	OK(launch(f, 1, 1, nullptr, p));
	WANT(cuCtxSynchronize(), CUDA_ERROR_ILLEGAL_ADDRESS);
	SAYS("argument 0 points at memory of device 0, to which device 1 has no peer access");
	OK(cuCtxSetCurrent(a)); // its error is not that of device 0
	TRUE(get(p) == 2);
	(void)b;
}

CASE(errors_stick) {
	start();
	CUdeviceptr p = upload({1}), q;
	CUfunction f = kernel("add_one");
	CUstream s = stream();
	CUevent e = event();
	OK(cuMemFree_v2(allocate(4)));
	OK(launch(f, 1, 1, s, (CUdeviceptr)(p + (1 << 20))));
	OK(launch(f, 1, 1, s, p)); // never runs
	WANT(cuStreamSynchronize(s), CUDA_ERROR_ILLEGAL_ADDRESS);
	WANT(launch(f, 1, 1, s, p), CUDA_ERROR_ILLEGAL_ADDRESS);
	WANT(cuMemAlloc_v2(&q, 4), CUDA_ERROR_ILLEGAL_ADDRESS);
	WANT(cuMemFree_v2(p), CUDA_ERROR_ILLEGAL_ADDRESS);
	WANT(cuEventRecord(e, s), CUDA_ERROR_ILLEGAL_ADDRESS);
	WANT(cuStreamDestroy_v2(s), CUDA_ERROR_ILLEGAL_ADDRESS);
	SAYS("device 0 failed before: add_one");
	TRUE(*(float *)p == 1);
	OK(cuDevicePrimaryCtxReset_v2(0));
	start(0);
	allocate(4); // a new context is well
	start(1);
	allocate(4);
}

CASE(missing_barrier) {
	start();
	CUdeviceptr x = upload(std::vector<float>(256, 1)), out = allocate(4);
	OK(launch(kernel("sum"), 1, 256, nullptr, out, x));
	TRUE(get(out) == 256);
	OK(launch(kernel("sum_without_barrier"), 1, 256, nullptr, out, x));
	TRUE(get(out) != 256);
}

CASE(missing_event_between_kernels) {
	start();
	CUfunction saxpy = kernel("saxpy"), scale = kernel("scale_from");
	CUdeviceptr x = upload({2}), one = upload({1});
	int wrong = 0;
	for (int i = 0; i < 40; i++) {
		CUdeviceptr factor = upload({0}), y = allocate(4);
		CUstream a = stream(), b = stream();
		OK(launch(saxpy, 1, 256, a, factor, one, 5.0f, 1u));
		OK(launch(scale, 1, 256, b, y, x, factor, 1u));
		OK(cuCtxSynchronize());
		wrong += get(y) != 10;
	}
	TRUE(wrong > 5 && wrong < 35);
}
