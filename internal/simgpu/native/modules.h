// Modules and their functions.
#ifndef SIMGPU_MODULES_H
#define SIMGPU_MODULES_H

#include "driver.h"
#include "module.h"

namespace sim {

struct Module {
	Context *context;
	void *library; // of dlopen; stays open, since what was enqueued may need it
	const sim_kernel *kernels;
	std::string threaded; // path of the same for ThreadSanitizer, or empty
};

struct Function {
	Context *context;
	const void *module; // handle
	const sim_kernel *kernel;
	std::string threaded; // of the module
	int max_dynamic; // bytes of dynamic shared memory that a launch may ask for
};

CUresult find_function(Context &c, CUfunction handle, Function **f);

} // namespace sim

#endif
