// Memory as callers see it.
#include "driver.h"
#include "faults.h"
#include "host_memory.h"
#include "report.h"

using namespace sim;

CUresult cuMemGetInfo_v2(size_t *free, size_t *total) {
	return in_context([&](Context &c, Lock &) {
		*free = c.device->memory.free();
		*total = c.device->memory.limit();
		return CUDA_SUCCESS;
	});
}

CUresult cuMemAlloc_v2(CUdeviceptr *address, size_t bytes) {
	return in_context([&](Context &c, Lock &) {
		if (int e = strikes(Fault::Alloc, c.device->ordinal))
			return refuse((CUresult)e, "cuMemAlloc of %zu bytes fails, as ordered", bytes);
		uint64_t base = 0;
		CUresult e = c.device->memory.allocate(bytes, &base);
		*address = base;
		return e;
	});
}

// As the real one does, it waits for the device first.
CUresult cuMemFree_v2(CUdeviceptr address) {
	return in_context([&](Context &c, Lock &lock) {
		if (!address)
			return CUDA_SUCCESS;
		Device *d = driver().device(address);
		if (!d)
			return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemFree of %#llx, which is no device memory", address);
		if (d != c.device)
			return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemFree of memory of device %d in the context of device %d", d->ordinal, c.device->ordinal);
		wait(lock, c);
		if (c.error)
			return (CUresult)c.error;
		CUresult e = d->memory.release(address);
		if (e == CUDA_ERROR_ILLEGAL_ADDRESS)
			fail(c, e, "memory behind an allocation was overwritten");
		return e;
	});
}

CUresult cuMemHostAlloc(void **memory, size_t bytes, unsigned flags) {
	return in_context([&](Context &, Lock &) { return flags > 7 ? CUDA_ERROR_INVALID_VALUE : pin(bytes, memory); });
}

CUresult cuMemAllocHost_v2(void **memory, size_t bytes) { return cuMemHostAlloc(memory, bytes, 0); }

// Operations that still use pinned memory finish first, on all devices since any may.
static void drain(Lock &lock) {
	for (Context *c : std::set<Context *>(driver().contexts))
		wait(lock, *c);
}

CUresult cuMemFreeHost(void *memory) {
	return in_context([&](Context &, Lock &lock) {
		drain(lock);
		return unpin(memory);
	});
}

CUresult cuMemHostRegister_v2(void *memory, size_t bytes, unsigned) {
	return in_context([&](Context &, Lock &) { return enrol(memory, bytes); });
}

CUresult cuMemHostUnregister(void *memory) {
	return in_context([&](Context &, Lock &lock) {
		drain(lock);
		return dismiss(memory);
	});
}

CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr *address, void *memory, unsigned flags) {
	return in_context([&](Context &, Lock &) {
		uint64_t base, size;
		if (flags || !pinned((uint64_t)memory, 1, &base, &size))
			return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemHostGetDevicePointer of %p, which is not pinned", memory);
		*address = (CUdeviceptr)memory;
		return CUDA_SUCCESS;
	});
}

namespace {

// CU_POINTER_ATTRIBUTE_*
enum { context_of = 1, memory_type = 2, device_pointer = 3, host_pointer = 4, is_managed = 8, ordinal = 9, range_start = 11, range_size = 12 };
const unsigned host = 1, device = 2; // CU_MEMORYTYPE_*

CUresult attribute(void *value, int which, uint64_t address) {
	Device *d = driver().device(address);
	Allocation a = {};
	uint64_t base, size;
	if (d && d->memory.find(address, 1, &a))
		base = a.base, size = a.bytes;
	else if (d || !pinned(address, 1, &base, &size))
		return refuse(CUDA_ERROR_INVALID_VALUE, "cuPointerGetAttribute of %#llx, which the driver did not give", (unsigned long long)address);
	switch (which) {
	case context_of: *(void **)value = d ? d->context : nullptr; return CUDA_SUCCESS;
	case memory_type: *(unsigned *)value = d ? device : host; return CUDA_SUCCESS;
	case device_pointer: *(uint64_t *)value = address; return CUDA_SUCCESS;
	case host_pointer: *(uint64_t *)value = d ? 0 : address; return d ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
	case is_managed: *(bool *)value = false; return CUDA_SUCCESS;
	case ordinal: *(int *)value = d ? d->ordinal : 0; return CUDA_SUCCESS;
	case range_start: *(uint64_t *)value = base; return CUDA_SUCCESS;
	case range_size: *(size_t *)value = size; return CUDA_SUCCESS;
	}
	return refuse(CUDA_ERROR_NOT_SUPPORTED, "pointer attribute %d", which);
}

} // namespace

CUresult cuPointerGetAttribute(void *value, int which, CUdeviceptr address) {
	return in_context([&](Context &, Lock &) { return attribute(value, which, address); });
}

CUresult cuPointerGetAttributes(unsigned n, int *attributes, void **values, CUdeviceptr address) {
	return in_context([&](Context &, Lock &) {
		for (unsigned i = 0; i < n; i++)
			if (CUresult e = attribute(values[i], attributes[i], address))
				return e;
		return CUDA_SUCCESS;
	});
}
