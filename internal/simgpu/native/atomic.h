// Atomic operations that C++ compilers have no builtin for.
#ifndef SIMGPU_ATOMIC_H
#define SIMGPU_ATOMIC_H

// update replaces a number by what f makes of it, and gives what was there.
template <class T, class F> static inline T sim_update(T *p, F f, int order) {
	T old = __atomic_load_n(p, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(p, &old, f(old), false, order, __ATOMIC_RELAXED)) {
	}
	return old;
}

template <class T> static inline T atomic_min(T *p, T b, int order) {
	return sim_update(p, [b](T a) { return a < b ? a : b; }, order);
}
template <class T> static inline T atomic_max(T *p, T b, int order) {
	return sim_update(p, [b](T a) { return a > b ? a : b; }, order);
}
template <class T> static inline T atomic_inc(T *p, T b, int order) {
	return sim_update(p, [b](T a) { return a >= b ? T(0) : T(a + 1); }, order);
}
template <class T> static inline T atomic_dec(T *p, T b, int order) {
	return sim_update(p, [b](T a) { return a == 0 || a > b ? b : T(a - 1); }, order);
}
template <class T> static inline T atomic_cas(T *p, T expected, T b, int order) {
	__atomic_compare_exchange_n(p, &expected, b, false, order, order == __ATOMIC_ACQ_REL || order == __ATOMIC_ACQUIRE ? __ATOMIC_ACQUIRE : __ATOMIC_RELAXED);
	return expected;
}

#endif
