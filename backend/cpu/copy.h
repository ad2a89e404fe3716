// Kernels that move elements without computing.
#ifndef GOMX_COPY_H
#define GOMX_COPY_H
#include "gomx_cpu.h"

GOMX_DECLARE(gomx_copy_bytes);

#endif
