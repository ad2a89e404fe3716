// The contract between Go and the kernels in C: a call is a function, its operands and its numbers; a segment is a list
// of calls that gomx_run works through, each cut into pieces that the threads of the pool take one by one.
#ifndef GOMX_CPU_H
#define GOMX_CPU_H

#include <stdint.h>

enum { GOMX_POINTERS = 16, GOMX_INTS = 40, GOMX_FLOATS = 8, GOMX_LEVELS = 3 };

typedef struct gomx_call gomx_call;

// Does one piece of a call, independently of all its other pieces. thread is the number of the thread in the pool, for
// gomx_scratch; results must not depend on it.
typedef void (*gomx_kernel)(const gomx_call *c, int64_t piece, int thread);

struct gomx_call {
	gomx_kernel run;
	int64_t pieces;          // follows from shapes alone, never from the number of threads
	void *p[GOMX_POINTERS];  // inputs, then outputs, then scratch: the order of step.Ptrs
	int64_t n[GOMX_INTS];    // step.N
	float f[GOMX_FLOATS];    // step.F
	const void *code;        // step.Code, aligned to 64 bytes
};

// Runs calls one after the other; a call begins when all pieces of the one before are done.
void gomx_run(gomx_call *calls, int64_t count);

// Like gomx_run, and adds the time of each call to seconds.
void gomx_run_timed(gomx_call *calls, int64_t count, double *seconds);

// Memory of a thread for the time of one piece, aligned to 64 bytes: as much as compileCtx.ThreadScratch asked for.
void *gomx_scratch(int thread);

// The pool: the calling thread and n-1 others.
int gomx_pool_set_threads(int n); // 0, or an errno
int gomx_pool_threads(void);
int gomx_pool_reserve(int64_t bytes); // at least so much scratch for each thread; 0, or an errno

// Memory aligned to 64 bytes, in huge pages where it is large and the system has them; NULL when there is none.
void *gomx_alloc(int64_t bytes);
void gomx_free(void *p, int64_t bytes);

// A kernel exists once per instruction set: name_scalar, name_avx2, name_avx512, made from one name_impl.h by three short
// files. The header of a family says GOMX_DECLARE(name), its _scalar.c says GOMX_DEFINE(name); Go takes name[level].
#define GOMX_DECLARE(name) extern const gomx_kernel name[GOMX_LEVELS]
#if defined(__x86_64__)
#define GOMX_DEFINE(name)                                     \
	void name##_scalar(const gomx_call *, int64_t, int);      \
	void name##_avx2(const gomx_call *, int64_t, int);        \
	void name##_avx512(const gomx_call *, int64_t, int);      \
	const gomx_kernel name[GOMX_LEVELS] = {name##_scalar, name##_avx2, name##_avx512}
#else
#define GOMX_DEFINE(name)                                     \
	void name##_scalar(const gomx_call *, int64_t, int);      \
	const gomx_kernel name[GOMX_LEVELS] = {name##_scalar, name##_scalar, name##_scalar}
#endif

#endif
