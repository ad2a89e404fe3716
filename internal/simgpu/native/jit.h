// From PTX to a shared object: the translator and g++, with results kept in a folder for all processes.
#ifndef SIMGPU_JIT_H
#define SIMGPU_JIT_H

#include "results.h"

#include <string>

namespace sim {

// compile gives the path of the compiled module. Log has the compiler's words when it fails.
CUresult compile(const std::string &ptx, std::string *object, std::string *log);

} // namespace sim

#endif
