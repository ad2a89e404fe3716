// Launches: limits and arguments are checked in the call, the kernel runs when its turn comes.
#include "devices.h"
#include "faults.h"
#include "host_memory.h"
#include "modules.h"
#include "report.h"
#include "threaded.h"

#include <cerrno>
#include <cstring>
#include <sys/uio.h>
#include <unistd.h>

namespace sim {

// Which context's kernel this thread runs, for region.
static thread_local Context *running;

// region is what the executor asks about addresses: memory of the kernel's device, of peers, and pinned memory of the host.
static bool region(uint64_t address, uint64_t *base, uint64_t *bytes) {
	Device *d = driver().device(address);
	if (!d)
		return pinned(address, 1, base, bytes);
	Allocation a;
	if (!running->reaches(*d) || !d->memory.find(address, 1, &a))
		return false;
	*base = a.base;
	*bytes = a.bytes;
	return true;
}

static const sim_memory memory = {region};

// arguments calls f for each pointer to device memory among a kernel's arguments. One in a struct may be a number that
// looks like a pointer; sure says that it is none.
template <class F> static void arguments(const sim_kernel &k, const std::string &block, F f) {
	for (uint32_t i = 0; i < k.params; i++)
		for (uint32_t at = 0; at + 8 <= k.param_bytes[i]; at += 8) {
			uint64_t word;
			memcpy(&word, block.data() + k.param_offset[i] + at, 8);
			if (Device *d = driver().device(word))
				f(i, word, *d, k.param_bytes[i] == 8);
		}
}

static CUresult execute(Context &c, const sim_launch &l, const std::string &block, const std::string &threaded, std::string &why) {
	const sim_kernel &k = *l.kernel;
	arguments(k, block, [&](uint32_t i, uint64_t word, Device &d, bool sure) {
		const bool known = d.memory.used(word, k.name);
		if (!why.empty())
			return;
		if (!known && sure)
			why = print("argument %u points at %s", i, d.memory.describe(word).c_str());
		else if (known && !c.reaches(d))
			why = print("argument %u points at memory of device %d, to which device %d has no peer access", i, d.ordinal, c.device->ordinal);
	});
	if (!why.empty())
		return CUDA_ERROR_ILLEGAL_ADDRESS;
	int result;
	if (threaded.empty()) {
		char message[1024] = "";
		running = &c;
		result = sim_execute(&l, message, sizeof message);
		running = nullptr;
		why = message;
	} else {
		result = run_threaded(c, l, block, threaded, &why);
	}
	arguments(k, block, [&](uint32_t, uint64_t word, Device &d, bool) {
		std::string damage = d.memory.damage(word);
		if (!damage.empty() && !result) {
			why = damage;
			result = CUDA_ERROR_ILLEGAL_ADDRESS;
		}
	});
	return (CUresult)result;
}

// readable copies from the caller's memory, which may be none, and gives how many of the pieces it could read: walking
// behind an array of arguments that is too short must not crash.
static size_t readable(std::vector<iovec> to, const std::vector<iovec> &from) {
	ssize_t n = process_vm_readv(getpid(), to.data(), to.size(), from.data(), from.size(), 0);
	if (n < 0 && errno != EFAULT) { // where the system call is forbidden, trust the caller
		for (size_t i = 0; i < to.size(); i++)
			memcpy(to[i].iov_base, from[i].iov_base, to[i].iov_len);
		return to.size();
	}
	size_t whole = 0;
	while (whole < to.size() && n >= (ssize_t)to[whole].iov_len)
		n -= (ssize_t)to[whole++].iov_len;
	return whole;
}

// gather makes a parameter block of the caller's array of pointers.
static CUresult gather(const sim_kernel &k, void **params, std::string *block) {
	if (k.params == 0)
		return CUDA_SUCCESS;
	std::vector<void *> pointers(k.params);
	const size_t bytes = k.params * sizeof(void *);
	if (!params || readable({{pointers.data(), bytes}}, {{params, bytes}}) == 0)
		return refuse(CUDA_ERROR_INVALID_VALUE, "launch of %s: no array of %u arguments", k.name, k.params);
	std::vector<iovec> to, from;
	for (uint32_t i = 0; i < k.params; i++) {
		to.push_back({&(*block)[k.param_offset[i]], k.param_bytes[i]});
		from.push_back({pointers[i], k.param_bytes[i]});
	}
	const size_t n = readable(to, from);
	if (n < k.params)
		return refuse(CUDA_ERROR_INVALID_VALUE, "launch of %s, which has %u arguments: argument %zu of %u bytes cannot be read", k.name, k.params,
		              n, k.param_bytes[n]);
	return CUDA_SUCCESS;
}

// unpack takes the parameter block from a launch's extra options.
static CUresult unpack(const sim_kernel &k, void **extra, std::string *block) {
	const void *buffer = nullptr;
	size_t size = 0;
	for (; *extra; extra += 2)
		switch ((uintptr_t)extra[0]) {
		case 1: buffer = extra[1]; break;           // CU_LAUNCH_PARAM_BUFFER_POINTER
		case 2: size = *(size_t *)extra[1]; break; // CU_LAUNCH_PARAM_BUFFER_SIZE
		default: return CUDA_ERROR_INVALID_VALUE;
		}
	if (!buffer || size != k.param_block)
		return refuse(CUDA_ERROR_INVALID_VALUE, "launch of %s: %zu bytes of arguments, want %u", k.name, size, k.param_block);
	memcpy(&(*block)[0], buffer, size);
	return CUDA_SUCCESS;
}

// limits gives the error of a launch that no device could run.
static CUresult limits(const Function &f, const sim_launch &l) {
	const sim_kernel &k = *f.kernel;
	const uint64_t threads = (uint64_t)l.block[0] * l.block[1] * l.block[2];
	if (!l.grid[0] || !l.grid[1] || !l.grid[2] || !threads)
		return refuse(CUDA_ERROR_INVALID_VALUE, "launch of %s: an empty grid or block", k.name);
	if (l.grid[0] > (uint32_t)max_grid_x || l.grid[1] > (uint32_t)max_grid_yz || l.grid[2] > (uint32_t)max_grid_yz)
		return refuse(CUDA_ERROR_INVALID_VALUE, "launch of %s: grid %u x %u x %u, at most %d x %d x %d", k.name, l.grid[0], l.grid[1], l.grid[2],
		              max_grid_x, max_grid_yz, max_grid_yz);
	if (threads > (uint64_t)max_threads || l.block[2] > (uint32_t)max_block_z)
		return refuse(CUDA_ERROR_INVALID_VALUE, "launch of %s: block %u x %u x %u, at most %d threads", k.name, l.block[0], l.block[1], l.block[2],
		              max_threads);
	if (k.max_threads && threads > k.max_threads)
		return refuse(CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES, "launch of %s: %llu threads, compiled for %u", k.name, (unsigned long long)threads,
		              k.max_threads);
	if (k.required[0] && memcmp(k.required, l.block, sizeof l.block))
		return refuse(CUDA_ERROR_INVALID_VALUE, "launch of %s: block %u x %u x %u, compiled for %u x %u x %u", k.name, l.block[0], l.block[1],
		              l.block[2], k.required[0], k.required[1], k.required[2]);
	if (k.static_shared > (uint32_t)max_shared || (int64_t)l.dynamic_shared > f.max_dynamic)
		return refuse(CUDA_ERROR_INVALID_VALUE, "launch of %s: %u + %u bytes of shared memory, at most %d + %d", k.name, k.static_shared,
		              l.dynamic_shared, max_shared, f.max_dynamic);
	return CUDA_SUCCESS;
}

} // namespace sim

using namespace sim;

CUresult cuLaunchKernel(CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y,
                        unsigned block_z, unsigned shared_bytes, CUstream stream, void **params, void **extra) {
	return in_context([&](Context &c, Lock &lock) {
		Function *f;
		Stream *s;
		if (CUresult e = find_function(c, function, &f))
			return e;
		if (CUresult e = find_stream(c, stream, &s))
			return e;
		const sim_kernel &k = *f->kernel;
		sim_launch l = {&k, {grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, shared_bytes, nullptr, 0, &memory};
		if (CUresult e = limits(*f, l))
			return e;
		if (params && extra)
			return refuse(CUDA_ERROR_INVALID_VALUE, "launch of %s: both kernelParams and extra", k.name);
		std::string block(k.param_block, 0);
		if (CUresult e = extra ? unpack(k, extra, &block) : gather(k, params, &block))
			return e;
		const int fault = strikes(Fault::Launch, c.device->ordinal);
		if (fault == CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES || fault == CUDA_ERROR_INVALID_VALUE)
			return refuse((CUresult)fault, "launch of %s fails, as ordered", k.name);
		l.seed = settings().seed ? driver().random() | 1 : 0;
		enqueue(lock, *s, k.name, [=, &c, threaded = f->threaded](std::string &why) mutable {
			if (fault) {
				why = "fails, as ordered";
				return (CUresult)fault;
			}
			l.params = block.data();
			return execute(c, l, block, threaded, why);
		});
		return CUDA_SUCCESS;
	});
}
