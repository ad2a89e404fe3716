// The elementary functions as functions to be called: Map writes calls into its kernels, and takes the PTX of what it calls
// from the file that this one compiles to.
#include "special.h"

#define EXPORT extern "C" __device__ __attribute__((used, noinline))
#define FUNCTION(name) \
	EXPORT f32 name##_f32(f32 x) { return name(x); } \
	EXPORT f64 name##_f64(f64 x) { return name(x); }
#define FUNCTION_OF_TWO(name) \
	EXPORT f32 name##_f32(f32 x, f32 y) { return name(x, y); } \
	EXPORT f64 name##_f64(f64 x, f64 y) { return name(x, y); }

FUNCTION(cbrt)
FUNCTION(exp)
FUNCTION(expm1)
FUNCTION(log)
FUNCTION(log2)
FUNCTION(log10)
FUNCTION(log1p)
FUNCTION(sin)
FUNCTION(cos)
FUNCTION(tan)
FUNCTION(asin)
FUNCTION(acos)
FUNCTION(atan)
FUNCTION(sinh)
FUNCTION(cosh)
FUNCTION(tanh)
FUNCTION(asinh)
FUNCTION(acosh)
FUNCTION(atanh)
FUNCTION(sigmoid)
FUNCTION(softplus)
FUNCTION(erf)
FUNCTION(erfinv)
FUNCTION(gamma)
FUNCTION(lgamma)
FUNCTION(digamma)
FUNCTION_OF_TWO(pow)
FUNCTION_OF_TWO(mod)
FUNCTION_OF_TWO(hypot)
