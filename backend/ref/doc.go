// Package ref is the backend in plain Go: every platform, no cgo, every kind of call and every element type. In float64 it
// is the judge that other backends are held to; in float32 it is the portable trainer and the fallback of backend/cpu.
//
// Types: float64 and integers compute in float64, float32, float16 and bfloat16 in float32; Map computes in the type that
// backend.EvalType names. Sums of Reduce, Stats and Softmax are kept in float64. Data in a blocked layout is unpacked
// before a call and packed after it. Work is cut into pieces that do not depend on the number of processors, so results
// are the same bits everywhere on one machine.
package ref
