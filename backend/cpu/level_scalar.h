// Begins a file compiled for any machine: plain C, in vectors of four that compilers map to SSE2 or NEON.
// Pair with level_end.h.
#define GOMX_LEVEL 0
#define GOMX_SUFFIX _scalar
#include "simd.h"
