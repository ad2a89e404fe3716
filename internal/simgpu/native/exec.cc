// The executor: blocks one after the other, the threads of a block on fibers. A thread runs until it has to wait for
// others; nothing lets the threads of a warp keep step.
#include "exec.h"
#include "words.h"

#include <cstdlib>
#include <mutex>

namespace sim {

// Executors that no launch uses at present.
static std::mutex idle_lock;
static std::vector<std::unique_ptr<Executor>> idle;

static std::unique_ptr<Executor> borrow() {
	std::lock_guard<std::mutex> hold(idle_lock);
	if (idle.empty())
		return std::make_unique<Executor>();
	auto e = std::move(idle.back());
	idle.pop_back();
	return e;
}

static void give_back(std::unique_ptr<Executor> e) {
	std::lock_guard<std::mutex> hold(idle_lock);
	idle.push_back(std::move(e));
}

Executor::~Executor() {
	for (auto &f : fibers_)
		unmake(*f);
}

uint64_t Executor::random() { // SplitMix64
	uint64_t z = state_ += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

Fiber &Executor::fiber(size_t i) {
	while (fibers_.size() <= i) {
		fibers_.push_back(std::make_unique<Fiber>());
		make(*fibers_.back(), fibers_.size());
		start(*fibers_.back(), together, fibers_.back().get());
	}
	return *fibers_[i];
}

void Executor::prepare(const sim_launch &l) {
	static const char *const noise = getenv("SIMGPU_NOISE");
	launch_ = &l;
	state_ = l.seed;
	status_ = ok;
	why_.clear();
	block_ = {};
	blocks_ = 1;
	for (int i = 0; i < 3; i++) {
		block_.grid[i] = l.grid[i];
		block_.size[i] = l.block[i];
		blocks_ *= l.grid[i];
	}
	block_.threads = l.block[0] * l.block[1] * l.block[2];
	block_.params = (const u8 *)l.params;
	block_.noise = noise ? strtoull(noise, nullptr, 0) : 0;
	shared_.prepare(*l.kernel, l.dynamic_shared, &block_.dynamic_at, &block_.shared_bytes);
	for (uint32_t i = 0; i < block_.threads; i++) {
		Thread &t = threads_[i];
		t.at[0] = i % l.block[0];
		t.at[1] = i / l.block[0] % l.block[1];
		t.at[2] = i / l.block[0] / l.block[1];
		t.number = i;
		t.block = &block_;
		t.executor = this;
	}
	for (uint32_t w = 0; w * warp_size < block_.threads; w++) {
		const uint32_t lanes = block_.threads - w * warp_size;
		warps_[w].exists = lanes >= warp_size ? ~0u : (1u << lanes) - 1;
	}
}

void Executor::enter_block(uint64_t number) {
	block_.at[0] = number % block_.grid[0];
	block_.at[1] = number / block_.grid[0] % block_.grid[1];
	block_.at[2] = number / block_.grid[0] / block_.grid[1];
	if (block_.shared_bytes)
		block_.shared = shared_.blank();
}

void Executor::leave_block() {
	int64_t offset;
	if (block_.shared_bytes && status_ == ok && shared_.broken(&offset)) {
		status_ = illegal_address;
		why_ = say("kernel %s, block %s: byte %lld of shared memory, which has %u, was overwritten", launch_->kernel->name,
		             triple(block_.at).c_str(), (long long)offset, block_.shared_bytes);
	}
}

// Order goes through 0 .. n-1 from anywhere in steps without a common divisor with n.
struct Order {
	uint64_t n, at = 0, step = 1;
	static uint64_t common(uint64_t a, uint64_t b) { return b ? common(b, a % b) : a; }
	Order(uint64_t n, uint64_t r) : n(n) {
		if (r == 0 || n < 2)
			return;
		at = r % n;
		step = 1 + (r >> 32) % (n - 1);
		while (common(step, n) != 1)
			step = step % (n - 1) + 1;
	}
	uint64_t next() {
		const uint64_t now = at;
		at = (at + step) % n;
		return now;
	}
};

// alone runs a kernel whose threads never wait, on one fiber that can be left in the middle.
void Executor::alone(void *self) {
	Executor &e = *(Executor *)self;
	const bool shuffle = e.launch_->seed != 0;
	const uint32_t n = e.block_.threads;
	const auto run = [&](uint64_t i) {
		e.fibers_[0]->work = &e.threads_[i];
		e.launch_->kernel->run(&e.threads_[i]);
	};
	Order blocks(e.blocks_, shuffle ? e.random() : 0);
	for (uint64_t i = 0; i < e.blocks_ && e.status_ == ok; i++) {
		e.enter_block(blocks.next());
		if (shuffle) {
			Order threads(n, e.random());
			for (uint32_t k = 0; k < n; k++)
				run(threads.next());
		} else {
			for (uint32_t k = 0; k < n; k++)
				run(k);
		}
		e.leave_block();
	}
	switch_fiber(*e.threads_[0].fiber, e.home_);
	abort();
}

void Executor::run_alone() {
	Fiber &f = fiber(0);
	for (uint32_t i = 0; i < block_.threads; i++)
		threads_[i].fiber = &f;
	torn_ = true;
	start(f, alone, this);
	switch_fiber(home_, f);
}

// together is the life of a fiber that runs one thread after the other.
void Executor::together(void *self) {
	Fiber &f = *(Fiber *)self;
	for (;;) {
		Thread &t = *(Thread *)f.work;
		order_acquire(&t.executor->tag_[0]);
		t.executor->launch_->kernel->run(&t);
		order_release(&t.executor->tag_[1]);
		t.executor->leave(t);
	}
}

void Executor::run_together() {
	if (torn_)
		for (auto &f : fibers_)
			start(*f, together, f.get());
	torn_ = false;
	order_release(&tag_[0]);
	// ThreadSanitizer sees no race between two threads on the same fiber, so it comes back late.
	const size_t fibers = under_thread_sanitizer() && block_.threads < 384 ? 384 : block_.threads;
	Order blocks(blocks_, launch_->seed ? random() : 0);
	for (uint64_t i = 0; i < blocks_ && status_ == ok; i++) {
		enter_block(blocks.next());
		head_ = queued_ = arrived_ = exited_ = votes_ = 0;
		for (Warp &w : warps_)
			w.waiting = w.exited = 0;
		for (uint32_t k = 0; k < block_.threads; k++) {
			Thread &t = threads_[k];
			t.fiber = &fiber((first_fiber_ + k) % fibers);
			t.fiber->work = &t;
			t.exited = false;
			ready(t);
		}
		first_fiber_ = under_thread_sanitizer() ? (first_fiber_ + block_.threads) % fibers : 0;
		switch_fiber(home_, *next()->fiber);
		leave_block();
	}
	order_acquire(&tag_[1]);
}

int Executor::run(const sim_launch &l, char *message, size_t size) {
	prepare(l);
	become(home_);
	watch(this);
	if (l.kernel->collective || under_thread_sanitizer())
		run_together();
	else
		run_alone();
	watch(nullptr);
	if (size)
		snprintf(message, size, "%s", why_.c_str());
	return status_;
}

void Executor::stop(const sim_thread &t, int result, const std::string &why, const sim_site *site) {
	status_ = result;
	why_ = say("kernel %s, block %s, thread %s: %s", launch_->kernel->name, triple(block_.at).c_str(), triple(t.at).c_str(), why.c_str());
	if (site)
		why_ += ", " + where(site);
	torn_ = true;
	switch_fiber(*static_cast<const Thread &>(t).fiber, home_);
	abort();
}

} // namespace sim

int sim_execute(const sim_launch *l, char *message, size_t size) {
	if ((uint64_t)l->block[0] * l->block[1] * l->block[2] > sim::max_block) {
		snprintf(message, size, "kernel %s: a block of more than %d threads", l->kernel->name, sim::max_block);
		return sim::launch_failed;
	}
	auto e = sim::borrow();
	const int result = e->run(*l, message, size);
	sim::give_back(std::move(e));
	return result;
}
