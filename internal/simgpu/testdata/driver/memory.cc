#include "case.h"

CASE(memory_is_full_of_nan) {
	start();
	for (size_t bytes : {4, 1000, 1 << 20, 40 << 20}) {
		CUdeviceptr p = allocate(bytes);
		TRUE(p % 256 == 0);
		TRUE(std::isnan(get(p)));
		TRUE(std::isnan(get(p, bytes / 4 - 1)));
	}
}

CASE(reused_memory_is_full_of_nan) {
	start();
	for (int i = 0; i < 100; i++) {
		CUdeviceptr p = allocate(3 << 20);
		TRUE(std::isnan(get(p, 1000)));
		OK(cuMemsetD32_v2(p, 0, 3 << 18));
		TRUE(get(p, 1000) == 0);
		OK(cuMemFree_v2(p));
	}
}

CASE(double_free) {
	start();
	CUdeviceptr p = allocate(100);
	OK(cuMemFree_v2(p));
	WANT(cuMemFree_v2(p), CUDA_ERROR_INVALID_VALUE);
	SAYS("allocation 1 of device 0 is freed twice");
	WANT(cuMemFree_v2(p + 4), CUDA_ERROR_INVALID_VALUE);
	OK(cuMemFree_v2(0));
}

CASE(copy_from_freed_memory) {
	start();
	float v;
	CUdeviceptr p = allocate(4);
	OK(cuMemFree_v2(p));
	WANT(cuMemcpyDtoH_v2(&v, p, 4), CUDA_ERROR_INVALID_VALUE);
	SAYS("offset 0 of freed allocation 1");
}

CASE(write_after_free) {
	start();
	CUdeviceptr p = allocate(64);
	OK(cuMemFree_v2(p));
	*(volatile int *)(p + 8) = 0; // as a kernel would that kept the address
	for (int i = 0; i < 3; i++)
		OK(cuMemFree_v2(allocate(40 << 20)));
	SAYS("allocation 1 of device 0 (64 bytes) was written after it was freed");
	TRUE(simgpuFinish() == 1);
}

CASE(write_after_free_is_seen_at_exit) {
	start();
	CUdeviceptr p = allocate(64);
	OK(cuMemFree_v2(p));
	TRUE(simgpuFinish() == 0);
	p = allocate(64);
	OK(cuMemFree_v2(p));
	*(volatile int *)(p + 8) = 0;
	TRUE(simgpuFinish() == 1);
}

CASE(copy_past_the_end) {
	start();
	char bytes[101] = {};
	CUdeviceptr p = allocate(100);
	OK(cuMemcpyHtoD_v2(p, bytes, 100));
	WANT(cuMemcpyHtoD_v2(p, bytes, 101), CUDA_ERROR_INVALID_VALUE);
	SAYS("offset 0 of allocation 1 of device 0 (100 bytes)");
	WANT(cuMemsetD8_v2(p + 50, 0, 51), CUDA_ERROR_INVALID_VALUE);
	WANT(cuMemsetD32_v2(p + 2, 0, 1), CUDA_ERROR_INVALID_VALUE);
}

CASE(host_and_device_addresses_are_told_apart) {
	start();
	char bytes[8] = {};
	CUdeviceptr p = allocate(8);
	WANT(cuMemcpyHtoD_v2(p, (void *)p, 8), CUDA_ERROR_INVALID_VALUE);
	WANT(cuMemcpyHtoD_v2((CUdeviceptr)bytes, bytes, 8), CUDA_ERROR_INVALID_VALUE);
	WANT(cuMemcpyDtoH_v2(bytes, (CUdeviceptr)bytes, 8), CUDA_ERROR_INVALID_VALUE);
	OK(cuMemcpy(p, (CUdeviceptr)bytes, 8));
	OK(cuMemcpy((CUdeviceptr)bytes, p, 8));
}

static void overwrite(CUdeviceptr p) { *(volatile int *)(p + 12) = 1; }

CASE(canary_at_synchronise) {
	start();
	overwrite(allocate(10));
	WANT(cuCtxSynchronize(), CUDA_ERROR_ILLEGAL_ADDRESS);
	SAYS("memory behind allocation 1 of device 0 (10 bytes) was overwritten at offset 12");
	CUdeviceptr p;
	WANT(cuMemAlloc_v2(&p, 4), CUDA_ERROR_ILLEGAL_ADDRESS); // it sticks
}

CASE(canary_at_stream_synchronise) {
	start();
	overwrite(allocate(12));
	WANT(cuStreamSynchronize(stream()), CUDA_ERROR_ILLEGAL_ADDRESS);
}

CASE(canary_at_free) {
	start();
	CUdeviceptr p = allocate(12);
	overwrite(p);
	WANT(cuMemFree_v2(p), CUDA_ERROR_ILLEGAL_ADDRESS);
}

CASE(canary_at_release) {
	start();
	overwrite(allocate(12));
	WANT(cuDevicePrimaryCtxRelease_v2(0), CUDA_ERROR_ILLEGAL_ADDRESS);
}

CASE(canary_at_exit) {
	start();
	TRUE(simgpuFinish() == 0);
	overwrite(allocate(12));
	TRUE(simgpuFinish() == 1);
}

CASE(out_of_memory) { // with 64 MiB, see driver_test.go
	start();
	size_t free, total;
	CUdeviceptr p = allocate(48 << 20), q;
	OK(cuMemGetInfo_v2(&free, &total));
	TRUE(total == 64 << 20 && free == 16 << 20);
	WANT(cuMemAlloc_v2(&q, 17 << 20), CUDA_ERROR_OUT_OF_MEMORY);
	SAYS("16777216 free");
	WANT(cuMemAlloc_v2(&q, 0), CUDA_ERROR_INVALID_VALUE);
	OK(cuMemFree_v2(p)); // the error did not stick
	allocate(64 << 20);
}

CASE(addresses_come_back) { // in pieces: there are 64 GiB of them
	start();
	for (size_t i = 0; i < 30; i++) {
		CUdeviceptr p = allocate(((size_t)3 << 30) + i * 4096);
		TRUE(std::isnan(get(p, (size_t)600 << 20)));
		OK(cuMemsetD32_v2(p + ((size_t)2400 << 20), 0, 10));
		OK(cuMemFree_v2(p));
	}
}

CASE(pinned_memory) {
	start();
	float *h = pinned(4);
	TRUE(std::isnan(h[0]));
	CUdeviceptr seen;
	OK(cuMemHostGetDevicePointer_v2(&seen, h, 0));
	TRUE(seen == (CUdeviceptr)h);
	WANT(cuMemFreeHost(h + 1), CUDA_ERROR_INVALID_VALUE);
	OK(cuMemFreeHost(h));
	WANT(cuMemFreeHost(h), CUDA_ERROR_INVALID_VALUE);
}

CASE(registered_memory) {
	start();
	static char bytes[4096];
	OK(cuMemHostRegister_v2(bytes, sizeof bytes, 0));
	WANT(cuMemHostRegister_v2(bytes + 100, 8, 0), CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
	WANT(cuMemHostUnregister(bytes + 100), CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
	OK(cuMemHostUnregister(bytes));
	WANT(cuMemHostUnregister(bytes), CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
}

CASE(pointer_attributes) {
	CUcontext c = start(1);
	CUdeviceptr p = allocate(64), base;
	int ordinal, host = 0;
	unsigned type;
	size_t size;
	void *of;
	int which[] = {1, 2, 9, 11, 12};
	void *values[] = {&of, &type, &ordinal, &base, &size};
	OK(cuPointerGetAttributes(5, which, values, p + 20));
	TRUE(of == c && type == 2 && ordinal == 1 && base == p && size == 64);
	WANT(cuPointerGetAttribute(&type, 2, (CUdeviceptr)&host), CUDA_ERROR_INVALID_VALUE);
}
