// Where threads wait for each other: barriers of a block, collectives of a warp.
#include "exec.h"
#include "words.h"

#include <algorithm>

namespace sim {

void Executor::ready(Thread &t) {
	t.waits = nullptr;
	queue_[(head_ + queued_++) % max_block] = &t;
}

// next takes from those that can go on: the first, or when orders are shuffled any.
Thread *Executor::next() {
	if (!queued_)
		return nullptr;
	Thread *&first = queue_[head_];
	if (launch_->seed)
		std::swap(first, queue_[(head_ + random(queued_)) % max_block]);
	head_ = (head_ + 1) % max_block;
	queued_--;
	return first;
}

// wait lets others run until somebody makes the thread ready.
void Executor::wait(Thread &t) {
	Thread *n = next();
	if (!n)
		stop(t, launch_failed, "deadlock: " + stuck(), nullptr);
	if (n != &t)
		switch_fiber(*t.fiber, *n->fiber);
}

// leave ends a thread. It returns when the fiber has the next thread to run.
void Executor::leave(Thread &t) {
	Warp &w = warps_[t.number / warp_size];
	const uint32_t lane = t.number % warp_size;
	t.exited = true;
	exited_++;
	w.exited |= 1u << lane;
	if (arrived_)
		stop(t, launch_failed, say("barrier divergence: it has exited, and %u others wait", arrived_), site_);
	for (uint32_t i = 0; w.waiting >> i; i++) {
		const Thread &other = threads_[t.number - lane + i];
		if (w.waiting >> i & 1 && other.mask >> lane & 1)
			stop(other, launch_failed, say("its mask %08x names lane %u, which has exited", other.mask, lane), other.waits);
	}
	Thread *n = next();
	if (!n && exited_ != block_.threads)
		stop(t, launch_failed, "deadlock: " + stuck(), nullptr);
	switch_fiber(*t.fiber, n ? *n->fiber : home_);
}

// stuck says who waits where: the first thread at each place.
std::string Executor::stuck() const {
	std::string s;
	std::vector<const sim_site *> seen;
	for (uint32_t i = 0; i < block_.threads && seen.size() < 4; i++) {
		const sim_site *site = threads_[i].waits;
		if (threads_[i].exited || !site || std::find(seen.begin(), seen.end(), site) != seen.end())
			continue;
		uint32_t n = 0;
		for (uint32_t k = 0; k < block_.threads; k++)
			n += !threads_[k].exited && threads_[k].waits == site;
		s += say("%s%u threads, the first %s, wait at %s", seen.empty() ? "" : "; ", n, triple(threads_[i].at).c_str(), where(site).c_str());
		seen.push_back(site);
	}
	return exited_ ? s + say("; %u have exited", exited_) : s;
}

void Executor::barrier(Thread &t, const sim_site *site) {
	if (exited_)
		stop(t, launch_failed, say("barrier divergence: %u threads have exited, and it waits", exited_), site);
	if (arrived_ && site_ != site)
		stop(t, launch_failed, say("barrier divergence: %u others wait at %s; it is elsewhere", arrived_, where(site_).c_str()), site);
	void *tag = &tag_[2 + phase_ % 2]; // alternates, else who is slow would see what the fast did after
	order_release(tag);
	site_ = t.waits = site;
	if (++arrived_ == block_.threads) {
		arrived_ = 0;
		phase_++;
		counted_ = votes_;
		votes_ = 0;
		for (uint32_t i = 0; i < block_.threads; i++)
			ready(threads_[i]);
	}
	wait(t);
	order_acquire(tag);
}

uint32_t Executor::barrier_count(Thread &t, bool predicate, const sim_site *site) {
	votes_ += predicate;
	barrier(t, site);
	return counted_; // nobody passes the next barrier before all have read it
}

// source gives the lane that a shuffle reads, as PTX defines it.
static uint32_t source(char mode, uint32_t lane, uint32_t b, uint32_t c, bool *inside) {
	b &= 31;
	const uint32_t clamp = c & 31, segment = c >> 8 & 31;
	const uint32_t max = (lane & segment) | (clamp & ~segment), min = lane & segment;
	int32_t j;
	switch (mode) {
	case 'u': j = (int32_t)(lane - b), *inside = j >= (int32_t)max; break;
	case 'd': j = (int32_t)(lane + b), *inside = j <= (int32_t)max; break;
	case 'b': j = (int32_t)(lane ^ b), *inside = j <= (int32_t)max; break;
	default: j = (int32_t)(min | (b & ~segment)), *inside = j <= (int32_t)max; break;
	}
	return *inside ? (uint32_t)j : lane;
}

static uint32_t reduce(char op, uint32_t a, uint32_t b) {
	switch (op) {
	case '+': return a + b;
	case '&': return a & b;
	case '|': return a | b;
	case '^': return a ^ b;
	case '<': return std::min(a, b);
	case '>': return std::max(a, b);
	case 'l': return (uint32_t)std::min((int32_t)a, (int32_t)b);
	default: return (uint32_t)std::max((int32_t)a, (int32_t)b);
	}
}

// combine gives a lane its result, once all of the mask are there.
static std::string combine(Thread &t, const Thread *warp) {
	const uint32_t lane = t.number % warp_size;
	switch (t.op) {
	case 'u': case 'd': case 'b': case 'i': { // shuffles
		const uint32_t from = source(t.op, lane, t.b, t.c, &t.inside);
		if (!(t.mask >> from & 1))
			return say("reads lane %u, which its mask %08x does not name", from, t.mask);
		t.result = (uint32_t)warp[from].value;
		return "";
	}
	case 's': // nothing but waiting
		return "";
	}
	bool first = true;
	t.result = 0;
	for (uint32_t i = 0; i < warp_size; i++) {
		if (!(t.mask >> i & 1))
			continue;
		if (t.op == 'v')
			t.result |= (uint32_t)(warp[i].value != 0) << i;
		else if (t.op == '=')
			t.result |= (uint32_t)(warp[i].value == t.value) << i;
		else
			t.result = first ? (uint32_t)warp[i].value : reduce(t.op, t.result, (uint32_t)warp[i].value);
		first = false;
	}
	return "";
}

void Executor::collect(Thread &t, char op, uint64_t value, uint32_t b, uint32_t c, uint32_t mask, const sim_site *site) {
	Warp &w = warps_[t.number / warp_size];
	const uint32_t lane = t.number % warp_size;
	Thread *warp = &threads_[t.number - lane];
	if (!(mask >> lane & 1))
		stop(t, launch_failed, say("its mask %08x does not name lane %u, itself", mask, lane), site);
	if (mask & ~w.exists)
		stop(t, launch_failed, say("its mask %08x names lane %d, which the block of %u threads does not have", mask, __builtin_ctz(mask & ~w.exists), block_.threads), site);
	if (mask & w.exited)
		stop(t, launch_failed, say("its mask %08x names lane %d, which has exited", mask, __builtin_ctz(mask & w.exited)), site);
	t.op = op, t.value = value, t.b = b, t.c = c, t.mask = mask, t.waits = site;
	w.waiting |= 1u << lane;

	void *tag = nullptr;
	const uint32_t lowest = (uint32_t)__builtin_ctz(mask);
	if (op == 's') { // the only one that orders memory
		tag = &tag_[4 + (t.number - lane + lowest) * 2 + w.phase[lowest] % 2];
		order_release(tag);
	}
	bool complete = !(mask & ~w.waiting);
	for (uint32_t i = 0; i < warp_size && complete; i++)
		complete = !(mask >> i & 1) || (warp[i].waits == site && warp[i].mask == mask);
	if (complete) {
		w.waiting &= ~mask;
		w.phase[lowest]++;
		for (uint32_t i = 0; i < warp_size; i++)
			if (mask >> i & 1) {
				std::string wrong = combine(warp[i], warp);
				if (!wrong.empty())
					stop(warp[i], launch_failed, wrong, site);
			}
		for (uint32_t i = 0; i < warp_size; i++)
			if (mask >> i & 1)
				ready(warp[i]);
	}
	wait(t);
	if (tag)
		order_acquire(tag);
}

} // namespace sim

using namespace sim;

static Thread &thread(sim_thread *t) { return *static_cast<Thread *>(t); }

void sim_barrier(sim_thread *t, const sim_site *site) { thread(t).executor->barrier(thread(t), site); }

u32 sim_barrier_count(sim_thread *t, bool predicate, const sim_site *site) {
	return thread(t).executor->barrier_count(thread(t), predicate, site);
}

static Thread &collect(sim_thread *t, char op, u64 value, u32 b, u32 c, u32 mask, const sim_site *site) {
	thread(t).executor->collect(thread(t), op, value, b, c, mask, site);
	return thread(t);
}

void sim_warp_sync(sim_thread *t, u32 mask, const sim_site *site) { collect(t, 's', 0, 0, 0, mask, site); }

u32 sim_shuffle(sim_thread *t, char mode, u32 value, u32 b, u32 c, u32 mask, bool *inside, const sim_site *site) {
	const Thread &r = collect(t, mode, value, b, c, mask, site);
	if (inside)
		*inside = r.inside;
	return r.result;
}

u32 sim_ballot(sim_thread *t, bool predicate, u32 mask, const sim_site *site) { return collect(t, 'v', predicate, 0, 0, mask, site).result; }
u32 sim_match(sim_thread *t, u64 value, u32 mask, const sim_site *site) { return collect(t, '=', value, 0, 0, mask, site).result; }
u32 sim_reduce(sim_thread *t, char op, u32 value, u32 mask, const sim_site *site) { return collect(t, op, value, 0, 0, mask, site).result; }
