// Host memory that the driver knows: pinned by cuMemHostAlloc, or registered. All other host memory is pageable.
#ifndef SIMGPU_HOST_MEMORY_H
#define SIMGPU_HOST_MEMORY_H

#include "results.h"

#include <cstddef>
#include <cstdint>

namespace sim {

CUresult pin(size_t bytes, void **memory); // new memory, full of NaN
CUresult unpin(void *memory);
CUresult enrol(void *memory, size_t bytes);
CUresult dismiss(void *memory);

// pinned reports whether all the bytes are pinned, and gives the whole range they are in.
bool pinned(uint64_t address, size_t bytes, uint64_t *base, uint64_t *size);

} // namespace sim

#endif
