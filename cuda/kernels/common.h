// What every kernel uses: CUDA C without any header of NVIDIA's, compiled by clang alone.
#ifndef GOMX_COMMON_H
#define GOMX_COMMON_H

#define __device__ __attribute__((device))
#define __global__ __attribute__((global))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))

typedef unsigned char u8;
typedef signed char i8;
typedef unsigned short u16;
typedef unsigned u32;
typedef int i32;
typedef unsigned long long u64;
typedef long long i64;
typedef float f32;
typedef double f64;

// KERNEL(x[, y[, z]]) begins a kernel that is launched with blocks of exactly x·y·z threads, as the generated wrappers do:
//
//     KERNEL(256) void name(const f32 *x, f32 *y, u32 n) { … }
//
// Pointers come first. Other parameters are u32, i32, f32, u64 or a struct of those by value, defined in the same file.
#define GOMX_THREADS(x, y, z, ...) ((x) * (y) * (z))
#define KERNEL(...) extern "C" __attribute__((launch_bounds(GOMX_THREADS(__VA_ARGS__, 1, 1, 1)))) __global__

#define DEVICE static inline __device__ __attribute__((always_inline))

DEVICE u32 thread_x() { return __nvvm_read_ptx_sreg_tid_x(); }
DEVICE u32 thread_y() { return __nvvm_read_ptx_sreg_tid_y(); }
DEVICE u32 block_x() { return __nvvm_read_ptx_sreg_ctaid_x(); }
DEVICE u32 block_y() { return __nvvm_read_ptx_sreg_ctaid_y(); }
DEVICE u32 block_z() { return __nvvm_read_ptx_sreg_ctaid_z(); }
DEVICE u32 threads_x() { return __nvvm_read_ptx_sreg_ntid_x(); }
DEVICE u32 blocks_x() { return __nvvm_read_ptx_sreg_nctaid_x(); }
DEVICE u32 blocks_y() { return __nvvm_read_ptx_sreg_nctaid_y(); }

// global_x is the thread's number in the whole grid along x.
DEVICE u32 global_x() { return block_x() * threads_x() + thread_x(); }

// barrier waits for all threads of the block.
DEVICE void barrier() { __syncthreads(); }

// shuffle_xor gives what the lane with the number XOR mask holds; all lanes of the warp must call it.
DEVICE f32 shuffle_xor(f32 v, i32 mask) { return __nvvm_shfl_sync_bfly_f32(0xffffffffu, v, mask, 31); }
DEVICE u32 shuffle_xor(u32 v, i32 mask) { return (u32)__nvvm_shfl_sync_bfly_i32(0xffffffffu, (i32)v, mask, 31); }

DEVICE f32 fma(f32 a, f32 b, f32 c) { return __builtin_fmaf(a, b, c); }
DEVICE f32 min(f32 a, f32 b) { return __builtin_fminf(a, b); }
DEVICE u32 min(u32 a, u32 b) { return a < b ? a : b; }
DEVICE i32 min(i32 a, i32 b) { return a < b ? a : b; }
DEVICE i32 max(i32 a, i32 b) { return a > b ? a : b; }

// opaque hides from the compiler what a number is made of. What follows from it is then computed again where it is used and not
// kept in registers from before a loop, where those are short.
DEVICE u32 opaque(u32 v) {
	asm volatile("" : "+r"(v));
	return v;
}

#endif
