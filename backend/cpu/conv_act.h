// Bias and activation of a convolution, applied to a line of its result while that is in a near cache: y = act(y + bias).

#define CONV_EACH(f)                                                                         \
	{                                                                                        \
		int64_t i = 0;                                                                       \
		for (; i + VL <= n; i += VL) {                                                       \
			const vf x = v_load(y + i) + bias;                                               \
			v_store(y + i, f);                                                               \
		}                                                                                    \
		if (i < n) {                                                                         \
			const vf x = v_load_n(y + i, n - i) + bias;                                      \
			v_store_n(y + i, f, n - i);                                                      \
		}                                                                                    \
		break;                                                                               \
	}

static void conv_act(int act, float bias, float *y, int64_t n) {
	switch (act) {
	case CONV_ACT_NONE:
		if (bias != 0) CONV_EACH(x)
		break;
	case CONV_ACT_RELU: CONV_EACH(v_max(v_zero(), x)) // in this order a NaN stays
	case CONV_ACT_SIGMOID: CONV_EACH(v_sigmoid(x))
	case CONV_ACT_TANH: CONV_EACH(v_tanh(x))
	case CONV_ACT_SOFTPLUS: CONV_EACH(v_softplus(x))
	}
}
