// The state behind the simulated driver: devices, their primary contexts, streams and what waits in them.
// One lock guards all of it; it is let go while an operation runs.
#ifndef SIMGPU_DRIVER_H
#define SIMGPU_DRIVER_H

#include "api.h"
#include "handles.h"
#include "memory.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace sim {

using Lock = std::unique_lock<std::mutex>;
struct Context;
struct Stream;
struct Module;
struct Function;

// Work is what an operation does when its turn comes; it gives a result, and says in why what was wrong.
using Work = std::function<CUresult(std::string &why)>;

// Op is one thing in a stream. It may run once it is at the head of its stream and all of after are done.
struct Op {
	uint64_t number;
	std::string what;
	Work work; // empty for events and waits
	std::vector<std::shared_ptr<Op>> after;
	bool running = false, done = false;
	double finished = 0; // milliseconds
};

struct Stream : std::enable_shared_from_this<Stream> {
	Stream(Context *context, bool blocking) : context(context), blocking(blocking) {}
	Context *const context;
	const bool blocking; // waits for the legacy stream, and that for it
	std::deque<std::shared_ptr<Op>> queue;
	std::shared_ptr<Op> tail; // the last that was enqueued, maybe done
	uint64_t rank = 0;        // drawn anew by whoever waits
};

struct Event {
	Context *context;
	bool timing;
	std::shared_ptr<Op> op; // of the last record, null before
};

struct Device {
	Device(int ordinal, size_t memory) : ordinal(ordinal), memory(ordinal, memory) {}
	const int ordinal;
	Memory memory;
	Context *context = nullptr; // the primary one
	int retained = 0;
	unsigned flags = 0;
};

struct Context {
	Device *device;
	std::shared_ptr<Stream> legacy; // the default stream
	std::atomic<uint64_t> peers{0}; // a bit for each other device whose memory it may touch
	int error = 0;                  // sticky
	std::string culprit;            // of error
	bool alive = true;

	// reaches reports whether kernels and copies of this context may touch memory of a device.
	bool reaches(const Device &d) const { return &d == device || peers >> d.ordinal & 1; }
};

struct Driver {
	std::mutex lock;
	std::condition_variable changed; // whenever an operation is done
	bool initialized = false;
	std::vector<std::unique_ptr<Device>> devices;
	std::set<Context *> contexts; // those alive
	Handles<Stream> streams;
	Handles<Event> events;
	Handles<Module> modules;
	Handles<Function> functions;
	std::vector<std::shared_ptr<Stream>> busy; // streams whose queue is not empty
	std::mt19937_64 random;
	uint64_t enqueued = 0;
	bool ranked = false; // whether streams run by rank at present

	// device gives the device whose memory address is, or null.
	Device *device(uint64_t address);
};

Driver &driver();

// fail makes an error of a context stick and drops what is in its streams.
void fail(Context &c, CUresult error, const std::string &why);

// enqueue adds an operation to a stream. It runs nothing, except where the stream is so full that a driver would wait too.
std::shared_ptr<Op> enqueue(Lock &lock, Stream &s, const std::string &what, Work work);

// step runs one operation, drawn from those that may run, and reports whether there was one.
bool step(Lock &lock);
void wait(Lock &lock, const std::shared_ptr<Op> &op);
void wait(Lock &lock, Context &c);
// nudge runs a few operations, or none, as time that passes would.
void nudge(Lock &lock);

// current gives the calling thread's context, or the error that a call must give.
CUresult current(Context **c);
// inspect looks at the canaries of a context's device; what it finds sticks.
CUresult inspect(Context &c);
CUresult find_stream(Context &c, CUstream handle, Stream **s);
bool valid(CUdevice device);

// in_context runs the body of a call that needs a context.
template <class Body> CUresult in_context(Body body) {
	Lock lock(driver().lock);
	Context *c;
	if (CUresult e = current(&c))
		return e;
	return body(*c, lock);
}

// initialized runs the body of a call that needs cuInit only.
template <class Body> CUresult initialized(Body body) {
	Lock lock(driver().lock);
	if (!driver().initialized)
		return CUDA_ERROR_NOT_INITIALIZED;
	return body(lock);
}

} // namespace sim

#endif
