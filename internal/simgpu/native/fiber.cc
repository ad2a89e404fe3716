#include "fiber.h"

#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>

// Present when the process runs under a sanitizer.
extern "C" {
void __sanitizer_start_switch_fiber(void **fake, const void *low, size_t size) __attribute__((weak));
void __sanitizer_finish_switch_fiber(void *fake, const void **low, size_t *size) __attribute__((weak));
void __asan_poison_memory_region(const volatile void *, size_t) __attribute__((weak));
void __asan_unpoison_memory_region(const volatile void *, size_t) __attribute__((weak));
void *__tsan_get_current_fiber() __attribute__((weak));
void *__tsan_create_fiber(unsigned flags) __attribute__((weak));
void __tsan_destroy_fiber(void *fiber) __attribute__((weak));
void __tsan_switch_to_fiber(void *fiber, unsigned flags) __attribute__((weak));
void __tsan_acquire(void *place) __attribute__((weak));
void __tsan_release(void *place) __attribute__((weak));
}

namespace sim {

static const size_t guard = 4096, stack = 256 << 10, colours = 64, step = 192;

static bool address() { return __sanitizer_start_switch_fiber && __asan_poison_memory_region; }
bool under_thread_sanitizer() { return __tsan_create_fiber; }

// arrived ends a switch on the side of the fiber that it went to.
static void arrived(Fiber &f) {
	if (address())
		__sanitizer_finish_switch_fiber(f.fake, nullptr, nullptr);
}

#ifdef __x86_64__
// What a function must keep lies on the stack while another fiber runs. A fiber that begins finds its first call there.
extern "C" void gomx_switch_stack(void **sp, void *to);
extern "C" void gomx_begin_stack();
asm(R"(
	.text
	.globl gomx_switch_stack, gomx_begin_stack
	.hidden gomx_switch_stack, gomx_begin_stack
	.type gomx_switch_stack, @function
	.type gomx_begin_stack, @function
gomx_switch_stack:
	pushq %rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, (%rdi)
	movq %rsi, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	ret
	.size gomx_switch_stack, . - gomx_switch_stack
gomx_begin_stack:
	movq %r12, %rdi
	jmp *%r13
	.size gomx_begin_stack, . - gomx_begin_stack
)");

static void enter(Fiber *f) {
	arrived(*f);
	f->body(f->argument);
	abort();
}

static void prepare(Fiber &f) {
	void **top = (void **)((char *)f.low + f.size);
	*--top = nullptr; // where enter would return to
	*--top = (void *)gomx_begin_stack;
	void *kept[6] = {nullptr, nullptr, (void *)enter, &f, nullptr, nullptr}; // r15 r14 r13 r12 rbx rbp
	for (int i = 5; i >= 0; i--)
		*--top = kept[i];
	f.sp = top;
}

static void jump(Fiber &from, Fiber &to) { gomx_switch_stack(&from.sp, to.sp); }
#else
static void enter(unsigned high, unsigned low) {
	Fiber *f = (Fiber *)((unsigned long)high << 32 | low);
	arrived(*f);
	f->body(f->argument);
	abort();
}

static void prepare(Fiber &f) {
	getcontext(&f.context);
	f.context.uc_stack.ss_sp = (void *)f.low;
	f.context.uc_stack.ss_size = f.size;
	f.context.uc_link = nullptr;
	const unsigned long self = (unsigned long)&f;
	makecontext(&f.context, (void (*)())enter, 2, (unsigned)(self >> 32), (unsigned)self);
}

static void jump(Fiber &from, Fiber &to) { swapcontext(&from.context, &to.context); }
#endif

void make(Fiber &f, size_t colour) {
	char *m = (char *)mmap(nullptr, guard + stack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (m == MAP_FAILED || mprotect(m, guard, PROT_NONE) != 0) {
		fprintf(stderr, "simgpu: no memory for the stack of a thread\n");
		abort();
	}
	f.low = m + guard;
	f.size = stack - colour % colours * step;
	if (under_thread_sanitizer())
		f.thread = __tsan_create_fiber(0);
}

void unmake(Fiber &f) {
	if (f.thread)
		__tsan_destroy_fiber(f.thread);
	munmap((char *)f.low - guard, guard + stack);
}

void start(Fiber &f, void (*body)(void *), void *argument) {
	mark(f.low, f.size, true);
	f.body = body;
	f.argument = argument;
	f.fake = nullptr;
	prepare(f);
}

void become(Fiber &f) {
	if (address()) { // a switch to where we are tells where that is
		void *fake;
		char here = 0;
		__sanitizer_start_switch_fiber(&fake, &here, 1);
		__sanitizer_finish_switch_fiber(fake, &f.low, &f.size);
		__sanitizer_start_switch_fiber(&fake, f.low, f.size);
		__sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
	}
	if (under_thread_sanitizer())
		f.thread = __tsan_get_current_fiber();
}

void switch_fiber(Fiber &from, Fiber &to) {
	if (address())
		__sanitizer_start_switch_fiber(&from.fake, to.low, to.size);
	if (to.thread)
		__tsan_switch_to_fiber(to.thread, 1); // 1: without a happens-before between the two
	jump(from, to);
	arrived(from);
}

void order_release(void *place) {
	if (__tsan_release)
		__tsan_release(place);
}

void order_acquire(void *place) {
	if (__tsan_acquire)
		__tsan_acquire(place);
}

void mark(const void *from, size_t bytes, bool usable) {
	if (address())
		(usable ? __asan_unpoison_memory_region : __asan_poison_memory_region)(from, bytes);
}

} // namespace sim
