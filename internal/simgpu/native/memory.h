// The memory of one simulated device: a range of addresses of its own, filled with NaN (bytes 0xFF) before and after
// use, with canaries behind every allocation. Kernels read and write it directly.
#ifndef SIMGPU_MEMORY_H
#define SIMGPU_MEMORY_H

#include "results.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <shared_mutex>
#include <string>
#include <vector>

namespace sim {

struct Allocation {
	uint64_t base;
	size_t bytes;     // that were asked for
	size_t span;      // that it takes, canaries included; a multiple of 256
	uint64_t number;  // counted from 1, for messages
	std::string user; // the last operation that had it as an argument
};

class Memory {
public:
	Memory(int device, size_t limit);

	CUresult allocate(size_t bytes, uint64_t *base);
	CUresult release(uint64_t base);
	CUresult release_all();
	// forget gives all freed memory back, after a last look whether somebody wrote into it.
	void forget();

	bool owns(uint64_t address) const { return address >= start_ && address < end_; }
	// find gives the allocation that holds all of address .. address + bytes.
	bool find(uint64_t address, size_t bytes, Allocation *a) const;
	// describe says in words what is at an address of this device.
	std::string describe(uint64_t address) const;

	// used notes who works with the allocation at address; false when there is none, its tail counting as part of it.
	bool used(uint64_t address, const std::string &user);
	// damage gives a line about the first canary that was overwritten, among all allocations or the one at address, and
	// mends it.
	std::string damage();
	std::string damage(uint64_t address);

	size_t limit() const { return limit_; }
	size_t free() const { return limit_ - taken_; }
	std::vector<Allocation> all() const; // by address

	static const size_t reserve = (size_t)64 << 30; // addresses of a device; none is used twice soon

private:
	typedef std::map<uint64_t, Allocation> Map;
	Map::const_iterator at(uint64_t address) const;
	bool commit(uint64_t end);
	bool place(size_t span, uint64_t *base);
	void merge();
	void retire();
	std::string broken(Allocation &a);

	const int device_;
	const size_t limit_;
	size_t taken_ = 0;
	uint64_t start_, end_, next_, committed_, count_ = 0;
	Map live_;
	std::map<uint64_t, Allocation> freed_; // not given out again yet
	std::deque<uint64_t> order_;           // of freed_
	size_t waiting_ = 0;                   // bytes of freed_
	std::multimap<size_t, uint64_t> holes_; // by size: what was freed long ago
	mutable std::shared_mutex lock_;
};

} // namespace sim

#endif
