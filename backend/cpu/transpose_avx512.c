#if defined(__x86_64__)
#include "level_avx512.h"
#include "transpose_impl.h"
#include "level_end.h"
#endif
