// Copies of several elements at a time. Only a launch knows the addresses, so it looks whether they are aligned.
#ifndef GOMX_UNIT_H
#define GOMX_UNIT_H

#include "common.h"

typedef u32 u128 __attribute__((ext_vector_type(4)));

template <class E> DEVICE void copy_elements(const u8 *x, u8 *y, u32 bytes) {
	for (u32 i = 0; i < bytes / sizeof(E); i++) ((E *)y)[i] = ((const E *)x)[i];
}

// copy_unit copies a U, or where addresses are aligned to elements of `element` bytes only, one of these after the other.
template <class U> DEVICE void copy_unit(const u8 *x, u8 *y, u32 element) {
	bool aligned = (((u64)x | (u64)y) & (sizeof(U) - 1)) == 0;
	if (aligned) *(U *)y = *(const U *)x;
	else if (element == 8) copy_elements<u64>(x, y, sizeof(U));
	else if (element == 4) copy_elements<u32>(x, y, sizeof(U));
	else if (element == 2) copy_elements<u16>(x, y, sizeof(U));
	else copy_elements<u8>(x, y, sizeof(U));
}

#endif
