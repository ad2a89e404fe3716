// Streams and events as callers see them.
#include "driver.h"
#include "report.h"

#include <algorithm>

namespace sim {

static const unsigned non_blocking = 1;                     // CU_STREAM_NON_BLOCKING
static const unsigned no_timing = 2, interprocess = 4;      // CU_EVENT_DISABLE_TIMING, CU_EVENT_INTERPROCESS
static const uintptr_t legacy_handle = 1, per_thread = 2;   // CU_STREAM_LEGACY, CU_STREAM_PER_THREAD

CUresult find_stream(Context &c, CUstream handle, Stream **s) {
	if (!handle || (uintptr_t)handle == legacy_handle) {
		*s = c.legacy.get();
		return CUDA_SUCCESS;
	}
	if ((uintptr_t)handle == per_thread)
		return refuse(CUDA_ERROR_NOT_SUPPORTED, "the per-thread default stream");
	*s = driver().streams.find(handle);
	if (!*s)
		return refuse(CUDA_ERROR_INVALID_HANDLE, "%p is no stream", (void *)handle);
	if ((*s)->context != &c)
		return refuse(CUDA_ERROR_INVALID_HANDLE, "a stream of device %d is used with the context of device %d", (*s)->context->device->ordinal,
		              c.device->ordinal);
	return CUDA_SUCCESS;
}

static CUresult find_event(CUevent handle, Event **e) {
	*e = driver().events.find(handle);
	return *e ? CUDA_SUCCESS : refuse(CUDA_ERROR_INVALID_HANDLE, "%p is no event", (void *)handle);
}

static bool idle(const std::shared_ptr<Op> &op) { return !op || op->done; }

// Results after waiting: an error of the context that owns what was waited for, or of its memory.
static CUresult outcome(Context &c) { return c.error ? (CUresult)c.error : inspect(c); }

// with_stream runs the body of a call on one stream of the current context.
template <class Body> static CUresult with_stream(CUstream handle, Body body) {
	return in_context([&](Context &c, Lock &lock) {
		Stream *s;
		if (CUresult e = find_stream(c, handle, &s))
			return e;
		return (CUresult)body(c, *s, lock);
	});
}

} // namespace sim

using namespace sim;

CUresult cuStreamCreateWithPriority(CUstream *stream, unsigned flags, int) {
	return in_context([&](Context &c, Lock &) {
		if (flags & ~non_blocking)
			return CUDA_ERROR_INVALID_VALUE;
		*stream = (CUstream)driver().streams.add(std::make_shared<Stream>(&c, !(flags & non_blocking)));
		return CUDA_SUCCESS;
	});
}

CUresult cuStreamCreate(CUstream *stream, unsigned flags) { return cuStreamCreateWithPriority(stream, flags, 0); }

// What waits in a destroyed stream still runs, some time.
CUresult cuStreamDestroy_v2(CUstream stream) {
	return with_stream(stream, [&](Context &c, Stream &s, Lock &) {
		if (&s == c.legacy.get())
			return CUDA_ERROR_INVALID_HANDLE;
		driver().streams.remove(stream);
		return CUDA_SUCCESS;
	});
}

CUresult cuStreamSynchronize(CUstream stream) {
	return with_stream(stream, [&](Context &c, Stream &s, Lock &lock) {
		if (&s == c.legacy.get()) // waits for the streams that it orders, as its next operation would
			wait(lock, enqueue(lock, s, "synchronise", nullptr));
		else
			wait(lock, std::shared_ptr<Op>(s.tail));
		return outcome(c);
	});
}

CUresult cuStreamQuery(CUstream stream) {
	return with_stream(stream, [&](Context &c, Stream &s, Lock &lock) {
		std::shared_ptr<Op> tail = s.tail;
		nudge(lock);
		if (c.error)
			return (CUresult)c.error;
		return idle(tail) ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
	});
}

// An event may belong to another device. One that was never recorded holds nobody up.
CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned flags) {
	return with_stream(stream, [&](Context &, Stream &s, Lock &lock) {
		Event *e;
		if (flags)
			return CUDA_ERROR_INVALID_VALUE;
		if (CUresult error = find_event(event, &e))
			return error;
		std::shared_ptr<Op> recorded = e->op;
		if (!idle(recorded))
			enqueue(lock, s, "wait for an event", nullptr)->after.push_back(recorded);
		return CUDA_SUCCESS;
	});
}

CUresult cuStreamGetCtx(CUstream stream, CUcontext *context) {
	return with_stream(stream, [&](Context &c, Stream &, Lock &) {
		*context = (CUcontext)&c;
		return CUDA_SUCCESS;
	});
}

CUresult cuLaunchHostFunc(CUstream stream, void (*function)(void *), void *data) {
	return with_stream(stream, [&](Context &, Stream &s, Lock &lock) {
		enqueue(lock, s, "host function", [=](std::string &) {
			function(data);
			return CUDA_SUCCESS;
		});
		return CUDA_SUCCESS;
	});
}

CUresult cuEventCreate(CUevent *event, unsigned flags) {
	return in_context([&](Context &c, Lock &) {
		if (flags & interprocess || flags > 7)
			return CUDA_ERROR_INVALID_VALUE;
		*event = (CUevent)driver().events.add(std::make_shared<Event>(Event{&c, !(flags & no_timing), nullptr}));
		return CUDA_SUCCESS;
	});
}

CUresult cuEventDestroy_v2(CUevent event) {
	return in_context([&](Context &, Lock &) {
		Event *e;
		if (CUresult error = find_event(event, &e))
			return error;
		driver().events.remove(event);
		return CUDA_SUCCESS;
	});
}

CUresult cuEventRecord(CUevent event, CUstream stream) {
	return with_stream(stream, [&](Context &c, Stream &s, Lock &lock) {
		Event *e;
		if (CUresult error = find_event(event, &e))
			return error;
		if (e->context != &c)
			return refuse(CUDA_ERROR_INVALID_HANDLE, "an event of device %d is recorded in a stream of device %d", e->context->device->ordinal,
			              c.device->ordinal);
		std::shared_ptr<Event> keep = driver().events.share(event);
		keep->op = enqueue(lock, s, "record an event", nullptr);
		return CUDA_SUCCESS;
	});
}

CUresult cuEventSynchronize(CUevent event) {
	return in_context([&](Context &, Lock &lock) {
		Event *e;
		if (CUresult error = find_event(event, &e))
			return error;
		Context &owner = *e->context;
		wait(lock, std::shared_ptr<Op>(e->op));
		return outcome(owner);
	});
}

CUresult cuEventQuery(CUevent event) {
	return in_context([&](Context &, Lock &lock) {
		Event *e;
		if (CUresult error = find_event(event, &e))
			return error;
		Context &owner = *e->context;
		std::shared_ptr<Op> op = e->op;
		nudge(lock);
		if (owner.error)
			return (CUresult)owner.error;
		return idle(op) ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
	});
}

CUresult cuEventElapsedTime(float *milliseconds, CUevent begin, CUevent end) {
	return in_context([&](Context &, Lock &) {
		Event *b, *e;
		if (CUresult error = find_event(begin, &b))
			return error;
		if (CUresult error = find_event(end, &e))
			return error;
		if (!b->timing || !e->timing || !b->op || !e->op)
			return refuse(CUDA_ERROR_INVALID_HANDLE, "cuEventElapsedTime of events without times");
		if (!b->op->done || !e->op->done)
			return CUDA_ERROR_NOT_READY;
		*milliseconds = (float)(e->op->finished - b->op->finished);
		return CUDA_SUCCESS;
	});
}

CUresult cuEventElapsedTime_v2(float *milliseconds, CUevent begin, CUevent end) { return cuEventElapsedTime(milliseconds, begin, end); }
