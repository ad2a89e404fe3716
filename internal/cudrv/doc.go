// Package cudrv calls NVIDIA's driver (libcuda.so.1), which it opens at run time: a program needs neither CUDA's headers to
// be built nor a GPU to start. Nothing happens before Load. On other systems than Linux, and without cgo, the package is
// the same to look at and Load says why there is nothing.
//
// GOMX_CUDA is the path of the library, or off.
//
// A Context is the primary context of a device; every call makes it current by itself, so goroutines may wander between
// threads. A List is a sequence of operations in C memory that one call from Go enqueues.
package cudrv
