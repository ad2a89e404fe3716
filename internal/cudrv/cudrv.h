// What Go calls. Every function that takes a context makes it current first: Go moves between threads, and libraries
// may have changed it.
#ifndef GOMX_CUDRV_H
#define GOMX_CUDRV_H

#include "api.h"

// cudrv_load opens the library and finds its functions; NULL, or what failed. It may be called again after a failure.
const char *cudrv_load(const char *path);
CUresult cudrv_init(void);
CUresult cudrv_version(int *version);
CUresult cudrv_count(int *count);
const char *cudrv_error_name(CUresult r);
const char *cudrv_error_text(CUresult r);

CUresult cudrv_device_name(int index, char *name, int size);
CUresult cudrv_device_memory(int index, size_t *bytes);
CUresult cudrv_device_attribute(int index, int attribute, int *value);
CUresult cudrv_device_can_access(int index, int peer, int *can);
CUresult cudrv_retain(int index, CUcontext *context);
CUresult cudrv_release(int index);

// cudrv_use makes a context current on this thread.
CUresult cudrv_use(CUcontext c);

CUresult cudrv_enable_peer(CUcontext c, CUcontext peer);
CUresult cudrv_memory_info(CUcontext c, size_t *free, size_t *total);
CUresult cudrv_alloc(CUcontext c, CUdeviceptr *address, size_t bytes);
CUresult cudrv_free(CUcontext c, CUdeviceptr address);
CUresult cudrv_alloc_host(CUcontext c, void **memory, size_t bytes);
CUresult cudrv_free_host(CUcontext c, void *memory);

CUresult cudrv_stream_create(CUcontext c, CUstream *stream);
CUresult cudrv_stream_destroy(CUcontext c, CUstream stream);
CUresult cudrv_stream_synchronize(CUcontext c, CUstream stream);
CUresult cudrv_stream_wait(CUcontext c, CUstream stream, CUevent event);
CUresult cudrv_upload(CUcontext c, CUdeviceptr dst, const void *src, size_t bytes, CUstream stream);
CUresult cudrv_download(CUcontext c, void *dst, CUdeviceptr src, size_t bytes, CUstream stream);
CUresult cudrv_copy(CUcontext c, CUdeviceptr dst, CUdeviceptr src, size_t bytes, CUstream stream);
CUresult cudrv_copy_peer(CUcontext c, CUdeviceptr dst, CUcontext to, CUdeviceptr src, CUcontext from, size_t bytes, CUstream stream);
CUresult cudrv_fill(CUcontext c, CUdeviceptr dst, uint32_t word, size_t n, CUstream stream);

CUresult cudrv_event_create(CUcontext c, CUevent *event, int timing);
CUresult cudrv_event_destroy(CUcontext c, CUevent event);
CUresult cudrv_event_record(CUcontext c, CUevent event, CUstream stream);
CUresult cudrv_event_query(CUcontext c, CUevent event);
CUresult cudrv_event_synchronize(CUcontext c, CUevent event);
CUresult cudrv_event_elapsed(CUcontext c, float *milliseconds, CUevent begin, CUevent end);

CUresult cudrv_module_load(CUcontext c, CUmodule *module, const char *text, char *log, size_t size);
CUresult cudrv_module_unload(CUcontext c, CUmodule module);
CUresult cudrv_module_function(CUcontext c, CUfunction *function, CUmodule module, const char *name);

// cudrv_op is one thing to enqueue.
typedef struct {
	enum { CUDRV_LAUNCH, CUDRV_COPY, CUDRV_FILL, CUDRV_CALL, CUDRV_RECORD } kind;
	uint32_t grid[3], block[3], shared; // of a launch
	uint32_t params;                    // of a launch: how many
	uint32_t word;                      // of a fill
	CUfunction function;                // of a launch
	const uint32_t *slot;               // of a launch: where each parameter begins in args
	uint64_t *args;                     // of a launch: the parameters; of a call: what it reads
	CUdeviceptr dst, src;               // of a copy or a fill
	size_t bytes;                       // of a copy or a fill
	int (*call)(void *args);            // of a call: enqueues on a stream it knows, gives 0 or an error of its own kind
	CUevent event;                      // of a record
} cudrv_op;

enum { CUDRV_MAX_PARAMS = 512 }; // PTX allows 4096 bytes

// cudrv_progress lets the host see how far a stream is even after the context is lost: after every so many operations
// their count goes to pinned host memory.
typedef struct {
	uint32_t every, count, marked;
	CUdeviceptr word; // 4 bytes of the device
	uint32_t *seen;   // pinned host memory
} cudrv_progress;

// cudrv_run enqueues n operations. It gives 0, or the index of the one that failed << 32 with the error. With wait it
// synchronises after each, so that a fault is found where it happens.
int64_t cudrv_run(CUcontext c, const cudrv_op *ops, uint32_t n, CUstream stream, cudrv_progress *progress, int wait);

#endif
