// Ends what level_avx512.h, level_avx2.h or level_scalar.h began.
#if defined(__clang__) && defined(GOMX_TARGET)
#pragma clang attribute pop
#endif
