// Two kinds of words: why a call was refused, which the caller also learns from the result; and what was found wrong
// with a program, which goes to standard error at once since a real GPU would have kept silent.
#ifndef SIMGPU_REPORT_H
#define SIMGPU_REPORT_H

#include "results.h"

#include <string>

namespace sim {

// refuse keeps a message for simgpuMessage and gives result.
CUresult refuse(CUresult result, const char *format, ...) __attribute__((format(printf, 2, 3)));

// found prints what is wrong, with the seed that repeats it, and keeps it for simgpuMessage.
void found(const std::string &what);

// accuse does the same where no result can tell the program; accusations counts them.
void accuse(const std::string &what);
int accusations();

std::string print(const char *format, ...) __attribute__((format(printf, 1, 2)));

const char *result_name(int result);

} // namespace sim

#endif
