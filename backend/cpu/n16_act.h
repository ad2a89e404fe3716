// The activations that a convolution applies while its result is in the first cache.
INLINE void n16_act(int act, float *y, int64_t n) {
	switch (act) {
	case N16_ACT_RELU:
		for (int64_t i = 0; i < n; i += VL) v_store(y + i, v_max(v_load(y + i), v_zero()));
		break;
	}
}
