// Arithmetic with other roundings than to nearest.
#include "thread.h"

#include <cfenv>
#include <cmath>

namespace {

// Mode sets the rounding as long as it lives. Operands and results go through volatile variables, so that no compiler
// moves an operation out.
struct Mode {
	explicit Mode(char mode) { fesetround(mode == 'z' ? FE_TOWARDZERO : mode == 'm' ? FE_DOWNWARD : mode == 'p' ? FE_UPWARD : FE_TONEAREST); }
	~Mode() { fesetround(FE_TONEAREST); }
};

template <class T> T compute(char op, char mode, T a, T b, T c) {
	volatile T x = a, y = b, z = c, r;
	Mode m(mode);
	switch (op) {
	case '+': r = x + y; break;
	case '*': r = x * y; break;
	case '/': r = x / y; break;
	case 's': r = std::sqrt(x); break;
	default: r = std::fma(x, y, z); break;
	}
	return r;
}

template <class D, class S> D convert(S a, char mode) {
	volatile S x = a;
	Mode m(mode);
	volatile D r = (D)x;
	return r;
}

} // namespace

f32 sim_round_f32(char op, char mode, f32 a, f32 b, f32 c) { return compute<f32>(op, mode, a, b, c); }
f64 sim_round_f64(char op, char mode, f64 a, f64 b, f64 c) { return compute<f64>(op, mode, a, b, c); }
f32 sim_f32_of_s64(s64 a, char mode) { return convert<f32>(a, mode); }
f32 sim_f32_of_u64(u64 a, char mode) { return convert<f32>(a, mode); }
f64 sim_f64_of_s64(s64 a, char mode) { return convert<f64>(a, mode); }
f64 sim_f64_of_u64(u64 a, char mode) { return convert<f64>(a, mode); }
f32 sim_f32_of_f64(f64 a, char mode) { return convert<f32>(a, mode); }
