// A launch as a file, for runner.cc: the process that runs a kernel under ThreadSanitizer, which Go programs cannot host.
//
//	runner MODULE.so IN OUT
//
// IN is a launch_header, then, without padding, the kernel's name, its parameter block, and for each region a
// launch_region followed by its bytes. Regions are sorted by address and do not overlap; the runner maps them where they
// are, so addresses must be such that the sanitizer allows: 0x7e8000000000 and above. What is between regions may be
// mapped or not.
//
// OUT is a launch_result, then the message and the bytes of all regions. The runner exits with 0 when it wrote OUT,
// whatever the result; sanitizers' reports go to standard error.
#ifndef SIMGPU_LAUNCH_H
#define SIMGPU_LAUNCH_H

#include <stdint.h>

static const uint64_t launch_magic = 0x3148434e55414c53; // "SLAUNCH1"

struct launch_header {
	uint64_t magic;
	uint64_t seed; // see sim_launch
	uint32_t grid[3], block[3];
	uint32_t dynamic_shared;
	uint32_t name_bytes, param_bytes, regions;
};

struct launch_region {
	uint64_t address, bytes;
};

struct launch_result {
	uint32_t result; // of sim_execute; 719 where a race was found
	uint32_t message_bytes;
};

#endif
