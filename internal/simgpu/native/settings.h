// What the environment says of the simulated machine; package simgpu writes it.
#ifndef SIMGPU_SETTINGS_H
#define SIMGPU_SETTINGS_H

#include <cstddef>
#include <cstdint>
#include <string>

namespace sim {

struct Settings {
	int devices;           // SIMGPU_DEVICES
	size_t memory;         // SIMGPU_MEMORY, bytes of each device
	uint64_t seed;         // SIMGPU_SEED; with 0 everything runs in the order in which it was enqueued
	int major, minor;      // SIMGPU_CAPABILITY, such as 5.2
	bool log;              // SIMGPU_LOG=1 prints why a call was refused
	bool check;            // SIMGPU_CHECK=1: translated code asks about every address
	bool address;          // SIMGPU_ASAN=1: under AddressSanitizer, memory outside allocations is poisoned
	bool thread;           // SIMGPU_TSAN=1: every launch runs under ThreadSanitizer, in a process of its own
	std::string translator; // SIMGPU_PTX2CPP
	std::string cache;      // SIMGPU_CACHE, a folder for compiled modules
	std::string native;     // SIMGPU_NATIVE, the folder with the headers that translated code includes
	std::string runner;     // SIMGPU_RUNNER, for thread
	std::string fail;       // SIMGPU_FAIL, see faults.h
};

const Settings &settings();

} // namespace sim

#endif
