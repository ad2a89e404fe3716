// The functions of NVIDIA's driver library that this package calls, as own declarations of its binary interface: handles
// are pointers that nobody looks into, results are numbers. A check compiles this file behind the real cuda.h, whose types
// are used then, and compares every declaration.
#ifndef GOMX_CUDRV_API_H
#define GOMX_CUDRV_API_H

#include <stddef.h>
#include <stdint.h>

#ifndef __cuda_cuda_h__
typedef int CUresult;
typedef int CUdevice;
typedef int CUdevice_attribute;
typedef int CUjit_option;
typedef unsigned long long CUdeviceptr;
typedef struct CUctx_st *CUcontext;
typedef struct CUmod_st *CUmodule;
typedef struct CUfunc_st *CUfunction;
typedef struct CUstream_st *CUstream;
typedef struct CUevent_st *CUevent;
#endif

// X(name, parameters): every driver since CUDA 9 has them.
#define CUDRV_REQUIRED(X) \
	X(cuInit, (unsigned flags)) \
	X(cuDriverGetVersion, (int *version)) \
	X(cuGetErrorName, (CUresult error, const char **name)) \
	X(cuGetErrorString, (CUresult error, const char **text)) \
	X(cuDeviceGetCount, (int *count)) \
	X(cuDeviceGet, (CUdevice *device, int ordinal)) \
	X(cuDeviceGetName, (char *name, int size, CUdevice device)) \
	X(cuDeviceTotalMem_v2, (size_t *bytes, CUdevice device)) \
	X(cuDeviceGetAttribute, (int *value, CUdevice_attribute attribute, CUdevice device)) \
	X(cuDevicePrimaryCtxRetain, (CUcontext *context, CUdevice device)) \
	X(cuCtxSetCurrent, (CUcontext context)) \
	X(cuMemGetInfo_v2, (size_t *free, size_t *total)) \
	X(cuMemAlloc_v2, (CUdeviceptr *address, size_t bytes)) \
	X(cuMemFree_v2, (CUdeviceptr address)) \
	X(cuMemHostAlloc, (void **memory, size_t bytes, unsigned flags)) \
	X(cuMemFreeHost, (void *memory)) \
	X(cuMemcpyHtoDAsync_v2, (CUdeviceptr dst, const void *src, size_t bytes, CUstream stream)) \
	X(cuMemcpyDtoHAsync_v2, (void *dst, CUdeviceptr src, size_t bytes, CUstream stream)) \
	X(cuMemcpyDtoDAsync_v2, (CUdeviceptr dst, CUdeviceptr src, size_t bytes, CUstream stream)) \
	X(cuMemsetD32Async, (CUdeviceptr dst, unsigned value, size_t n, CUstream stream)) \
	X(cuStreamCreate, (CUstream *stream, unsigned flags)) \
	X(cuStreamDestroy_v2, (CUstream stream)) \
	X(cuStreamSynchronize, (CUstream stream)) \
	X(cuStreamWaitEvent, (CUstream stream, CUevent event, unsigned flags)) \
	X(cuEventCreate, (CUevent *event, unsigned flags)) \
	X(cuEventDestroy_v2, (CUevent event)) \
	X(cuEventRecord, (CUevent event, CUstream stream)) \
	X(cuEventQuery, (CUevent event)) \
	X(cuEventSynchronize, (CUevent event)) \
	X(cuEventElapsedTime, (float *milliseconds, CUevent begin, CUevent end)) \
	X(cuModuleLoadDataEx, (CUmodule *module, const void *image, unsigned n, CUjit_option *options, void **values)) \
	X(cuModuleUnload, (CUmodule module)) \
	X(cuModuleGetFunction, (CUfunction *function, CUmodule module, const char *name)) \
	X(cuLaunchKernel, (CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y, \
	                   unsigned block_z, unsigned shared_bytes, CUstream stream, void **params, void **extra))

// Without these, what needs them is off.
#define CUDRV_OPTIONAL(X) \
	X(cuDevicePrimaryCtxRelease_v2, (CUdevice device)) \
	X(cuDeviceCanAccessPeer, (int *can, CUdevice device, CUdevice peer)) \
	X(cuCtxEnablePeerAccess, (CUcontext peer, unsigned flags)) \
	X(cuMemcpyPeerAsync, (CUdeviceptr dst, CUcontext to, CUdeviceptr src, CUcontext from, size_t bytes, CUstream stream))

// X(own name, name in cuda.h, number).
#define CUDRV_CONSTANTS(X) \
	X(CUDRV_SUCCESS, CUDA_SUCCESS, 0) \
	X(CUDRV_NOT_READY, CUDA_ERROR_NOT_READY, 600) \
	X(CUDRV_ALREADY_ENABLED, CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED, 704) \
	X(CUDRV_STREAM_NON_BLOCKING, CU_STREAM_NON_BLOCKING, 1) \
	X(CUDRV_EVENT_DISABLE_TIMING, CU_EVENT_DISABLE_TIMING, 2) \
	X(CUDRV_HOST_PORTABLE, CU_MEMHOSTALLOC_PORTABLE, 1) \
	X(CUDRV_CAPABILITY_MAJOR, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, 75) \
	X(CUDRV_CAPABILITY_MINOR, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, 76) \
	X(CUDRV_PROCESSORS, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 16) \
	X(CUDRV_JIT_ERROR_LOG, CU_JIT_ERROR_LOG_BUFFER, 5) \
	X(CUDRV_JIT_ERROR_LOG_BYTES, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, 6)

enum {
#define X(own, theirs, number) own = number,
	CUDRV_CONSTANTS(X)
#undef X
};

#endif
