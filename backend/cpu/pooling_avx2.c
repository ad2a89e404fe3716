#if defined(__x86_64__)
#include "level_avx2.h"

#include "pooling.h"
#include "pooling_impl.h"
#include "pooling_n16_impl.h"

#include "level_end.h"
#endif
