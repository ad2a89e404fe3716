// How messages of the executor name things.
#ifndef SIMGPU_WORDS_H
#define SIMGPU_WORDS_H

#include "thread.h"

#include <string>

namespace sim {

std::string say(const char *format, ...) __attribute__((format(printf, 1, 2)));
std::string triple(const uint32_t at[3]);   // "(1,0,0)"
std::string where(const sim_site *site);    // "line 12, conv.cu:40: bar.sync 0;"

} // namespace sim

#endif
