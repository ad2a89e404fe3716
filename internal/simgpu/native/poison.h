// AddressSanitizer's poison for memory that kernels must not touch. Nothing happens where the process runs without it.
#ifndef SIMGPU_POISON_H
#define SIMGPU_POISON_H

#include <cstddef>
#include <cstdint>

namespace sim {

void poison(uint64_t address, size_t bytes);
void unpoison(uint64_t address, size_t bytes);

} // namespace sim

#endif
