#include "shared.h"
#include "fiber.h"

#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>

namespace sim {

static const size_t canaries = 256, largest = 256 << 10;
static const uint8_t canary = 0xA5;

// room is for one block, or under ThreadSanitizer for many: blocks get fresh addresses, since what two blocks do in shared
// memory is no race.
static size_t room() { return under_thread_sanitizer() ? (size_t)1 << 30 : largest + 2 * canaries; }

// fill writes without memset, which sanitizers watch.
static void fill(uint8_t *to, uint8_t value, size_t n) {
#ifdef __x86_64__
	asm volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
#else
	for (volatile uint8_t *p = to, *end = to + n; p < end; p++)
		*p = value;
#endif
}

Shared::~Shared() {
	if (map_)
		munmap(map_, room());
}

void Shared::prepare(const sim_kernel &k, uint32_t dynamic, uint32_t *begin, uint32_t *end) {
	const uint32_t gap = k.shared_span > k.static_shared ? 32 : 0; // what checks put between variables
	kernel_ = &k;
	*begin = dynamic_at_ = (k.shared_span + gap + 15) / 16 * 16;
	*end = bytes_ = dynamic ? dynamic_at_ + dynamic : k.shared_span;
	if (map_)
		return;
	map_ = (uint8_t *)mmap(nullptr, room(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (map_ == MAP_FAILED) {
		fprintf(stderr, "simgpu: no memory for %zu bytes of shared memory\n", room());
		abort();
	}
}

uint8_t *Shared::blank() {
	const size_t span = (bytes_ + 255) / 256 * 256 + 2 * canaries;
	if (!under_thread_sanitizer()) {
		next_ = 0;
	} else if (next_ + span > room()) { // mapped anew, the sanitizer forgets what was there
		mmap(map_, room(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
		next_ = 0;
	}
	now_ = map_ + next_ + canaries;
	next_ += span;
	mark(now_ - canaries, span, true);
	fill(now_ - canaries, canary, canaries);
	fill(now_, 0xFF, bytes_);
	fill(now_ + bytes_, canary, canaries);
	mark(now_ - canaries, span, false);
	for (uint32_t i = 0; i < kernel_->variables; i++)
		mark(now_ + kernel_->variable[i].offset, kernel_->variable[i].bytes, true);
	if (bytes_ > dynamic_at_)
		mark(now_ + dynamic_at_, bytes_ - dynamic_at_, true);
	return now_;
}

bool Shared::broken(int64_t *offset) {
	mark(now_ - canaries, bytes_ + 2 * canaries, true);
	for (int64_t i = -(int64_t)canaries; i < (int64_t)(bytes_ + canaries); i++) {
		if (i == 0)
			i = bytes_;
		if (now_[i] != canary) {
			*offset = i;
			return true;
		}
	}
	return false;
}

} // namespace sim
