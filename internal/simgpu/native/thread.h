// What translated kernels are made of: the thread they run as, its memory, and what it asks of the executor. Numbers are in
// arith.h and convert.h. No other headers, so that modules compile fast.
#ifndef SIMGPU_THREAD_H
#define SIMGPU_THREAD_H

#include "module.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef float f32;
typedef double f64;

// The same in memory, where PTX may read them as another type than they were written as.
typedef u8 u8_m;
typedef s8 s8_m;
typedef u16 __attribute__((may_alias)) u16_m;
typedef u32 __attribute__((may_alias)) u32_m;
typedef u64 __attribute__((may_alias)) u64_m;
typedef s16 __attribute__((may_alias)) s16_m;
typedef s32 __attribute__((may_alias)) s32_m;
typedef s64 __attribute__((may_alias)) s64_m;
typedef f32 __attribute__((may_alias)) f32_m;
typedef f64 __attribute__((may_alias)) f64_m;

// An instruction that may stop a launch, for messages.
struct sim_site {
	const char *text;
	u32 line;         // of the PTX
	const char *file; // of the source, null when the PTX does not say
	u32 source_line;
};

// What the threads of a block have in common.
struct sim_block {
	u32 grid[3], size[3], at[3];
	u32 threads;
	const u8 *params;
	u8 *shared;
	u32 dynamic_at, shared_bytes; // where dynamic shared memory begins, and where all of it ends
	u64 noise;                    // not 0: results of approximate instructions are off by a few units of the last place
	u64 base, bytes;              // the allocation that was checked last
};

struct sim_thread {
	u32 at[3];
	u32 number; // in its block
	sim_block *block;
};

enum sim_space { sim_generic, sim_global, sim_shared, sim_local, sim_const, sim_param };
enum sim_access { sim_read, sim_write, sim_atomic };

extern "C" {
// Each waits for the threads that must take part, and stops the launch if one cannot.
void sim_barrier(sim_thread *t, const sim_site *site);
u32 sim_barrier_count(sim_thread *t, bool predicate, const sim_site *site); // of threads whose predicate holds
void sim_warp_sync(sim_thread *t, u32 mask, const sim_site *site);
u32 sim_shuffle(sim_thread *t, char mode, u32 value, u32 b, u32 c, u32 mask, bool *inside, const sim_site *site);
u32 sim_ballot(sim_thread *t, bool predicate, u32 mask, const sim_site *site);
u32 sim_match(sim_thread *t, u64 value, u32 mask, const sim_site *site); // the lanes of mask with the same value
u32 sim_reduce(sim_thread *t, char op, u32 value, u32 mask, const sim_site *site);

// sim_check gives the place in this process of an address, or stops the launch.
void *sim_check(sim_thread *t, sim_space space, u64 address, u32 bytes, sim_access access, const sim_site *site);
[[noreturn]] void sim_misaligned(sim_thread *t, u64 address, u32 bytes, const sim_site *site);
[[noreturn]] void sim_trap(sim_thread *t, const sim_site *site);
}

// M is a number in memory. The kernel's function has t, and S where its shared memory begins.
#ifdef SIM_CHECK
#define M(T, space, address, access, site) (*(T##_m *)sim_check(t, sim_##space, address, sizeof(T), sim_##access, sim_sites + site))
#define SIM_GAP 32
#else
#define SIM_PLACE_generic
#define SIM_PLACE_global
#define SIM_PLACE_shared S +
#define SIM_PLACE_local
#define SIM_PLACE_const
#define SIM_PLACE_param
#define M(T, space, address, access, site) (*(T##_m *)(SIM_PLACE_##space(address)))
#ifdef __SANITIZE_ADDRESS__
#define SIM_GAP 32
#else
#define SIM_GAP 0
#endif
#endif

// ALIGNED stops the launch where a vector is not at a multiple of its size, which hardware refuses and a CPU does not.
#define ALIGNED(address, bytes, site)                           \
	if (__builtin_expect(((address) & ((bytes) - 1)) != 0, 0)) \
	sim_misaligned(t, address, bytes, sim_sites + site)

// sim_after gives the place of a shared variable behind what ends at end. Checks want room between two.
static constexpr u32 sim_after(u32 end, u32 align) {
	const u32 room = SIM_GAP, gap = end ? room : 0, a = align < room ? room : align;
	return (end + gap + a - 1) / a * a;
}

// LOCAL fills a variable in local memory with NaN; not under ThreadSanitizer, which would watch the call.
#ifdef __SANITIZE_THREAD__
#define LOCAL(x)
#else
#define LOCAL(x) __builtin_memset(x, 0xFF, sizeof x);
#endif

#include "arith.h"
#include "atomic.h"
#include "convert.h"

#endif
