// From PTX to a shared object: the translator and g++, with results kept in a folder for all processes.
#ifndef SIMGPU_JIT_H
#define SIMGPU_JIT_H

#include "results.h"

#include <string>
#include <vector>

namespace sim {

enum class For { Driver, Runner }; // who opens the object: this process, or the one under ThreadSanitizer

// compile gives the path of the compiled module. Log has the compiler's words when it fails.
CUresult compile(const std::string &ptx, For whom, std::string *object, std::string *log);

// run starts a program with its words going to a file, without what was preloaded into this process, and gives its exit
// code, or -1.
int run(const std::vector<std::string> &args, const std::string &log);

std::string read_file(const std::string &path);

} // namespace sim

#endif
