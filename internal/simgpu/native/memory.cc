#include "memory.h"
#include "poison.h"
#include "report.h"

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>

namespace sim {

static const size_t align = 256, tail = 256;       // of an allocation, and how many bytes of canaries it has at least
static const size_t chunk = (size_t)16 << 20;      // what is committed at once
static const size_t quarantine = (size_t)64 << 20; // bytes of freed memory that are still watched
static const uint32_t canary = 0xFFC0DEAD;         // a NaN too, so reading past the end shows, but not the one of the fill

// blank is a file of 0xFF bytes. Mapped privately it is memory that is full of NaN and costs nothing until written.
static int blank() {
	static const int file = [] {
		int f = memfd_create("simgpu", MFD_CLOEXEC);
		std::string page((size_t)1 << 20, (char)0xFF);
		for (size_t n = 0; n < chunk; n += page.size())
			if (write(f, page.data(), page.size()) != (ssize_t)page.size())
				abort();
		return f;
	}();
	return file;
}

// Devices have the same addresses in every process where they can: below those that the system gives away first, above
// those that ThreadSanitizer keeps for itself.
static const uint64_t first_device = 0x7e9000000000;

Memory::Memory(int device, size_t limit) : device_(device), limit_(limit) {
	void *wish = (void *)(first_device + (uint64_t)device * reserve);
	void *m = mmap(wish, reserve, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (m == MAP_FAILED) {
		found(print("cannot reserve %zu bytes of addresses for device %d", reserve, device));
		abort();
	}
	start_ = next_ = committed_ = ((uint64_t)m + chunk - 1) / chunk * chunk;
	end_ = ((uint64_t)m + reserve) / chunk * chunk;
}

bool Memory::commit(uint64_t end) {
	while (committed_ < end) {
		if (committed_ + chunk > end_ ||
		    mmap((void *)committed_, chunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, blank(), 0) ==
		        MAP_FAILED)
			return false;
		poison(committed_, chunk);
		committed_ += chunk;
	}
	return true;
}

// merge makes one of holes that lie side by side.
void Memory::merge() {
	std::map<uint64_t, size_t> sorted;
	for (auto &hole : holes_)
		sorted[hole.second] = hole.first;
	holes_.clear();
	for (auto it = sorted.begin(); it != sorted.end();) {
		const uint64_t base = it->first;
		uint64_t end = base;
		for (; it != sorted.end() && it->first == end; ++it)
			end += it->second;
		holes_.emplace(end - base, base);
	}
}

// place finds addresses: a hole of the very size, else new ones, else the smallest hole that is large enough.
bool Memory::place(size_t span, uint64_t *base) {
	auto hole = holes_.find(span);
	if (hole == holes_.end()) {
		if (commit(next_ + span)) {
			*base = next_;
			next_ += span;
			return true;
		}
		merge();
		hole = holes_.lower_bound(span);
		if (hole == holes_.end())
			return false;
	}
	*base = hole->second;
	if (hole->first > span)
		holes_.emplace(hole->first - span, hole->second + span);
	holes_.erase(hole);
	return true;
}

static size_t rounded(size_t bytes) { return (bytes + align - 1) / align * align; }

// The canaries begin at the first multiple of 4 behind the bytes that were asked for.
static uint64_t canaries(const Allocation &a) { return a.base + (a.bytes + 3) / 4 * 4; }

static void write_canaries(const Allocation &a) {
	unpoison(a.base + a.bytes, a.span - a.bytes);
	for (volatile uint32_t *p = (uint32_t *)canaries(a), *end = (uint32_t *)(a.base + a.span); p < end; p++)
		*p = canary;
	poison(a.base + a.bytes, a.span - a.bytes);
}

CUresult Memory::allocate(size_t bytes, uint64_t *base) {
	std::unique_lock<std::shared_mutex> hold(lock_);
	if (bytes == 0)
		return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemAlloc of 0 bytes");
	if (bytes > limit_ || rounded(bytes) > limit_ - taken_)
		return refuse(CUDA_ERROR_OUT_OF_MEMORY, "cuMemAlloc of %zu bytes on device %d, which has %zu free", bytes, device_, limit_ - taken_);
	Allocation a = {0, bytes, rounded(bytes) + tail, ++count_, "nothing yet"};
	if (!place(a.span, &a.base))
		return refuse(CUDA_ERROR_OUT_OF_MEMORY, "device %d has no addresses left", device_);
	taken_ += rounded(bytes);
	unpoison(a.base, bytes);
	write_canaries(a);
	live_[a.base] = a;
	*base = a.base;
	return CUDA_SUCCESS;
}

// fill makes memory full of NaN again: whole pages by forgetting what was written.
static void fill(uint64_t base, size_t bytes) {
	const uint64_t page = 4096, end = base + bytes, first = (base + page - 1) / page * page, last = end / page * page;
	if (bytes < ((size_t)256 << 10)) {
		memset((void *)base, 0xFF, bytes);
		return;
	}
	memset((void *)base, 0xFF, first - base);
	madvise((void *)first, last - first, MADV_DONTNEED);
	memset((void *)last, 0xFF, end - last);
}

CUresult Memory::release(uint64_t base) {
	std::unique_lock<std::shared_mutex> hold(lock_);
	auto it = live_.find(base);
	if (it == live_.end()) {
		if (freed_.count(base)) {
			found(print("allocation %llu of device %d is freed twice", (unsigned long long)freed_[base].number, device_));
			return CUDA_ERROR_INVALID_VALUE;
		}
		return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemFree of %#llx, which begins no allocation of device %d", (unsigned long long)base, device_);
	}
	Allocation a = it->second;
	std::string why = broken(a);
	live_.erase(it);
	taken_ -= rounded(a.bytes);
	unpoison(a.base, a.span);
	fill(a.base, a.span);
	poison(a.base, a.span);
	freed_[base] = a;
	order_.push_back(base);
	waiting_ += a.span;
	while (waiting_ > quarantine)
		retire();
	if (why.empty())
		return CUDA_SUCCESS;
	found(why);
	return CUDA_ERROR_ILLEGAL_ADDRESS;
}

// retire gives the oldest freed memory back, if nobody wrote into it meanwhile.
void Memory::retire() {
	Allocation a = freed_[order_.front()];
	freed_.erase(order_.front());
	order_.pop_front();
	waiting_ -= a.span;
	unpoison(a.base, a.span);
	const uint64_t *words = (const uint64_t *)a.base;
	const size_t n = (a.span < quarantine ? a.span : quarantine) / 8; // what is larger is looked at in part
	for (size_t i = 0; i < n; i++)
		if (words[i] != ~(uint64_t)0) {
			accuse(print("allocation %llu of device %d (%zu bytes) was written after it was freed, near offset %zu; before that %s used it",
			             (unsigned long long)a.number, device_, a.bytes, i * 8, a.user.c_str()));
			fill(a.base, a.span);
			break;
		}
	poison(a.base, a.span);
	holes_.emplace(a.span, a.base);
}

CUresult Memory::release_all() {
	CUresult result = CUDA_SUCCESS;
	for (auto &a : all())
		if (CUresult e = release(a.base))
			result = e;
	return result;
}

void Memory::forget() {
	std::unique_lock<std::shared_mutex> hold(lock_);
	while (!order_.empty())
		retire();
}

Memory::Map::const_iterator Memory::at(uint64_t address) const {
	auto it = live_.upper_bound(address);
	if (it == live_.begin())
		return live_.end();
	--it;
	return address < it->second.base + it->second.span ? it : live_.end();
}

bool Memory::find(uint64_t address, size_t bytes, Allocation *a) const {
	std::shared_lock<std::shared_mutex> hold(lock_);
	auto it = at(address);
	if (it == live_.end())
		return false;
	const size_t offset = address - it->second.base;
	if (offset > it->second.bytes || bytes > it->second.bytes - offset)
		return false;
	*a = it->second;
	return true;
}

std::string Memory::describe(uint64_t address) const {
	std::shared_lock<std::shared_mutex> hold(lock_);
	auto words = [&](const Allocation &a, const char *state) {
		return print("offset %llu of %sallocation %llu of device %d (%zu bytes)", (unsigned long long)(address - a.base), state,
		             (unsigned long long)a.number, device_, a.bytes);
	};
	auto it = at(address);
	if (it != live_.end())
		return words(it->second, "");
	auto freed = freed_.upper_bound(address);
	if (freed != freed_.begin() && address < (--freed)->second.base + freed->second.span)
		return words(freed->second, "freed ");
	return print("%#llx, no allocation of device %d", (unsigned long long)address, device_);
}

bool Memory::used(uint64_t address, const std::string &user) {
	std::unique_lock<std::shared_mutex> hold(lock_);
	auto it = at(address);
	if (it == live_.end())
		return false;
	live_[it->first].user = user;
	return true;
}

std::string Memory::broken(Allocation &a) {
	const volatile uint32_t *p = (uint32_t *)canaries(a), *end = (uint32_t *)(a.base + a.span);
	while (p < end && *p == canary)
		p++;
	if (p == end)
		return "";
	std::string s = print("memory behind allocation %llu of device %d (%zu bytes) was overwritten at offset %llu; it was last an argument of %s",
	                      (unsigned long long)a.number, device_, a.bytes, (unsigned long long)((uint64_t)p - a.base), a.user.c_str());
	write_canaries(a);
	return s;
}

std::string Memory::damage() {
	std::unique_lock<std::shared_mutex> hold(lock_);
	for (auto &entry : live_) {
		std::string why = broken(entry.second);
		if (!why.empty())
			return why;
	}
	return "";
}

std::string Memory::damage(uint64_t address) {
	std::unique_lock<std::shared_mutex> hold(lock_);
	auto it = at(address);
	return it == live_.end() ? "" : broken(live_[it->first]);
}

std::vector<Allocation> Memory::all() const {
	std::shared_lock<std::shared_mutex> hold(lock_);
	std::vector<Allocation> all;
	for (auto &entry : live_)
		all.push_back(entry.second);
	return all;
}

} // namespace sim
