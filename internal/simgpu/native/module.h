// What a translated PTX module offers to the simulated driver, and what the executor offers to it. The driver compiles the
// translator's C++ into a shared object, opens it and reads sim_kernels; the executor (exec.cc) runs a launch to its end on
// the calling thread. Several threads may run launches at the same time.
#ifndef SIMGPU_MODULE_H
#define SIMGPU_MODULE_H

#include <stddef.h>
#include <stdint.h>

struct sim_thread; // one thread of a launch, see thread.h

// A variable of a kernel in shared memory.
struct sim_variable {
	const char *name;
	uint32_t offset, bytes;
};

// A variable of a module, in global or constant memory.
struct sim_data {
	const char *name;
	const void *address;
	uint64_t bytes;
};

struct sim_kernel {
	const char *name;
	uint32_t params;              // how many
	const uint32_t *param_offset; // of each in the parameter block, which is laid out as PTX does
	const uint32_t *param_bytes;
	uint32_t param_block;         // bytes of all
	uint32_t static_shared;       // bytes, as PTX lays them out
	uint32_t max_threads;         // from .maxntid or .reqntid, 0 when not said
	uint32_t registers;           // declared 32-bit registers, for nothing but messages
	void (*run)(sim_thread *t);   // the body, for one thread
	uint32_t required[3];         // from .reqntid: the only block it may be launched with; zeros when not said
	bool collective;              // threads meet in barriers, shuffles or votes; others need no stacks of their own
	uint32_t shared_span;         // bytes of static shared memory with the gaps that checks put between variables
	uint32_t variables;           // how many are in shared memory
	const sim_variable *variable;
	const sim_data *data; // of the module, ended by a null name
};

extern "C" const sim_kernel sim_kernels[];      // in every module, ended by a null name
extern "C" const unsigned sim_module_version;   // of this header

// sim_memory tells the executor what the driver knows of memory.
struct sim_memory {
	// region gives the allocation that holds address, false when none does; used for messages and checks.
	bool (*region)(uint64_t address, uint64_t *base, uint64_t *bytes);
};

struct sim_launch {
	const sim_kernel *kernel;
	uint32_t grid[3], block[3];
	uint32_t dynamic_shared;
	const void *params; // a parameter block
	uint64_t seed;      // 0: blocks and threads in order; else in an order that follows from it
	const sim_memory *memory;
};

// sim_execute runs a launch. It gives a CUresult: 0, or 700, 716 or 719 with a line in message that names kernel, block,
// thread and what was wrong: barrier divergence, deadlock, a shuffle that names an exited lane, an address outside every
// allocation or outside shared memory, one that is not aligned.
extern "C" int sim_execute(const sim_launch *l, char *message, size_t size);

#endif
