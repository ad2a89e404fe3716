// The executor's state during a launch.
#ifndef SIMGPU_EXEC_H
#define SIMGPU_EXEC_H

#include "fiber.h"
#include "shared.h"
#include "thread.h"

#include <memory>
#include <string>
#include <vector>

namespace sim {

enum { max_block = 1024, warp_size = 32 };

// The results of cuda.h that launches end with.
enum { ok = 0, illegal_address = 700, misaligned_address = 716, launch_failed = 719 };

class Executor;

struct Thread : sim_thread {
	Executor *executor = nullptr;
	Fiber *fiber = nullptr;
	const sim_site *waits = nullptr; // where it waits for others
	bool exited = false;
	// What it brings to a collective of its warp, and what it gets.
	char op = 0;
	uint64_t value = 0;
	uint32_t b = 0, c = 0, mask = 0, result = 0;
	bool inside = false;
};

struct Warp {
	uint32_t waiting = 0, exited = 0, exists = 0; // lanes
	uint8_t phase[warp_size] = {};                // of the groups whose lowest lane is this, for ThreadSanitizer
};

// Executor runs launches, one at a time. Its fibers stay for the next.
class Executor {
public:
	~Executor();
	int run(const sim_launch &l, char *message, size_t size);

	void barrier(Thread &t, const sim_site *site);
	uint32_t barrier_count(Thread &t, bool predicate, const sim_site *site);
	void collect(Thread &t, char op, uint64_t value, uint32_t b, uint32_t c, uint32_t mask, const sim_site *site);
	[[noreturn]] void stop(const sim_thread &t, int result, const std::string &why, const sim_site *site);
	const sim_launch &launch() const { return *launch_; }
	Thread *on_stack(uint64_t address, uint64_t *top) const;

private:
	void prepare(const sim_launch &l);
	void enter_block(uint64_t number);
	void leave_block();
	Fiber &fiber(size_t i);
	void run_alone();
	void run_together();

	void ready(Thread &t);
	Thread *next();
	void wait(Thread &t);
	void leave(Thread &t);
	std::string stuck() const;

	static void alone(void *self);
	static void together(void *fiber);

	uint64_t random();
	uint32_t random(uint32_t n) { return (uint32_t)((random() >> 32) * n >> 32); }

	const sim_launch *launch_ = nullptr;
	sim_block block_ = {};
	uint64_t blocks_ = 0;
	Fiber home_; // the caller of run
	std::vector<std::unique_ptr<Fiber>> fibers_;
	size_t first_fiber_ = 0;
	bool torn_ = true; // fibers are not at their beginning
	Thread threads_[max_block];
	Warp warps_[max_block / warp_size];
	Thread *queue_[max_block];
	uint32_t head_ = 0, queued_ = 0;
	uint32_t arrived_ = 0, exited_ = 0, votes_ = 0, counted_ = 0, phase_ = 0; // at the barrier
	const sim_site *site_ = nullptr;
	uint64_t state_ = 0; // of random
	Shared shared_;
	int status_ = ok;
	std::string why_;
	char tag_[4 + max_block * 2]; // places for ThreadSanitizer: launch, barriers, groups of lanes
};

// watch makes faults of memory stop the launch of e, on the calling thread; null ends it.
void watch(Executor *e);

} // namespace sim

#endif
