// Fibers: stacks that a thread of the CPU switches between, one for each thread of a block.
#ifndef SIMGPU_FIBER_H
#define SIMGPU_FIBER_H

#include <stddef.h>

#ifndef __x86_64__
#include <ucontext.h>
#endif

namespace sim {

struct Fiber {
#ifdef __x86_64__
	void *sp = nullptr;
#else
	ucontext_t context;
#endif
	const void *low = nullptr; // of the stack
	size_t size = 0;
	void *fake = nullptr;   // AddressSanitizer's
	void *thread = nullptr; // ThreadSanitizer's
	void (*body)(void *) = nullptr;
	void *argument = nullptr;
	void *work = nullptr; // what the body does next
};

// make gives a fiber a stack; colour moves its beginning, since stacks that all begin at the same offset of a page share
// few sets of the cache.
void make(Fiber &f, size_t colour);
void unmake(Fiber &f);

// start makes the fiber begin with body, whatever it was in; body never returns.
void start(Fiber &f, void (*body)(void *), void *argument);

// become describes the stack that the caller is on, to come back to it.
void become(Fiber &f);

void switch_fiber(Fiber &from, Fiber &to);

// order tells ThreadSanitizer that all before a release happens before what follows an acquire at the same place.
void order_release(void *place);
void order_acquire(void *place);

// mark tells AddressSanitizer what may be touched.
void mark(const void *from, size_t bytes, bool usable);

bool under_thread_sanitizer();

} // namespace sim

#endif
