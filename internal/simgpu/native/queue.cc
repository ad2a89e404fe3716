// Streams and what waits in them. Nothing runs until somebody waits; then the next operation is drawn from the heads of
// all streams that may run, on all devices, so that only what streams and events order is in order.
#include "driver.h"
#include "faults.h"
#include "report.h"
#include "settings.h"

#include <algorithm>
#include <chrono>

namespace sim {

static const size_t full = 1024; // operations in a stream when the driver makes its caller wait

static double now() {
	return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

static void after(Op &op, const std::shared_ptr<Op> &earlier) {
	if (earlier && !earlier->done)
		op.after.push_back(earlier);
}

std::shared_ptr<Op> enqueue(Lock &lock, Stream &s, const std::string &what, Work work) {
	Driver &d = driver();
	auto op = std::make_shared<Op>();
	op->number = ++d.enqueued;
	op->what = what;
	op->work = std::move(work);
	Context &c = *s.context;
	if (&s == c.legacy.get()) {
		for (auto &other : d.busy)
			if (other->blocking && other->context == &c && other.get() != &s)
				after(*op, other->tail);
	} else if (s.blocking) {
		after(*op, c.legacy->tail);
	}
	if (s.queue.empty())
		d.busy.push_back(s.shared_from_this());
	s.tail = op;
	s.queue.push_back(op);
	while (s.queue.size() > full && step(lock)) {
	}
	return op;
}

static bool ready(const Op &op) {
	return !op.running && std::all_of(op.after.begin(), op.after.end(), [](const std::shared_ptr<Op> &e) { return e->done; });
}

// choose gives the stream whose head runs next, or null: the oldest without a seed, else by rank or drawn evenly.
static std::shared_ptr<Stream> choose(Driver &d) {
	std::vector<std::shared_ptr<Stream>> runnable;
	for (auto &s : d.busy)
		if (ready(*s->queue.front()))
			runnable.push_back(s);
	if (runnable.empty())
		return nullptr;
	if (settings().seed && !d.ranked)
		return runnable[d.random() % runnable.size()];
	return *std::min_element(runnable.begin(), runnable.end(), [](const std::shared_ptr<Stream> &a, const std::shared_ptr<Stream> &b) {
		return settings().seed ? a->rank < b->rank : a->queue.front()->number < b->queue.front()->number;
	});
}

static void finish(Driver &d, const std::shared_ptr<Stream> &s, const std::shared_ptr<Op> &op) {
	op->done = true;
	op->finished = now();
	op->work = nullptr;
	op->after.clear();
	if (!s->queue.empty() && s->queue.front() == op)
		s->queue.pop_front();
	if (s->queue.empty())
		d.busy.erase(std::remove(d.busy.begin(), d.busy.end(), s), d.busy.end());
	d.changed.notify_all();
}

void fail(Context &c, CUresult error, const std::string &why) {
	Driver &d = driver();
	if (!c.error) {
		c.error = error;
		c.culprit = why;
	}
	for (size_t i = d.busy.size(); i-- > 0;) {
		std::shared_ptr<Stream> s = d.busy[i];
		while (s->context == &c && !s->queue.empty() && !s->queue.back()->running) {
			s->queue.back()->done = true;
			s->queue.back()->work = nullptr;
			s->queue.pop_back();
		}
		if (s->queue.empty())
			d.busy.erase(d.busy.begin() + (long)i);
	}
	d.changed.notify_all();
}

bool step(Lock &lock) {
	Driver &d = driver();
	std::shared_ptr<Stream> s = choose(d);
	if (!s)
		return false;
	std::shared_ptr<Op> op = s->queue.front();
	if (!op->work) {
		finish(d, s, op);
		return true;
	}
	Context &c = *s->context;
	if (int lost = strikes(Fault::Op, c.device->ordinal)) {
		const std::string why = print("device %d is lost in %s, as ordered", c.device->ordinal, op->what.c_str());
		found(why);
		fail(c, (CUresult)lost, why);
		return true;
	}
	op->running = true;
	std::string why;
	lock.unlock();
	CUresult result = op->work(why);
	lock.lock();
	finish(d, s, op);
	if (result) {
		if (!why.empty())
			found(op->what + ": " + why);
		fail(c, result, op->what + ": " + why);
	}
	return true;
}

// draw decides how streams share what follows: evenly, or some before others, which starves a stream for long.
static void draw(Driver &d) {
	d.ranked = d.random() % 2;
	for (auto &s : d.busy)
		s->rank = d.random();
}

void wait(Lock &lock, const std::shared_ptr<Op> &op) {
	Driver &d = driver();
	if (op && !op->done)
		draw(d);
	while (op && !op->done)
		if (!step(lock))
			d.changed.wait(lock);
}

void wait(Lock &lock, Context &c) {
	std::vector<std::shared_ptr<Op>> tails;
	for (auto &s : driver().busy)
		if (s->context == &c)
			tails.push_back(s->tail);
	for (auto &op : tails)
		wait(lock, op);
}

void nudge(Lock &lock) {
	Driver &d = driver();
	draw(d);
	for (uint64_t n = settings().seed ? d.random() % 3 : 1; n > 0 && step(lock); n--) {
	}
}

} // namespace sim
