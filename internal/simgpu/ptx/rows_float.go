package ptx

// Arithmetic on float32 and float64, to nearest even where nothing is said. Nothing is fused that the PTX does not fuse.
var floatRows = []row{
	{form: "add[.rn][.ftz][.sat].T", types: "f32", args: "T T T", code: "$1 + $2"},
	{form: "add[.rn].T", types: "f64", args: "T T T", code: "$1 + $2"},
	{form: "add.rz|rm|rp[.ftz][.sat].T", types: "f32", args: "T T T", code: "sim_round_f32('+', $r, $1, $2, 0)"},
	{form: "add.rz|rm|rp.T", types: "f64", args: "T T T", code: "sim_round_f64('+', $r, $1, $2, 0)"},
	{form: "sub[.rn][.ftz][.sat].T", types: "f32", args: "T T T", code: "$1 - $2"},
	{form: "sub[.rn].T", types: "f64", args: "T T T", code: "$1 - $2"},
	{form: "sub.rz|rm|rp[.ftz][.sat].T", types: "f32", args: "T T T", code: "sim_round_f32('+', $r, $1, -($2), 0)"},
	{form: "sub.rz|rm|rp.T", types: "f64", args: "T T T", code: "sim_round_f64('+', $r, $1, -($2), 0)"},
	{form: "mul[.rn][.ftz][.sat].T", types: "f32", args: "T T T", code: "$1 * $2"},
	{form: "mul[.rn].T", types: "f64", args: "T T T", code: "$1 * $2"},
	{form: "mul.rz|rm|rp[.ftz][.sat].T", types: "f32", args: "T T T", code: "sim_round_f32('*', $r, $1, $2, 0)"},
	{form: "mul.rz|rm|rp.T", types: "f64", args: "T T T", code: "sim_round_f64('*', $r, $1, $2, 0)"},
	{form: "fma.rn[.ftz][.sat].T", types: "f32", args: "T T T T", code: "__builtin_fmaf($1, $2, $3)"},
	{form: "fma.rn.T", types: "f64", args: "T T T T", code: "__builtin_fma($1, $2, $3)"},
	{form: "fma.rz|rm|rp[.ftz][.sat].T", types: "f32", args: "T T T T", code: "sim_round_f32('f', $r, $1, $2, $3)"},
	{form: "fma.rz|rm|rp.T", types: "f64", args: "T T T T", code: "sim_round_f64('f', $r, $1, $2, $3)"},
	{form: "mad.rn[.ftz][.sat].T", types: "f32", args: "T T T T", code: "__builtin_fmaf($1, $2, $3)"},
	{form: "mad.rn.T", types: "f64", args: "T T T T", code: "__builtin_fma($1, $2, $3)"},

	{form: "div.rn[.ftz].T", types: "f32", args: "T T T", code: "$1 / $2"},
	{form: "div.rn.T", types: "f64", args: "T T T", code: "$1 / $2"},
	{form: "div.rz|rm|rp[.ftz].T", types: "f32", args: "T T T", code: "sim_round_f32('/', $r, $1, $2, 0)"},
	{form: "div.rz|rm|rp.T", types: "f64", args: "T T T", code: "sim_round_f64('/', $r, $1, $2, 0)"},
	{form: "rcp.rn[.ftz].T", types: "f32", args: "T T", code: "1.0f / $1"},
	{form: "rcp.rn.T", types: "f64", args: "T T", code: "1.0 / $1"},
	{form: "rcp.rz|rm|rp[.ftz].T", types: "f32", args: "T T", code: "sim_round_f32('/', $r, 1, $1, 0)"},
	{form: "rcp.rz|rm|rp.T", types: "f64", args: "T T", code: "sim_round_f64('/', $r, 1, $1, 0)"},
	{form: "sqrt.rn[.ftz].T", types: "f32", args: "T T", code: "__builtin_sqrtf($1)"},
	{form: "sqrt.rn.T", types: "f64", args: "T T", code: "__builtin_sqrt($1)"},
	{form: "sqrt.rz|rm|rp[.ftz].T", types: "f32", args: "T T", code: "sim_round_f32('s', $r, $1, 0, 0)"},
	{form: "sqrt.rz|rm|rp.T", types: "f64", args: "T T", code: "sim_round_f64('s', $r, $1, 0, 0)"},

	{form: "neg[.ftz].T", types: "f32", args: "T T", code: "-$1"},
	{form: "neg.T", types: "f64", args: "T T", code: "-$1"},
	{form: "abs[.ftz].T", types: "f32", args: "T T", code: "__builtin_fabsf($1)"},
	{form: "abs.T", types: "f64", args: "T T", code: "__builtin_fabs($1)"},
	{form: "min[.ftz].T", types: "f32", args: "T T T", code: "smaller($1, $2)"},
	{form: "min.T", types: "f64", args: "T T T", code: "smaller($1, $2)"},
	{form: "max[.ftz].T", types: "f32", args: "T T T", code: "larger($1, $2)"},
	{form: "max.T", types: "f64", args: "T T T", code: "larger($1, $2)"},
	{form: "min[.ftz].NaN.T", types: "f32", args: "T T T", code: "smaller_nan($1, $2)", needs: 80},
	{form: "max[.ftz].NaN.T", types: "f32", args: "T T T", code: "larger_nan($1, $2)", needs: 80},
	{form: "copysign.T", types: "f32", args: "T T T", code: "__builtin_copysignf($2, $1)"},
	{form: "copysign.T", types: "f64", args: "T T T", code: "__builtin_copysign($2, $1)"},

	{form: "testp.finite.T", types: reals, args: "pred T", code: "is_finite($1)"},
	{form: "testp.infinite.T", types: reals, args: "pred T", code: "!is_finite($1) && $1 == $1"},
	{form: "testp.number.T", types: reals, args: "pred T", code: "$1 == $1"},
	{form: "testp.notanumber.T", types: reals, args: "pred T", code: "$1 != $1"},
	{form: "testp.normal.T", types: reals, args: "pred T", code: "is_finite($1) && $1 != 0 && !is_subnormal($1)"},
	{form: "testp.subnormal.T", types: reals, args: "pred T", code: "is_subnormal($1)"},
}

// Instructions that promise a few units of the last place, for which noise can stand.
var approximateRows = []row{
	{form: "div.approx|full[.ftz].T", types: "f32", args: "T T T", code: "approximate(t, div_approx($1, $2), bits32($1) ^ bits32($2) * 3u)"},
	{form: "rcp.approx[.ftz].T", types: "f32", args: "T T", code: "approximate(t, 1.0f / $1, bits32($1))"},
	{form: "sqrt.approx[.ftz].T", types: "f32", args: "T T", code: "approximate(t, __builtin_sqrtf($1), bits32($1))"},
	{form: "rsqrt.approx[.ftz].T", types: "f32", args: "T T", code: "approximate(t, f32(1.0 / __builtin_sqrt($1)), bits32($1))"},
	{form: "rsqrt.approx.T", types: "f64", args: "T T", code: "1.0 / __builtin_sqrt($1)"},
	{form: "rcp.approx.ftz.T", types: "f64", args: "T T", code: "gross(1.0 / gross($1))"},
	{form: "rsqrt.approx.ftz.T", types: "f64", args: "T T", code: "gross(1.0 / __builtin_sqrt(gross($1)))"},
	{form: "ex2.approx[.ftz].T", types: "f32", args: "T T", code: "approximate(t, __builtin_exp2f($1), bits32($1))"},
	{form: "lg2.approx[.ftz].T", types: "f32", args: "T T", code: "approximate(t, __builtin_log2f($1), bits32($1))"},
	{form: "sin.approx[.ftz].T", types: "f32", args: "T T", code: "approximate(t, __builtin_sinf($1), bits32($1))"},
	{form: "cos.approx[.ftz].T", types: "f32", args: "T T", code: "approximate(t, __builtin_cosf($1), bits32($1))"},
	{form: "tanh.approx.T", types: "f32", args: "T T", code: "approximate(t, __builtin_tanhf($1), bits32($1))", needs: 75},
}

// Halves are computed in float64, where sums and products of two are exact, and rounded once.
var halfRows = []row{
	{form: "add[.rn].T", types: "f16", args: "b16 b16 b16", code: half("f64(of_half($1)) + of_half($2)"), needs: 53},
	{form: "sub[.rn].T", types: "f16", args: "b16 b16 b16", code: half("f64(of_half($1)) - of_half($2)"), needs: 53},
	{form: "mul[.rn].T", types: "f16", args: "b16 b16 b16", code: half("f64(of_half($1)) * of_half($2)"), needs: 53},
	{form: "neg.T", types: "f16", args: "b16 b16", code: "$1 ^ 0x8000", needs: 53},
	{form: "abs.T", types: "f16", args: "b16 b16", code: "$1 & 0x7fff", needs: 53},
}

func half(value string) string { return "to_half(" + value + ", 'n')" }
