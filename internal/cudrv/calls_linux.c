#include "table_linux.h"

#define WITH_DEVICE(index) \
	CUdevice device; \
	CUresult found = cudrv.cuDeviceGet(&device, index); \
	if (found != CUDRV_SUCCESS) return found

CUresult cudrv_device_name(int index, char *name, int size) {
	WITH_DEVICE(index);
	return cudrv.cuDeviceGetName(name, size, device);
}

CUresult cudrv_device_memory(int index, size_t *bytes) {
	WITH_DEVICE(index);
	return cudrv.cuDeviceTotalMem_v2(bytes, device);
}

CUresult cudrv_device_attribute(int index, int attribute, int *value) {
	WITH_DEVICE(index);
	return cudrv.cuDeviceGetAttribute(value, attribute, device);
}

CUresult cudrv_device_can_access(int index, int peer, int *can) {
	*can = 0;
	if (cudrv.cuDeviceCanAccessPeer == NULL || cudrv.cuCtxEnablePeerAccess == NULL) return CUDRV_SUCCESS;
	WITH_DEVICE(index);
	CUdevice other;
	found = cudrv.cuDeviceGet(&other, peer);
	return found != CUDRV_SUCCESS ? found : cudrv.cuDeviceCanAccessPeer(can, device, other);
}

CUresult cudrv_retain(int index, CUcontext *context) {
	WITH_DEVICE(index);
	return cudrv.cuDevicePrimaryCtxRetain(context, device);
}

CUresult cudrv_release(int index) {
	if (cudrv.cuDevicePrimaryCtxRelease_v2 == NULL) return CUDRV_SUCCESS;
	WITH_DEVICE(index);
	return cudrv.cuDevicePrimaryCtxRelease_v2(device);
}

CUresult cudrv_enable_peer(CUcontext c, CUcontext peer) {
	ENTER(c);
	CUresult r = cudrv.cuCtxEnablePeerAccess(peer, 0);
	return r == CUDRV_ALREADY_ENABLED ? CUDRV_SUCCESS : r;
}

CUresult cudrv_memory_info(CUcontext c, size_t *free, size_t *total) {
	ENTER(c);
	return cudrv.cuMemGetInfo_v2(free, total);
}

CUresult cudrv_alloc(CUcontext c, CUdeviceptr *address, size_t bytes) {
	ENTER(c);
	return cudrv.cuMemAlloc_v2(address, bytes);
}

CUresult cudrv_free(CUcontext c, CUdeviceptr address) {
	ENTER(c);
	return cudrv.cuMemFree_v2(address);
}

CUresult cudrv_alloc_host(CUcontext c, void **memory, size_t bytes) {
	ENTER(c);
	return cudrv.cuMemHostAlloc(memory, bytes, CUDRV_HOST_PORTABLE);
}

CUresult cudrv_free_host(CUcontext c, void *memory) {
	ENTER(c);
	return cudrv.cuMemFreeHost(memory);
}

CUresult cudrv_stream_create(CUcontext c, CUstream *stream) {
	ENTER(c);
	return cudrv.cuStreamCreate(stream, CUDRV_STREAM_NON_BLOCKING);
}

CUresult cudrv_stream_destroy(CUcontext c, CUstream stream) {
	ENTER(c);
	return cudrv.cuStreamDestroy_v2(stream);
}

CUresult cudrv_stream_synchronize(CUcontext c, CUstream stream) {
	ENTER(c);
	return cudrv.cuStreamSynchronize(stream);
}

CUresult cudrv_stream_wait(CUcontext c, CUstream stream, CUevent event) {
	ENTER(c);
	return cudrv.cuStreamWaitEvent(stream, event, 0);
}

CUresult cudrv_upload(CUcontext c, CUdeviceptr dst, const void *src, size_t bytes, CUstream stream) {
	ENTER(c);
	return cudrv.cuMemcpyHtoDAsync_v2(dst, src, bytes, stream);
}

CUresult cudrv_download(CUcontext c, void *dst, CUdeviceptr src, size_t bytes, CUstream stream) {
	ENTER(c);
	return cudrv.cuMemcpyDtoHAsync_v2(dst, src, bytes, stream);
}

CUresult cudrv_copy(CUcontext c, CUdeviceptr dst, CUdeviceptr src, size_t bytes, CUstream stream) {
	ENTER(c);
	return cudrv.cuMemcpyDtoDAsync_v2(dst, src, bytes, stream);
}

CUresult cudrv_copy_peer(CUcontext c, CUdeviceptr dst, CUcontext to, CUdeviceptr src, CUcontext from, size_t bytes, CUstream stream) {
	if (cudrv.cuMemcpyPeerAsync == NULL) return CUDRV_NOT_SUPPORTED;
	ENTER(c);
	return cudrv.cuMemcpyPeerAsync(dst, to, src, from, bytes, stream);
}

CUresult cudrv_fill(CUcontext c, CUdeviceptr dst, uint32_t word, size_t n, CUstream stream) {
	ENTER(c);
	return cudrv.cuMemsetD32Async(dst, word, n, stream);
}

CUresult cudrv_event_create(CUcontext c, CUevent *event, int timing) {
	ENTER(c);
	return cudrv.cuEventCreate(event, timing ? 0 : CUDRV_EVENT_DISABLE_TIMING);
}

CUresult cudrv_event_destroy(CUcontext c, CUevent event) {
	ENTER(c);
	return cudrv.cuEventDestroy_v2(event);
}

CUresult cudrv_event_record(CUcontext c, CUevent event, CUstream stream) {
	ENTER(c);
	return cudrv.cuEventRecord(event, stream);
}

CUresult cudrv_event_query(CUcontext c, CUevent event) {
	ENTER(c);
	return cudrv.cuEventQuery(event);
}

CUresult cudrv_event_synchronize(CUcontext c, CUevent event) {
	ENTER(c);
	return cudrv.cuEventSynchronize(event);
}

CUresult cudrv_event_elapsed(CUcontext c, float *milliseconds, CUevent begin, CUevent end) {
	ENTER(c);
	return cudrv.cuEventElapsedTime(milliseconds, begin, end);
}

CUresult cudrv_module_load(CUcontext c, CUmodule *module, const char *text, char *log, size_t size) {
	ENTER(c);
	CUjit_option options[] = {CUDRV_JIT_ERROR_LOG, CUDRV_JIT_ERROR_LOG_BYTES};
	void *values[] = {log, (void *)size};
	return cudrv.cuModuleLoadDataEx(module, text, 2, options, values);
}

CUresult cudrv_module_unload(CUcontext c, CUmodule module) {
	ENTER(c);
	return cudrv.cuModuleUnload(module);
}

CUresult cudrv_module_function(CUcontext c, CUfunction *function, CUmodule module, const char *name) {
	ENTER(c);
	return cudrv.cuModuleGetFunction(function, module, name);
}

CUresult cudrv_use(CUcontext c) { return cudrv.cuCtxSetCurrent(c); }
