// What the fake libraries ask of the simulated driver, and what tests do.
#ifndef SIMGPU_EXTENSION_H
#define SIMGPU_EXTENSION_H

#include "api.h"

extern "C" {

// simgpuEnqueue adds work to a stream of the current context, as a library's kernel. Work gives a result, and words in
// why when it is not 0. Drop frees data, whether work ran or not; it is called in case of an error too.
CUresult simgpuEnqueue(CUstream stream, const char *what, int (*work)(void *data, char *why, size_t size), void (*drop)(void *data), void *data);

// simgpuReach says for running work whether its device may touch a range of memory; if not it writes why.
CUresult simgpuReach(unsigned long long address, size_t bytes, char *why, size_t size);

void simgpuMessage(char *message, size_t size); // copies the last message, ended by 0
int simgpuFail(const char *faults);             // orders faults, see faults.h; 0 says that they were understood
int simgpuFinish(void);                         // looks at all memory and counts the damages that no result told of
}

#endif
