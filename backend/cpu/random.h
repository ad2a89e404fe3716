// Random numbers by counter: those that backend.RandomStream defines.
#ifndef GOMX_RANDOM_H
#define GOMX_RANDOM_H
#include "gomx_cpu.h"

// p: rng (four int64: seed, step, first sample, 0), output. n: elements, elements per sample, node, elements per piece.
GOMX_DECLARE(gomx_random_uniform);
GOMX_DECLARE(gomx_random_normal);

#endif
