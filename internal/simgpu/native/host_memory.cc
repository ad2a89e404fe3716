#include "host_memory.h"
#include "report.h"

#include <cstring>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <sys/mman.h>

namespace sim {

struct Pinned {
	size_t bytes;
	bool own; // by pin, not by enrol
};

static std::map<uint64_t, Pinned> ranges;
static std::shared_mutex lock;

CUresult pin(size_t bytes, void **memory) {
	if (bytes == 0)
		return refuse(CUDA_ERROR_INVALID_VALUE, "0 bytes of pinned memory");
	void *m = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (m == MAP_FAILED)
		return refuse(CUDA_ERROR_OUT_OF_MEMORY, "%zu bytes of pinned memory", bytes);
	memset(m, 0xFF, bytes);
	std::unique_lock<std::shared_mutex> hold(lock);
	ranges[(uint64_t)m] = {bytes, true};
	*memory = m;
	return CUDA_SUCCESS;
}

CUresult unpin(void *memory) {
	std::unique_lock<std::shared_mutex> hold(lock);
	auto it = ranges.find((uint64_t)memory);
	if (it == ranges.end() || !it->second.own)
		return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemFreeHost of %p, which begins no pinned memory", memory);
	munmap(memory, it->second.bytes);
	ranges.erase(it);
	return CUDA_SUCCESS;
}

static bool overlaps(uint64_t begin, uint64_t end) {
	auto it = ranges.lower_bound(end);
	return it != ranges.begin() && (--it)->first + it->second.bytes > begin;
}

CUresult enrol(void *memory, size_t bytes) {
	if (memory == nullptr || bytes == 0)
		return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemHostRegister of %zu bytes at %p", bytes, memory);
	std::unique_lock<std::shared_mutex> hold(lock);
	if (overlaps((uint64_t)memory, (uint64_t)memory + bytes))
		return refuse(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED, "cuMemHostRegister of %p", memory);
	ranges[(uint64_t)memory] = {bytes, false};
	return CUDA_SUCCESS;
}

CUresult dismiss(void *memory) {
	std::unique_lock<std::shared_mutex> hold(lock);
	auto it = ranges.find((uint64_t)memory);
	if (it == ranges.end() || it->second.own)
		return refuse(CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED, "cuMemHostUnregister of %p", memory);
	ranges.erase(it);
	return CUDA_SUCCESS;
}

bool pinned(uint64_t address, size_t bytes, uint64_t *base, uint64_t *size) {
	std::shared_lock<std::shared_mutex> hold(lock);
	auto it = ranges.upper_bound(address);
	if (it == ranges.begin())
		return false;
	--it;
	const size_t offset = address - it->first;
	if (offset >= it->second.bytes || bytes > it->second.bytes - offset)
		return false;
	*base = it->first;
	*size = it->second.bytes;
	return true;
}

} // namespace sim
