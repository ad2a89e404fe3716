// Package cpu runs Programs on the processor: kernels in C for AVX-512, AVX2 and any other machine, chosen at run time, a
// pool of threads whose number never changes a bit of the result, and OpenBLAS where it is installed. It needs cgo and a
// C compiler (gcc 10 or clang) and nothing else; without cgo the package is empty and backend/ref does the work.
//
// A call of a Program is lowered, by one row of the table in kernels.go, to steps: one C function with its operands and
// numbers (gomx_cpu.h). Steps between two Go functions form a segment, which is one call from Go into C.
//
// A kernel family is four files: X_impl.h, readable C over the vectors of simd.h; X_avx512.c, X_avx2.c and X_scalar.c,
// which compile it once per instruction set. X.go lowers calls to it. Everything lies in this one folder because cgo does
// not notice edits of files elsewhere.
//
// Environment: GOMX_CPU=avx512|avx2|scalar chooses the instruction set, OMP_NUM_THREADS the number of threads,
// GOMX_BLAS=none or the path of a library the BLAS, GOMX_DEBUG=guard fills values with NaN before they are made and checks
// that no kernel writes outside its memory.
package cpu
