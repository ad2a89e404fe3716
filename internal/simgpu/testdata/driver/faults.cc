#include "case.h"

CASE(an_allocation_fails) {
	start();
	CUdeviceptr p;
	TRUE(simgpuFail("alloc=2") == 0);
	allocate(4);
	WANT(cuMemAlloc_v2(&p, 4), CUDA_ERROR_OUT_OF_MEMORY);
	SAYS("as ordered");
	allocate(4);
}

CASE(faults_from_the_start) { // ordered in driver_test.go
	start();
	CUdeviceptr p;
	allocate(4);
	WANT(cuMemAlloc_v2(&p, 4), CUDA_ERROR_OUT_OF_MEMORY);
}

CASE(faults_of_one_device) {
	start(0);
	TRUE(simgpuFail("alloc=1@1") == 0);
	allocate(4);
	start(1);
	CUdeviceptr p;
	WANT(cuMemAlloc_v2(&p, 4), CUDA_ERROR_OUT_OF_MEMORY);
}

CASE(faults_are_taken_back) {
	start();
	TRUE(simgpuFail("alloc=1,op=1") == 0);
	TRUE(simgpuFail("") == 0);
	allocate(4);
	for (const char *bad : {"alloc", "alloc=", "alloc=0", "alloc=1x", "thunder=1"})
		TRUE(simgpuFail(bad) != 0);
}

CASE(a_launch_is_refused) {
	start();
	CUdeviceptr p = upload({1});
	CUfunction f = kernel("add_one");
	TRUE(simgpuFail("launch=2:701") == 0);
	OK(launch(f, 1, 1, nullptr, p));
	WANT(launch(f, 1, 1, nullptr, p), CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES);
	OK(launch(f, 1, 1, nullptr, p));
	TRUE(get(p) == 3);
}

CASE(a_launch_fails_when_it_runs) {
	start();
	CUdeviceptr p = upload({1});
	TRUE(simgpuFail("launch=1") == 0);
	OK(launch(kernel("add_one"), 1, 1, nullptr, p));
	WANT(cuCtxSynchronize(), CUDA_ERROR_LAUNCH_FAILED);
	WANT(cuCtxSynchronize(), CUDA_ERROR_LAUNCH_FAILED);
}

CASE(a_device_is_lost) {
	start();
	float *in = pinned(1);
	CUdeviceptr p = allocate(4);
	CUstream s = stream();
	TRUE(simgpuFail("op=3") == 0);
	for (int i = 0; i < 5; i++) {
		in[0] = (float)i;
		OK(cuMemcpyHtoDAsync_v2(p, in, 4, s));
	}
	WANT(cuStreamSynchronize(s), CUDA_ERROR_DEVICE_UNAVAILABLE);
	SAYS("device 0 is lost");
	WANT(cuMemAlloc_v2(&p, 4), CUDA_ERROR_DEVICE_UNAVAILABLE);
	start(1);
	allocate(4);
}
