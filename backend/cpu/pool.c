// The thread pool. The calling thread publishes a call as (generation, pieces left) in one atomic word; it and the workers
// take pieces by counting that word down, and the call is done when as many pieces are finished. So nobody waits for a
// worker that has not taken a piece: a noisy neighbour costs no more than the piece it delays.
//
// Workers spin for some tens of microseconds after the last piece, since the next call is usually near, then park.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "gomx_cpu.h"

enum { MAX_THREADS = 256, SPIN_NANOSECONDS = 50000, SPINS_BETWEEN_CLOCKS = 64, SPINS_BEFORE_YIELD = 4000 };

static struct {
	// Written by the thread that runs, read by all; each on its own cache line.
	_Alignas(64) _Atomic uint64_t work; // generation << 32 | pieces not taken yet
	_Alignas(64) _Atomic int64_t done;  // pieces finished by workers
	_Alignas(64) _Atomic int parked;
	_Atomic int stop;
	const gomx_call *call;

	int threads;
	pthread_t worker[MAX_THREADS];
	void *scratch[MAX_THREADS];
	int64_t scratch_bytes;
#if !defined(__linux__)
	pthread_mutex_t lock;
	pthread_cond_t wake;
#endif
} pool = {
	.threads = 1,
#if !defined(__linux__)
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.wake = PTHREAD_COND_INITIALIZER,
#endif
};

static inline void relax(void) {
#if defined(__x86_64__)
	_mm_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

// Denormal numbers cost a hundred cycles each and mean nothing to a network: results and operands that are denormal count
// as zero while kernels run. Gives the state to restore.
static uint64_t flush_denormals(void) {
#if defined(__x86_64__)
	uint64_t old = _mm_getcsr();
	_mm_setcsr((unsigned)old | 0x8040);
	return old;
#elif defined(__aarch64__)
	uint64_t old;
	__asm__ volatile("mrs %0, fpcr" : "=r"(old));
	__asm__ volatile("msr fpcr, %0" : : "r"(old | (1u << 24)));
	return old;
#else
	return 0;
#endif
}

static void restore_denormals(uint64_t old) {
#if defined(__x86_64__)
	_mm_setcsr((unsigned)old);
#elif defined(__aarch64__)
	__asm__ volatile("msr fpcr, %0" : : "r"(old));
#else
	(void)old;
#endif
}

// Takes and does pieces until none is left; gives how many they were.
static int64_t take_pieces(int thread) {
	int64_t taken = 0;
	uint64_t w = atomic_load_explicit(&pool.work, memory_order_acquire);
	while ((uint32_t)w > 0) {
		if (!atomic_compare_exchange_weak_explicit(&pool.work, &w, w - 1, memory_order_acq_rel, memory_order_acquire)) continue;
		// This thread owns a piece, so the call stays until it says that it is done.
		const gomx_call *c = pool.call;
		c->run(c, c->pieces - (int64_t)(uint32_t)w, thread);
		taken++;
		w = atomic_load_explicit(&pool.work, memory_order_acquire);
	}
	return taken;
}

static uint32_t generation(void) { return (uint32_t)(atomic_load_explicit(&pool.work, memory_order_acquire) >> 32); }

#if defined(__linux__)
// The generation as the kernel sees it: the upper half of work.
static uint32_t *generation_word(void) {
	return (uint32_t *)&pool.work + (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 1 : 0);
}
#endif

// Sleeps until the generation is another one than seen.
static void park(uint32_t seen) {
	atomic_fetch_add(&pool.parked, 1);
#if defined(__linux__)
	syscall(SYS_futex, generation_word(), FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
#else
	pthread_mutex_lock(&pool.lock);
	while (generation() == seen) pthread_cond_wait(&pool.wake, &pool.lock);
	pthread_mutex_unlock(&pool.lock);
#endif
	atomic_fetch_sub(&pool.parked, 1);
}

// Begins a new generation with pieces to take. Exchange is a full barrier: either this thread sees who parks, or who parks
// sees the new generation.
static void publish(uint32_t pieces) {
	uint64_t next = ((uint64_t)generation() + 1) << 32 | pieces;
	atomic_exchange(&pool.work, next);
	if (atomic_load(&pool.parked) == 0) return;
#if defined(__linux__)
	syscall(SYS_futex, generation_word(), FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
#else
	pthread_mutex_lock(&pool.lock);
	pthread_cond_broadcast(&pool.wake);
	pthread_mutex_unlock(&pool.lock);
#endif
}

static void *worker(void *arg) {
	int thread = (int)(intptr_t)arg;
	flush_denormals();
	while (!atomic_load(&pool.stop)) {
		uint32_t seen = generation();
		int64_t taken = take_pieces(thread);
		if (taken > 0) atomic_fetch_add_explicit(&pool.done, taken, memory_order_release);
		int64_t since = nanoseconds();
		for (int spins = 1; generation() == seen && !atomic_load(&pool.stop); spins++) {
			relax();
			if (spins % SPINS_BETWEEN_CLOCKS == 0 && nanoseconds() - since > SPIN_NANOSECONDS) park(seen);
		}
	}
	return NULL;
}

static void run_call(const gomx_call *c) {
	if (c->pieces <= 1 || pool.threads == 1) {
		for (int64_t i = 0; i < c->pieces; i++) c->run(c, i, 0);
		return;
	}
	pool.call = c;
	atomic_store_explicit(&pool.done, 0, memory_order_relaxed);
	publish((uint32_t)c->pieces - 1); // the first is taken already
	c->run(c, 0, 0);
	int64_t others = c->pieces - 1 - take_pieces(0);
	for (int spins = 1; atomic_load_explicit(&pool.done, memory_order_acquire) != others; spins++) {
		relax();
		if (spins > SPINS_BEFORE_YIELD) sched_yield();
	}
}

void gomx_run(gomx_call *calls, int64_t count) {
	uint64_t old = flush_denormals();
	for (int64_t i = 0; i < count; i++) run_call(&calls[i]);
	restore_denormals(old);
}

void gomx_run_timed(gomx_call *calls, int64_t count, double *seconds) {
	uint64_t old = flush_denormals();
	int64_t before = nanoseconds();
	for (int64_t i = 0; i < count; i++) {
		run_call(&calls[i]);
		int64_t after = nanoseconds();
		seconds[i] += 1e-9 * (double)(after - before);
		before = after;
	}
	restore_denormals(old);
}

void *gomx_scratch(int thread) { return pool.scratch[thread]; }

int gomx_pool_threads(void) { return pool.threads; }

static void drop_scratch(int from) {
	for (int i = from; i < MAX_THREADS; i++) {
		gomx_free(pool.scratch[i], pool.scratch_bytes);
		pool.scratch[i] = NULL;
	}
}

int gomx_pool_reserve(int64_t bytes) {
	if (bytes > pool.scratch_bytes) {
		drop_scratch(0);
		pool.scratch_bytes = bytes;
	}
	for (int i = 0; i < pool.threads && pool.scratch_bytes > 0; i++) {
		if (pool.scratch[i] != NULL) continue;
		pool.scratch[i] = gomx_alloc(pool.scratch_bytes);
		if (pool.scratch[i] == NULL) return ENOMEM;
	}
	return 0;
}

static void stop_workers(void) {
	atomic_store(&pool.stop, 1);
	publish(0);
	for (int i = 1; i < pool.threads; i++) pthread_join(pool.worker[i], NULL);
	atomic_store(&pool.stop, 0);
	pool.threads = 1;
}

// Workers take no signals: those belong to Go's threads.
static int start_worker(int thread) {
#if defined(_WIN32)
	return pthread_create(&pool.worker[thread], NULL, worker, (void *)(intptr_t)thread);
#else
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int err = pthread_create(&pool.worker[thread], NULL, worker, (void *)(intptr_t)thread);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return err;
#endif
}

int gomx_pool_set_threads(int n) {
	if (n < 1) n = 1;
	if (n > MAX_THREADS) n = MAX_THREADS;
	if (n == pool.threads) return 0;
	stop_workers();
	drop_scratch(n);
	for (; pool.threads < n; pool.threads++) {
		int err = start_worker(pool.threads);
		if (err != 0) return err; // goes on with as many as there are
	}
	return gomx_pool_reserve(pool.scratch_bytes);
}
