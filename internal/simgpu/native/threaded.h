// A launch in a process of its own, under ThreadSanitizer.
#ifndef SIMGPU_THREADED_H
#define SIMGPU_THREADED_H

#include "driver.h"
#include "module.h"

namespace sim {

// run_threaded does what sim_execute does, with all memory that the context reaches. A data race is a failure; the
// sanitizer's report goes to standard error.
int run_threaded(Context &c, const sim_launch &l, const std::string &block, const std::string &module, std::string *why);

} // namespace sim

#endif
