// Division by numbers known before the launch, without dividing: a GPU has no instruction for it, and indices of arrays with
// several axes take one per axis. Granlund and Montgomery, "Division by invariant integers using multiplication" (1994).
#ifndef GOMX_DIVIDE_H
#define GOMX_DIVIDE_H

#include "common.h"

// divide gives n / d for n < 2³¹; magic and shift belong to d and come from divisor in cuda/divide.go.
DEVICE u32 divide(u32 n, u32 magic, u32 shift) { return ((u32)((u64)n * magic >> 32) + n) >> shift; }

#endif
