// Addresses: what SIM_CHECK asks before each access, and what stops a launch in any mode.
#include "exec.h"
#include "words.h"

namespace sim {

static const char *verb(sim_access a) { return a == sim_read ? "reads" : a == sim_write ? "writes" : "updates"; }

static Executor &executor(sim_thread *t) { return *static_cast<Thread *>(t)->executor; }

// in_shared reports whether a variable of shared memory holds all of the bytes.
static bool in_shared(const sim_kernel &k, const sim_block &b, u64 offset, u32 bytes) {
	for (u32 i = 0; i < k.variables; i++)
		if (offset >= k.variable[i].offset && offset + bytes <= k.variable[i].offset + k.variable[i].bytes)
			return true;
	return offset >= b.dynamic_at && offset + bytes <= b.shared_bytes;
}

static std::string describe_shared(const sim_kernel &k, const sim_block &b, u64 offset) {
	const sim_variable *before = nullptr;
	for (u32 i = 0; i < k.variables; i++)
		if (k.variable[i].offset <= offset && (!before || k.variable[i].offset > before->offset))
			before = &k.variable[i];
	if (b.shared_bytes > b.dynamic_at && offset >= b.dynamic_at)
		return say("byte %llu of dynamic shared memory, which has %u", (unsigned long long)(offset - b.dynamic_at), b.shared_bytes - b.dynamic_at);
	if (!before)
		return say("offset %lld of shared memory, where no variable is", (long long)offset);
	return say("byte %llu of shared %s, which has %u", (unsigned long long)(offset - before->offset), before->name, before->bytes);
}

// find gives the allocation or the module's variable that holds an address.
static bool find(const sim_kernel &k, const sim_memory &m, u64 address, u64 *base, u64 *bytes) {
	for (const sim_data *d = k.data; d->name; d++)
		if (address - (u64)d->address < d->bytes) {
			*base = (u64)d->address;
			*bytes = d->bytes;
			return true;
		}
	return m.region(address, base, bytes);
}

static std::string describe_global(const sim_kernel &k, const sim_memory &m, u64 address) {
	u64 base, bytes;
	for (u64 back = 4; back <= 4096; back += 4)
		if (find(k, m, address - back, &base, &bytes))
			return say("%llu bytes behind an allocation of %llu bytes", (unsigned long long)(address - base - bytes), (unsigned long long)bytes);
	for (u64 ahead = 4; ahead <= 4096; ahead += 4)
		if (find(k, m, address + ahead, &base, &bytes))
			return say("%llu bytes in front of an allocation of %llu bytes", (unsigned long long)(base - address), (unsigned long long)bytes);
	return say("address %#llx, which no allocation holds", (unsigned long long)address);
}

} // namespace sim

using namespace sim;

void *sim_check(sim_thread *t, sim_space space, u64 address, u32 bytes, sim_access access, const sim_site *site) {
	sim_block &b = *t->block;
	if (address & (bytes - 1))
		sim_misaligned(t, address, bytes, site);
	Executor &e = executor(t);
	const sim_kernel &k = *e.launch().kernel;
	const u64 shared = (u64)b.shared;
	if (space == sim_generic && b.shared && address - shared < b.shared_bytes + 64)
		address -= shared, space = sim_shared;
	if (space == sim_shared) {
		if (!in_shared(k, b, address, bytes))
			e.stop(*t, illegal_address, say("%s %u bytes at %s", verb(access), bytes, describe_shared(k, b, address).c_str()), site);
		return b.shared + address;
	}
	const Fiber &f = *static_cast<Thread *>(t)->fiber;
	const bool on_stack = address - (u64)f.low < f.size;
	if (space == sim_local && !on_stack)
		e.stop(*t, illegal_address, say("%s %u bytes at %#llx, which is not its local memory", verb(access), bytes, (unsigned long long)address), site);
	if (space == sim_local || ((space == sim_generic || space == sim_param) && on_stack))
		return (void *)address;
	const u64 offset = address - (u64)b.params;
	if (space == sim_param || (space == sim_generic && offset < k.param_block)) {
		if (offset > k.param_block || offset + bytes > k.param_block)
			e.stop(*t, illegal_address, say("%s %u bytes at %lld of its %u bytes of parameters", verb(access), bytes, (long long)offset, k.param_block), site);
		return (void *)address;
	}
	const sim_memory *m = e.launch().memory;
	if (!m || (address - b.base < b.bytes && address - b.base + bytes <= b.bytes))
		return (void *)address;
	u64 base, size;
	if (!find(k, *m, address, &base, &size))
		e.stop(*t, illegal_address, say("%s %u bytes at %s", verb(access), bytes, describe_global(k, *m, address).c_str()), site);
	const u64 left = size - (address - base);
	if (left < bytes)
		e.stop(*t, illegal_address, say("%s %u bytes where an allocation has %llu left", verb(access), bytes, (unsigned long long)left), site);
	b.base = base, b.bytes = size;
	return (void *)address;
}

void sim_misaligned(sim_thread *t, u64 address, u32 bytes, const sim_site *site) {
	executor(t).stop(*t, misaligned_address, say("address %#llx is not a multiple of %u", (unsigned long long)address, bytes), site);
}

void sim_trap(sim_thread *t, const sim_site *site) { executor(t).stop(*t, launch_failed, "trap", site); }
