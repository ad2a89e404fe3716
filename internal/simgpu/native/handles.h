// Handles that callers hold. They are numbers that are never used twice, so that one that was destroyed, or belongs to
// another kind of thing, is always recognised.
#ifndef SIMGPU_HANDLES_H
#define SIMGPU_HANDLES_H

#include <atomic>
#include <cstdint>
#include <memory>
#include <unordered_map>

namespace sim {

inline uintptr_t next_handle() {
	static std::atomic<uintptr_t> last{0x51000000};
	return last += 16;
}

template <class T> class Handles {
public:
	void *add(std::shared_ptr<T> t) {
		const uintptr_t handle = next_handle();
		all_[handle] = std::move(t);
		return (void *)handle;
	}
	T *find(const void *handle) const {
		auto it = all_.find((uintptr_t)handle);
		return it == all_.end() ? nullptr : it->second.get();
	}
	std::shared_ptr<T> share(const void *handle) const {
		auto it = all_.find((uintptr_t)handle);
		return it == all_.end() ? nullptr : it->second;
	}
	void remove(const void *handle) { all_.erase((uintptr_t)handle); }

	// remove_if forgets all for which drop says so.
	template <class Drop> void remove_if(Drop drop) {
		for (auto it = all_.begin(); it != all_.end();)
			it = drop(*it->second) ? all_.erase(it) : std::next(it);
	}
	// each calls f for all.
	template <class F> void each(F f) const {
		for (auto &entry : all_)
			f(entry.second);
	}

private:
	std::unordered_map<uintptr_t, std::shared_ptr<T>> all_;
};

} // namespace sim

#endif
