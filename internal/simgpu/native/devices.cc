// What a simulated device says of itself: limits are those of the oldest GPUs that kernels are compiled for.
#include "devices.h"
#include "driver.h"
#include "report.h"
#include "settings.h"

#include <cstdio>
#include <cstring>

using namespace sim;

CUresult cuDriverGetVersion(int *version) {
	*version = 12090;
	return CUDA_SUCCESS;
}

CUresult cuDeviceGetCount(int *count) {
	return initialized([&](Lock &) {
		*count = (int)driver().devices.size();
		return CUDA_SUCCESS;
	});
}

CUresult cuDeviceGet(CUdevice *device, int ordinal) {
	return initialized([&](Lock &) {
		*device = ordinal;
		return valid(ordinal) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE;
	});
}

// on_device runs the body of a call about one device.
template <class Body> static CUresult on_device(CUdevice device, Body body) {
	return initialized([&](Lock &) { return valid(device) ? (CUresult)body(*driver().devices[(size_t)device]) : CUDA_ERROR_INVALID_DEVICE; });
}

CUresult cuDeviceGetName(char *name, int size, CUdevice device) {
	return on_device(device, [&](Device &) {
		snprintf(name, (size_t)size, "Simulated GPU");
		return CUDA_SUCCESS;
	});
}

CUresult cuDeviceGetUuid(CUuuid *uuid, CUdevice device) {
	return on_device(device, [&](Device &d) {
		memset(uuid->bytes, 0, sizeof uuid->bytes);
		memcpy(uuid->bytes, "simgpu", 6);
		uuid->bytes[15] = (char)d.ordinal;
		return CUDA_SUCCESS;
	});
}

CUresult cuDeviceGetUuid_v2(CUuuid *uuid, CUdevice device) { return cuDeviceGetUuid(uuid, device); }

CUresult cuDeviceGetPCIBusId(char *id, int size, CUdevice device) {
	return on_device(device, [&](Device &d) {
		snprintf(id, (size_t)size, "0000:%02x:00.0", d.ordinal + 1);
		return CUDA_SUCCESS;
	});
}

CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device) {
	return on_device(device, [&](Device &d) {
		*bytes = d.memory.limit();
		return CUDA_SUCCESS;
	});
}

CUresult cuDeviceComputeCapability(int *major, int *minor, CUdevice device) {
	return on_device(device, [&](Device &) {
		*major = settings().major;
		*minor = settings().minor;
		return CUDA_SUCCESS;
	});
}

CUresult cuDeviceCanAccessPeer(int *can, CUdevice device, CUdevice peer) {
	return on_device(device, [&](Device &) {
		*can = device != peer;
		return valid(peer) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE;
	});
}

CUresult cuDeviceGetAttribute(int *value, int attribute, CUdevice device) {
	return on_device(device, [&](Device &d) {
		switch (attribute) { // CU_DEVICE_ATTRIBUTE_*
		case 1: *value = max_threads; break;                // MAX_THREADS_PER_BLOCK
		case 2: case 3: *value = max_threads; break;        // MAX_BLOCK_DIM_X, Y
		case 4: *value = max_block_z; break;                // MAX_BLOCK_DIM_Z
		case 5: *value = max_grid_x; break;                 // MAX_GRID_DIM_X
		case 6: case 7: *value = max_grid_yz; break;        // MAX_GRID_DIM_Y, Z
		case 8: *value = max_shared; break;                 // MAX_SHARED_MEMORY_PER_BLOCK
		case 9: *value = 65536; break;                      // TOTAL_CONSTANT_MEMORY
		case 10: *value = 32; break;                        // WARP_SIZE
		case 11: *value = max_grid_x; break;                // MAX_PITCH
		case 12: case 82: *value = 65536; break;            // MAX_REGISTERS_PER_BLOCK, PER_MULTIPROCESSOR
		case 13: *value = 1000000; break;                   // CLOCK_RATE, kHz
		case 14: *value = 512; break;                       // TEXTURE_ALIGNMENT
		case 16: *value = multiprocessors; break;           // MULTIPROCESSOR_COUNT
		case 15: case 19: case 31: case 41: *value = 1; break; // GPU_OVERLAP, CAN_MAP_HOST_MEMORY, CONCURRENT_KERNELS, UNIFIED_ADDRESSING
		case 17: case 18: case 20: case 32: case 35: case 50: case 83: case 84: case 115: *value = 0; break;
		case 33: *value = d.ordinal + 1; break;             // PCI_BUS_ID
		case 34: *value = 0; break;                         // PCI_DEVICE_ID
		case 36: *value = 1000000; break;                   // MEMORY_CLOCK_RATE, kHz
		case 37: *value = 256; break;                       // GLOBAL_MEMORY_BUS_WIDTH
		case 38: *value = 2 << 20; break;                   // L2_CACHE_SIZE
		case 39: *value = threads_per_multiprocessor; break; // MAX_THREADS_PER_MULTIPROCESSOR
		case 40: *value = 2; break;                         // ASYNC_ENGINE_COUNT
		case 75: *value = settings().major; break;          // COMPUTE_CAPABILITY_MAJOR
		case 76: *value = settings().minor; break;          // COMPUTE_CAPABILITY_MINOR
		case 78: *value = 1; break;                         // STREAM_PRIORITIES_SUPPORTED
		case 81: *value = shared_per_multiprocessor; break; // MAX_SHARED_MEMORY_PER_MULTIPROCESSOR
		case 97: *value = max_shared_optin(); break;        // MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
		case 106: *value = blocks_per_multiprocessor; break; // MAX_BLOCKS_PER_MULTIPROCESSOR
		default: return refuse(CUDA_ERROR_INVALID_VALUE, "device attribute %d", attribute);
		}
		return CUDA_SUCCESS;
	});
}
