#include "poison.h"
#include "settings.h"

#include <dlfcn.h>

namespace sim {

typedef void (*Mark)(const volatile void *, size_t);

static Mark find(const char *name) { return settings().address ? (Mark)dlsym(RTLD_DEFAULT, name) : nullptr; }

void poison(uint64_t address, size_t bytes) {
	static const Mark mark = find("__asan_poison_memory_region");
	if (mark)
		mark((void *)address, bytes);
}

void unpoison(uint64_t address, size_t bytes) {
	static const Mark mark = find("__asan_unpoison_memory_region");
	if (mark)
		mark((void *)address, bytes);
}

} // namespace sim
