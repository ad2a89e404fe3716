// A kernel that touches memory that is not there must fail as on a GPU, not end the process. The handler for such signals
// lets a fiber that caused one go on in a function that stops the launch; all other signals go to the handler before.
#include "exec.h"
#include "words.h"

#include <csignal>
#include <cstdlib>
#include <mutex>
#include <ucontext.h>

namespace sim {

// Accessed by signal handlers, so its place is fixed when the library is loaded.
static __attribute__((tls_model("initial-exec"))) thread_local Executor *running;
static __attribute__((tls_model("initial-exec"))) thread_local uint64_t fault_address;

#ifdef __x86_64__
static struct sigaction before[2]; // for SIGSEGV, SIGBUS

// escape runs on the stack of the fiber that faulted, from its top: nothing on it is needed any more.
static void escape(Thread *t) {
	t->executor->stop(*t, illegal_address,
	                  say("touches address %#llx, where there is no memory (a kernel that is compiled with checks says where)",
	                      (unsigned long long)fault_address),
	                  nullptr);
}

static void handle(int signal, siginfo_t *info, void *context) {
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	if (running) {
		uint64_t top;
		if (Thread *t = running->on_stack((uint64_t)registers[REG_RSP], &top)) {
			fault_address = (uint64_t)info->si_addr;
			registers[REG_RSP] = (greg_t)(top - 8);
			registers[REG_RDI] = (greg_t)t;
			registers[REG_RIP] = (greg_t)escape;
			return;
		}
	}
	const struct sigaction &old = before[signal == SIGBUS];
	if (old.sa_flags & SA_SIGINFO)
		old.sa_sigaction(signal, info, context);
	else if (old.sa_handler == SIG_DFL)
		sigaction(signal, &old, nullptr); // what failed is tried again
	else if (old.sa_handler != SIG_IGN)
		old.sa_handler(signal);
}

static void install() {
	struct sigaction a = {};
	a.sa_sigaction = handle;
	a.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
	sigfillset(&a.sa_mask);
	sigaction(SIGSEGV, &a, &before[0]);
	sigaction(SIGBUS, &a, &before[1]);
}

void watch(Executor *e) {
	static std::once_flag once;
	if (!under_thread_sanitizer())
		std::call_once(once, install);
	running = e;
}
#else
void watch(Executor *e) { running = e; }
#endif

// on_stack gives the thread that runs on the stack that an address is in, or in whose guard page, and the stack's end.
Thread *Executor::on_stack(uint64_t address, uint64_t *top) const {
	for (auto &f : fibers_) {
		const uint64_t low = (uint64_t)f->low;
		*top = low + f->size;
		if (address >= low - 4096 && address < *top)
			return (Thread *)f->work;
	}
	return nullptr;
}

} // namespace sim
