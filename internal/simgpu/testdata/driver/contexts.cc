#include "case.h"

CASE(calls_need_init_and_a_context) {
	CUdeviceptr p;
	int n;
	WANT(cuDeviceGetCount(&n), CUDA_ERROR_NOT_INITIALIZED);
	WANT(cuMemAlloc_v2(&p, 4), CUDA_ERROR_NOT_INITIALIZED);
	OK(cuInit(0));
	OK(cuDeviceGetCount(&n));
	TRUE(n == 2);
	WANT(cuMemAlloc_v2(&p, 4), CUDA_ERROR_INVALID_CONTEXT);
	CUcontext c;
	OK(cuDevicePrimaryCtxRetain(&c, 0));
	WANT(cuMemAlloc_v2(&p, 4), CUDA_ERROR_INVALID_CONTEXT); // retaining makes nothing current
	WANT(cuDevicePrimaryCtxRetain(&c, 2), CUDA_ERROR_INVALID_DEVICE);
}

CASE(contexts_belong_to_threads) {
	start();
	std::thread([] {
		CUdeviceptr p;
		WANT(cuMemAlloc_v2(&p, 4), CUDA_ERROR_INVALID_CONTEXT);
		SAYS("no context is current on this thread");
	}).join();
}

CASE(push_and_pop) {
	CUcontext a = start(0), b, got;
	OK(cuDevicePrimaryCtxRetain(&b, 1));
	OK(cuCtxPushCurrent_v2(b));
	CUdevice d;
	OK(cuCtxGetDevice(&d));
	TRUE(d == 1);
	OK(cuCtxPopCurrent_v2(&got));
	TRUE(got == b);
	OK(cuCtxGetCurrent(&got));
	TRUE(got == a);
	OK(cuCtxPopCurrent_v2(&got));
	WANT(cuCtxPopCurrent_v2(&got), CUDA_ERROR_INVALID_CONTEXT);
}

CASE(handles_of_another_context) {
	CUcontext a = start(0);
	CUstream s = stream();
	CUevent e = event();
	CUdeviceptr p = allocate(4);
	CUcontext b = start(1);
	CUstream t = stream();
	float v = 0;
	WANT(cuStreamSynchronize(s), CUDA_ERROR_INVALID_HANDLE);
	SAYS("a stream of device 0 is used with the context of device 1");
	WANT(cuEventRecord(e, t), CUDA_ERROR_INVALID_HANDLE);
	WANT(cuMemFree_v2(p), CUDA_ERROR_INVALID_VALUE);
	WANT(cuMemcpyHtoDAsync_v2(p, &v, 4, t), CUDA_ERROR_INVALID_VALUE);
	OK(cuStreamWaitEvent(t, e, 0)); // this is allowed
	WANT(cuStreamWaitEvent(t, (CUevent)t, 0), CUDA_ERROR_INVALID_HANDLE);
	WANT(cuStreamSynchronize((CUstream)e), CUDA_ERROR_INVALID_HANDLE);
	(void)a, (void)b;
}

CASE(a_released_context_is_gone) {
	CUcontext c = start();
	CUdeviceptr p = allocate(4);
	OK(cuDevicePrimaryCtxRetain(&c, 0));
	OK(cuDevicePrimaryCtxRelease_v2(0));
	OK(cuMemsetD8_v2(p, 0, 4)); // still held once
	OK(cuDevicePrimaryCtxRelease_v2(0));
	WANT(cuMemAlloc_v2(&p, 4), CUDA_ERROR_CONTEXT_IS_DESTROYED);
	WANT(cuCtxSetCurrent(c), CUDA_ERROR_INVALID_CONTEXT);
	start();
	WANT(cuMemsetD8_v2(p, 0, 4), CUDA_ERROR_INVALID_VALUE);
}

CASE(peer_copies_need_no_access) {
	CUcontext a = start(0);
	CUdeviceptr p = allocate(4);
	OK(cuMemsetD32_v2(p, 0x40000000, 1));
	OK(cuCtxSynchronize());
	CUcontext b = start(1);
	CUdeviceptr q = allocate(4);
	CUstream s = stream();
	WANT(cuMemcpyDtoDAsync_v2(q, p, 4, s), CUDA_ERROR_INVALID_VALUE);
	SAYS("memory of device 0 without peer access from device 1");
	WANT(cuMemcpyPeerAsync(q, a, p, b, 4, s), CUDA_ERROR_INVALID_VALUE); // contexts the wrong way round
	OK(cuMemcpyPeerAsync(q, b, p, a, 4, s));
	OK(cuStreamSynchronize(s));
	TRUE(get(q) == 2);
}

CASE(peer_access) {
	CUcontext a = start(0);
	CUdeviceptr p = allocate(4);
	CUcontext b = start(1);
	CUdeviceptr q = allocate(4);
	int can;
	OK(cuDeviceCanAccessPeer(&can, 0, 1));
	TRUE(can == 1);
	OK(cuDeviceCanAccessPeer(&can, 1, 1));
	TRUE(can == 0);
	WANT(cuCtxEnablePeerAccess(b, 0), CUDA_ERROR_INVALID_CONTEXT);
	WANT(cuCtxDisablePeerAccess(a), CUDA_ERROR_PEER_ACCESS_NOT_ENABLED);
	OK(cuCtxEnablePeerAccess(a, 0));
	WANT(cuCtxEnablePeerAccess(a, 0), CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED);
	OK(cuMemcpyDtoD_v2(q, p, 4));
	OK(cuCtxDisablePeerAccess(a));
	WANT(cuMemcpyDtoD_v2(q, p, 4), CUDA_ERROR_INVALID_VALUE);
}

CASE(devices_wait_for_each_others_events) {
	CUcontext a = start(0), b = start(1);
	for (int i = 0; i < 30; i++) {
		OK(cuCtxSetCurrent(a));
		CUdeviceptr p = allocate(4);
		float *in = pinned(1), *out = pinned(1);
		in[0] = 1;
		CUstream s = stream();
		CUevent e = event(2);
		OK(cuMemcpyHtoDAsync_v2(p, in, 4, s));
		OK(cuEventRecord(e, s));
		OK(cuCtxSetCurrent(b));
		CUdeviceptr q = allocate(4);
		CUstream t = stream();
		OK(cuStreamWaitEvent(t, e, 0));
		OK(cuMemcpyPeerAsync(q, b, p, a, 4, t));
		OK(cuMemcpyDtoHAsync_v2(out, q, 4, t));
		OK(cuStreamSynchronize(t));
		TRUE(out[0] == 1);
	}
}

CASE(device_attributes) {
	OK(cuInit(0));
	int v;
	struct {
		int attribute, value;
	} rows[] = {{1, 1024}, {4, 64}, {5, 2147483647}, {6, 65535}, {8, 49152}, {10, 32}, {41, 1}, {75, 5}, {76, 2}, {97, 49152}};
	for (auto &r : rows) {
		OK(cuDeviceGetAttribute(&v, r.attribute, 1));
		TRUE(v == r.value);
	}
	CUuuid a, b;
	OK(cuDeviceGetUuid(&a, 0));
	OK(cuDeviceGetUuid(&b, 1));
	TRUE(memcmp(&a, &b, sizeof a) != 0);
	size_t bytes;
	OK(cuDeviceTotalMem_v2(&bytes, 0));
	TRUE(bytes == (size_t)4 << 30);
	const char *name;
	OK(cuGetErrorName(CUDA_ERROR_ILLEGAL_ADDRESS, &name));
	TRUE(!strcmp(name, "CUDA_ERROR_ILLEGAL_ADDRESS"));
	WANT(cuGetErrorName((CUresult)12345, &name), CUDA_ERROR_INVALID_VALUE);
}
