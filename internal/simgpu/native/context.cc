// Driver, primary contexts, and which of them is current on a thread.
#include "modules.h"
#include "report.h"
#include "settings.h"

namespace sim {

Driver &driver() {
	static Driver *d = new Driver; // never destroyed: other threads may be inside at exit
	return *d;
}

Device *Driver::device(uint64_t address) {
	for (auto &d : devices)
		if (d->memory.owns(address))
			return d.get();
	return nullptr;
}

bool valid(CUdevice device) { return device >= 0 && (size_t)device < driver().devices.size(); }

static thread_local std::vector<Context *> stack;

CUresult current(Context **c) {
	if (!driver().initialized)
		return CUDA_ERROR_NOT_INITIALIZED;
	if (stack.empty() || !stack.back())
		return refuse(CUDA_ERROR_INVALID_CONTEXT, "no context is current on this thread");
	*c = stack.back();
	if (!(*c)->alive)
		return refuse(CUDA_ERROR_CONTEXT_IS_DESTROYED, "the context of device %d was released", (*c)->device->ordinal);
	if ((*c)->error)
		return refuse((CUresult)(*c)->error, "device %d failed before: %s", (*c)->device->ordinal, (*c)->culprit.c_str());
	return CUDA_SUCCESS;
}

CUresult inspect(Context &c) {
	std::string why = c.device->memory.damage();
	if (!why.empty()) {
		found(why);
		fail(c, CUDA_ERROR_ILLEGAL_ADDRESS, why);
	}
	return (CUresult)c.error;
}

static uint64_t bit(const Context &c) { return (uint64_t)1 << c.device->ordinal; }

// destroy ends the primary context of a device with all that belongs to it. The object stays, so that a handle that is
// still held is recognised. Damaged memory is an error here, where a real driver would keep silent.
static CUresult destroy(Lock &lock, Device &device) {
	Context &c = *device.context;
	wait(lock, c);
	c.alive = false;
	Driver &d = driver();
	d.contexts.erase(&c);
	for (Context *other : d.contexts)
		other->peers &= ~bit(c);
	d.streams.remove_if([&](Stream &s) { return s.context == &c; });
	d.events.remove_if([&](Event &e) { return e.context == &c; });
	d.modules.remove_if([&](Module &m) { return m.context == &c; });
	d.functions.remove_if([&](Function &f) { return f.context == &c; });
	device.context = nullptr;
	device.retained = 0;
	return device.memory.release_all();
}

static Context *create(Device &device) {
	Context *c = new Context;
	c->device = &device;
	c->legacy = std::make_shared<Stream>(c, true);
	driver().contexts.insert(c);
	return c;
}

} // namespace sim

using namespace sim;

CUresult cuInit(unsigned flags) {
	Driver &d = driver();
	Lock lock(d.lock);
	if (flags)
		return CUDA_ERROR_INVALID_VALUE;
	if (settings().devices == 0)
		return CUDA_ERROR_NO_DEVICE;
	if (!d.initialized) {
		for (int i = 0; i < settings().devices; i++)
			d.devices.push_back(std::make_unique<Device>(i, settings().memory));
		d.random.seed(settings().seed);
		d.initialized = true;
	}
	return CUDA_SUCCESS;
}

CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
	return initialized([&](Lock &) {
		if (!valid(device))
			return CUDA_ERROR_INVALID_DEVICE;
		Device &d = *driver().devices[(size_t)device];
		if (!d.context)
			d.context = create(d);
		d.retained++;
		*context = (CUcontext)d.context;
		return CUDA_SUCCESS;
	});
}

CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
	return initialized([&](Lock &lock) {
		if (!valid(device))
			return CUDA_ERROR_INVALID_DEVICE;
		Device &d = *driver().devices[(size_t)device];
		if (!d.context)
			return CUDA_ERROR_INVALID_CONTEXT;
		return --d.retained == 0 ? destroy(lock, d) : CUDA_SUCCESS;
	});
}

CUresult cuDevicePrimaryCtxReset_v2(CUdevice device) {
	return initialized([&](Lock &lock) {
		if (!valid(device))
			return CUDA_ERROR_INVALID_DEVICE;
		Device &d = *driver().devices[(size_t)device];
		return d.context ? destroy(lock, d) : CUDA_SUCCESS;
	});
}

CUresult cuDevicePrimaryCtxSetFlags_v2(CUdevice device, unsigned flags) {
	return initialized([&](Lock &) {
		if (!valid(device))
			return CUDA_ERROR_INVALID_DEVICE;
		driver().devices[(size_t)device]->flags = flags;
		return CUDA_SUCCESS;
	});
}

CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned *flags, int *active) {
	return initialized([&](Lock &) {
		if (!valid(device))
			return CUDA_ERROR_INVALID_DEVICE;
		Device &d = *driver().devices[(size_t)device];
		*flags = d.flags;
		*active = d.context != nullptr;
		return CUDA_SUCCESS;
	});
}

CUresult cuCtxSetCurrent(CUcontext context) {
	return initialized([&](Lock &) {
		if (context && !driver().contexts.count((Context *)context))
			return refuse(CUDA_ERROR_INVALID_CONTEXT, "cuCtxSetCurrent of a context that does not exist");
		if (stack.empty())
			stack.push_back(nullptr);
		stack.back() = (Context *)context;
		return CUDA_SUCCESS;
	});
}

CUresult cuCtxGetCurrent(CUcontext *context) {
	return initialized([&](Lock &) {
		*context = stack.empty() ? nullptr : (CUcontext)stack.back();
		return CUDA_SUCCESS;
	});
}

CUresult cuCtxPushCurrent_v2(CUcontext context) {
	return initialized([&](Lock &) {
		if (!driver().contexts.count((Context *)context))
			return refuse(CUDA_ERROR_INVALID_CONTEXT, "cuCtxPushCurrent of a context that does not exist");
		stack.push_back((Context *)context);
		return CUDA_SUCCESS;
	});
}

CUresult cuCtxPopCurrent_v2(CUcontext *context) {
	return initialized([&](Lock &) {
		if (stack.empty())
			return refuse(CUDA_ERROR_INVALID_CONTEXT, "cuCtxPopCurrent without a context");
		if (context)
			*context = (CUcontext)stack.back();
		stack.pop_back();
		return CUDA_SUCCESS;
	});
}

CUresult cuCtxGetDevice(CUdevice *device) {
	return in_context([&](Context &c, Lock &) {
		*device = c.device->ordinal;
		return CUDA_SUCCESS;
	});
}

CUresult cuCtxSynchronize(void) {
	return in_context([&](Context &c, Lock &lock) {
		wait(lock, c);
		return c.error ? (CUresult)c.error : inspect(c);
	});
}

CUresult cuCtxGetStreamPriorityRange(int *least, int *greatest) {
	return in_context([&](Context &, Lock &) {
		if (least)
			*least = 0;
		if (greatest)
			*greatest = -5;
		return CUDA_SUCCESS;
	});
}

CUresult cuCtxEnablePeerAccess(CUcontext peer, unsigned flags) {
	return in_context([&](Context &c, Lock &) {
		Context *p = (Context *)peer;
		if (flags)
			return CUDA_ERROR_INVALID_VALUE;
		if (p == &c || !driver().contexts.count(p))
			return refuse(CUDA_ERROR_INVALID_CONTEXT, "cuCtxEnablePeerAccess to a context that is none or the same");
		return c.peers.fetch_or(bit(*p)) & bit(*p) ? CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED : CUDA_SUCCESS;
	});
}

CUresult cuCtxDisablePeerAccess(CUcontext peer) {
	return in_context([&](Context &c, Lock &) {
		Context *p = (Context *)peer;
		if (!driver().contexts.count(p))
			return refuse(CUDA_ERROR_INVALID_CONTEXT, "cuCtxDisablePeerAccess to a context that is none");
		return c.peers.fetch_and(~bit(*p)) & bit(*p) ? CUDA_SUCCESS : CUDA_ERROR_PEER_ACCESS_NOT_ENABLED;
	});
}
