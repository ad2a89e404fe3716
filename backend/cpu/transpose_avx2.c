#if defined(__x86_64__)
#include "level_avx2.h"
#include "transpose_impl.h"
#include "level_end.h"
#endif
