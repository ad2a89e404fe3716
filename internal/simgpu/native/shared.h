// Shared memory of the block that runs: full of NaN when the block begins, with canaries on both sides.
#ifndef SIMGPU_SHARED_H
#define SIMGPU_SHARED_H

#include "module.h"

namespace sim {

class Shared {
public:
	~Shared();
	// prepare makes room for a launch, and gives where dynamic shared memory begins and where all ends.
	void prepare(const sim_kernel &k, uint32_t dynamic, uint32_t *begin, uint32_t *end);
	// blank gives the memory for a block, full of 0xFF.
	uint8_t *blank();
	// broken reports whether the canaries behind (or in front of) the block's memory were overwritten, and where.
	bool broken(int64_t *offset);

private:
	uint8_t *map_ = nullptr, *now_ = nullptr;
	size_t next_ = 0; // place of the next block in map_
	uint32_t bytes_ = 0;
	const sim_kernel *kernel_ = nullptr;
	uint32_t dynamic_at_ = 0;
};

} // namespace sim

#endif
