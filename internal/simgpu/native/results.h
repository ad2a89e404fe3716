// Result codes of the driver interface that the simulated driver gives, with the driver's numbers.
#ifndef SIMGPU_RESULTS_H
#define SIMGPU_RESULTS_H

// X(name behind CUDA_ERROR_, number, the driver's words)
#define SIM_RESULTS(X) \
	X(INVALID_VALUE, 1, "invalid argument") \
	X(OUT_OF_MEMORY, 2, "out of memory") \
	X(NOT_INITIALIZED, 3, "initialization error") \
	X(DEVICE_UNAVAILABLE, 46, "CUDA-capable device(s) is/are busy or unavailable") \
	X(NO_DEVICE, 100, "no CUDA-capable device is detected") \
	X(INVALID_DEVICE, 101, "invalid device ordinal") \
	X(INVALID_IMAGE, 200, "device kernel image is invalid") \
	X(INVALID_CONTEXT, 201, "invalid device context") \
	X(NO_BINARY_FOR_GPU, 209, "no kernel image is available for execution on the device") \
	X(ECC_UNCORRECTABLE, 214, "uncorrectable ECC error encountered") \
	X(PEER_ACCESS_UNSUPPORTED, 217, "peer access is not supported between these two devices") \
	X(INVALID_PTX, 218, "a PTX JIT compilation failed") \
	X(UNSUPPORTED_PTX_VERSION, 222, "the provided PTX was compiled with an unsupported toolchain.") \
	X(OPERATING_SYSTEM, 304, "OS call failed or operation not supported on this OS") \
	X(INVALID_HANDLE, 400, "invalid resource handle") \
	X(NOT_FOUND, 500, "named symbol not found") \
	X(NOT_READY, 600, "device not ready") \
	X(ILLEGAL_ADDRESS, 700, "an illegal memory access was encountered") \
	X(LAUNCH_OUT_OF_RESOURCES, 701, "too many resources requested for launch") \
	X(PEER_ACCESS_ALREADY_ENABLED, 704, "peer access is already enabled") \
	X(PEER_ACCESS_NOT_ENABLED, 705, "peer access has not been enabled") \
	X(PRIMARY_CONTEXT_ACTIVE, 708, "cannot set while device is active in this process") \
	X(CONTEXT_IS_DESTROYED, 709, "context is destroyed") \
	X(HOST_MEMORY_ALREADY_REGISTERED, 712, "part or all of the requested memory range is already mapped") \
	X(HOST_MEMORY_NOT_REGISTERED, 713, "pointer does not correspond to a registered memory region") \
	X(MISALIGNED_ADDRESS, 716, "misaligned address") \
	X(LAUNCH_FAILED, 719, "unspecified launch failure") \
	X(NOT_SUPPORTED, 801, "operation not supported") \
	X(UNKNOWN, 999, "unknown error")

enum CUresult : int {
	CUDA_SUCCESS = 0,
#define X(name, number, text) CUDA_ERROR_##name = number,
	SIM_RESULTS(X)
#undef X
};

#endif
