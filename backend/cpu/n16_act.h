// The activations that a convolution applies while its result is in the first cache.
#define N16_EACH(f)                                                                    \
	for (int64_t i = 0; i < n; i += VL) {                                              \
		const vf x = v_load(y + i);                                                    \
		v_store(y + i, f);                                                             \
	}                                                                                  \
	break

INLINE void n16_act(int act, float *y, int64_t n) {
	switch (act) {
	case N16_ACT_RELU: N16_EACH(v_max(v_zero(), x)); // in this order a NaN stays
	case N16_ACT_SIGMOID: N16_EACH(v_sigmoid(x));
	case N16_ACT_TANH: N16_EACH(v_tanh(x));
	case N16_ACT_SOFTPLUS: N16_EACH(v_softplus(x));
	}
}
