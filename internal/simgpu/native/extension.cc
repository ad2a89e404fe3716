#include "extension.h"
#include "driver.h"
#include "faults.h"
#include "host_memory.h"
#include "report.h"

#include <cstdio>

using namespace sim;

static thread_local Context *working; // whose work this thread runs

CUresult simgpuEnqueue(CUstream stream, const char *what, int (*work)(void *, char *, size_t), void (*drop)(void *), void *data) {
	std::shared_ptr<void> keep(data, drop);
	return in_context([&](Context &c, Lock &lock) {
		Stream *s;
		if (CUresult e = find_stream(c, stream, &s))
			return e;
		enqueue(lock, *s, what, [keep, work, &c](std::string &why) {
			char words[512] = "";
			working = &c;
			int result = work(keep.get(), words, sizeof words);
			working = nullptr;
			why = words;
			return (CUresult)result;
		});
		return CUDA_SUCCESS;
	});
}

CUresult simgpuReach(unsigned long long address, size_t bytes, char *why, size_t size) {
	Device *d = driver().device(address);
	uint64_t base, all;
	Allocation a;
	if (!d) {
		if (pinned(address, bytes, &base, &all))
			return CUDA_SUCCESS;
		snprintf(why, size, "%#llx is no memory of a device", address);
	} else if (!working->reaches(*d)) {
		snprintf(why, size, "memory of device %d, to which device %d has no peer access", d->ordinal, working->device->ordinal);
	} else if (!d->memory.find(address, bytes, &a)) {
		snprintf(why, size, "%zu bytes at %s", bytes, d->memory.describe(address).c_str());
	} else {
		return CUDA_SUCCESS;
	}
	return CUDA_ERROR_ILLEGAL_ADDRESS;
}

int simgpuFail(const char *faults) { return order(faults) ? 0 : CUDA_ERROR_INVALID_VALUE; }

// A program that ends without a last look at its memory would get away with what its last kernels did.
int simgpuFinish(void) {
	Driver &d = driver();
	Lock lock(d.lock);
	for (auto &device : d.devices) {
		std::string why = device->memory.damage();
		if (!why.empty())
			accuse(why);
		device->memory.forget();
	}
	return accusations();
}
