// Limits of the simulated devices.
#ifndef SIMGPU_DEVICES_H
#define SIMGPU_DEVICES_H

#include "settings.h"

namespace sim {

const int max_threads = 1024, max_block_z = 64;
const int max_grid_x = 2147483647, max_grid_yz = 65535;
const int max_shared = 48 << 10;
const int multiprocessors = 4, threads_per_multiprocessor = 2048, blocks_per_multiprocessor = 32, shared_per_multiprocessor = 96 << 10;

// max_shared_optin is what a kernel may have after cuFuncSetAttribute; devices before 7.0 give no more than others.
inline int max_shared_optin() { return settings().major >= 7 ? 96 << 10 : max_shared; }

} // namespace sim

#endif
