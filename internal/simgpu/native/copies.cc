// Copies and fills. Device memory and pinned memory are read and written when the operation runs; pageable memory when
// the driver promises it: a source at the call, a destination before the call returns.
#include "driver.h"
#include "host_memory.h"
#include "report.h"

#include <cstring>

namespace sim {

enum Kind { OnDevice, Pinned, Pageable };

struct Place {
	Kind kind;
	uint64_t address;
	Device *device; // of OnDevice
};

static Place place(uint64_t address, size_t bytes) {
	if (Device *d = driver().device(address))
		return {OnDevice, address, d};
	uint64_t base, size;
	return {pinned(address, bytes, &base, &size) ? Pinned : Pageable, address, nullptr};
}

// check gives an error unless a place may be one end of a copy by this context. A peer copy needs no peer access.
static CUresult check(Context &c, const Place &p, size_t bytes, bool want_device, bool peer, const std::string &what) {
	if ((p.kind == OnDevice) != want_device)
		return refuse(CUDA_ERROR_INVALID_VALUE, "%s: %#llx is memory of %s", what.c_str(), (unsigned long long)p.address,
		              want_device ? "the host" : "a device");
	if (!want_device)
		return CUDA_SUCCESS;
	Allocation a;
	if (!p.device->memory.find(p.address, bytes, &a))
		return refuse(CUDA_ERROR_INVALID_VALUE, "%s: not inside one allocation: %s", what.c_str(), p.device->memory.describe(p.address).c_str());
	if (!peer && !c.reaches(*p.device))
		return refuse(CUDA_ERROR_INVALID_VALUE, "%s: memory of device %d without peer access from device %d", what.c_str(), p.device->ordinal,
		              c.device->ordinal);
	return CUDA_SUCCESS;
}

struct Copy {
	uint64_t dst, src;
	size_t bytes;
	bool to_device, from_device;
	bool peer, async;
};

static CUresult move(const Place &dst, const void *src, size_t bytes, const std::string &what, std::string &) {
	if (dst.kind == OnDevice)
		dst.device->memory.used(dst.address, what);
	memmove((void *)dst.address, src, bytes);
	return CUDA_SUCCESS;
}

static CUresult copy(const Copy &k, CUstream handle) {
	return in_context([&](Context &c, Lock &lock) {
		Stream *s;
		if (CUresult e = find_stream(c, handle, &s))
			return e;
		if (k.bytes == 0)
			return CUDA_SUCCESS;
		const Place dst = place(k.dst, k.bytes), src = place(k.src, k.bytes);
		const std::string what = print("copy of %zu bytes %s %s", k.bytes, k.from_device ? "from a device" : "from the host",
		                               k.to_device ? "to a device" : "to the host");
		if (CUresult e = check(c, dst, k.bytes, k.to_device, k.peer, what))
			return e;
		if (CUresult e = check(c, src, k.bytes, k.from_device, k.peer, what))
			return e;
		if (k.to_device && k.from_device && k.dst < k.src + k.bytes && k.src < k.dst + k.bytes)
			return refuse(CUDA_ERROR_INVALID_VALUE, "%s: source and destination overlap", what.c_str());
		const size_t bytes = k.bytes;
		std::shared_ptr<Op> op;
		if (src.kind == Pageable) {
			if (!k.async) // the driver synchronises the stream first
				wait(lock, enqueue(lock, *s, "synchronise", nullptr));
			auto staged = std::make_shared<std::string>((const char *)src.address, bytes);
			op = enqueue(lock, *s, what, [=](std::string &why) { return move(dst, staged->data(), bytes, what, why); });
		} else {
			op = enqueue(lock, *s, what, [=](std::string &why) { return move(dst, (const void *)src.address, bytes, what, why); });
		}
		// Between devices nobody waits, nor for pageable memory that has been staged. Copies between two places of the host
		// and into pageable memory are done on return.
		const bool host_only = !k.to_device && !k.from_device;
		const bool staged = src.kind == Pageable && k.to_device, devices = k.to_device && k.from_device;
		if (host_only || dst.kind == Pageable || (!k.async && !staged && !devices))
			wait(lock, op);
		return (CUresult)c.error;
	});
}

// unified is a copy whose direction follows from the addresses.
static CUresult unified(CUdeviceptr dst, CUdeviceptr src, size_t bytes, bool async, CUstream stream) {
	return copy({dst, src, bytes, driver().device(dst) != nullptr, driver().device(src) != nullptr, false, async}, stream);
}

static CUresult peer(CUdeviceptr dst, CUcontext to, CUdeviceptr src, CUcontext from, size_t bytes, bool async, CUstream stream) {
	CUresult e = in_context([&](Context &, Lock &) {
		struct {
			CUdeviceptr address;
			CUcontext context;
		} ends[] = {{dst, to}, {src, from}};
		for (auto &end : ends) {
			Device *d = driver().device(end.address);
			if (!driver().contexts.count((Context *)end.context))
				return refuse(CUDA_ERROR_INVALID_CONTEXT, "cuMemcpyPeer with a context that does not exist");
			if (!d || d->context != (Context *)end.context)
				return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemcpyPeer: %#llx is not memory of the context given for it", end.address);
		}
		return CUDA_SUCCESS;
	});
	return e ? e : copy({dst, src, bytes, true, true, true, async}, stream);
}

template <class T> static CUresult set(CUdeviceptr dst, T value, size_t n, CUstream handle) {
	return in_context([&](Context &c, Lock &lock) {
		Stream *s;
		if (CUresult e = find_stream(c, handle, &s))
			return e;
		const std::string what = print("fill of %zu bytes", n * sizeof(T));
		const Place p = place(dst, n * sizeof(T));
		if (dst % sizeof(T))
			return refuse(CUDA_ERROR_INVALID_VALUE, "%s: %#llx is not a multiple of %zu", what.c_str(), dst, sizeof(T));
		if (n == 0)
			return CUDA_SUCCESS;
		if (CUresult e = check(c, p, n * sizeof(T), true, false, what))
			return e;
		enqueue(lock, *s, what, [=](std::string &) {
			p.device->memory.used(p.address, what);
			for (size_t i = 0; i < n; i++)
				((T *)dst)[i] = value;
			return CUDA_SUCCESS;
		});
		return CUDA_SUCCESS;
	});
}

} // namespace sim

using namespace sim;

CUresult cuMemcpy(CUdeviceptr dst, CUdeviceptr src, size_t n) { return unified(dst, src, n, false, nullptr); }
CUresult cuMemcpyAsync(CUdeviceptr dst, CUdeviceptr src, size_t n, CUstream s) { return unified(dst, src, n, true, s); }

CUresult cuMemcpyHtoD_v2(CUdeviceptr dst, const void *src, size_t n) {
	return copy({dst, (uint64_t)src, n, true, false, false, false}, nullptr);
}

CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr dst, const void *src, size_t n, CUstream s) {
	return copy({dst, (uint64_t)src, n, true, false, false, true}, s);
}

CUresult cuMemcpyDtoH_v2(void *dst, CUdeviceptr src, size_t n) {
	return copy({(uint64_t)dst, src, n, false, true, false, false}, nullptr);
}

CUresult cuMemcpyDtoHAsync_v2(void *dst, CUdeviceptr src, size_t n, CUstream s) {
	return copy({(uint64_t)dst, src, n, false, true, false, true}, s);
}

CUresult cuMemcpyDtoD_v2(CUdeviceptr dst, CUdeviceptr src, size_t n) { return copy({dst, src, n, true, true, false, false}, nullptr); }

CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr dst, CUdeviceptr src, size_t n, CUstream s) {
	return copy({dst, src, n, true, true, false, true}, s);
}

CUresult cuMemcpyPeer(CUdeviceptr dst, CUcontext to, CUdeviceptr src, CUcontext from, size_t n) {
	return peer(dst, to, src, from, n, false, nullptr);
}

CUresult cuMemcpyPeerAsync(CUdeviceptr dst, CUcontext to, CUdeviceptr src, CUcontext from, size_t n, CUstream s) {
	return peer(dst, to, src, from, n, true, s);
}

CUresult cuMemsetD8_v2(CUdeviceptr dst, unsigned char value, size_t n) { return set<unsigned char>(dst, value, n, nullptr); }
CUresult cuMemsetD8Async(CUdeviceptr dst, unsigned char value, size_t n, CUstream s) { return set<unsigned char>(dst, value, n, s); }
CUresult cuMemsetD32_v2(CUdeviceptr dst, unsigned value, size_t n) { return set<unsigned>(dst, value, n, nullptr); }
CUresult cuMemsetD32Async(CUdeviceptr dst, unsigned value, size_t n, CUstream s) { return set<unsigned>(dst, value, n, s); }
