// Package cuda runs Programs on NVIDIA's GPUs. It needs a driver and nothing else: the kernels are PTX text inside the
// program, which the driver compiles for its card, and libcuda is opened when the first GPU is asked for. cuBLAS multiplies
// matrices where it is installed. The package compiles everywhere; without Linux and cgo there are no GPUs.
//
// A call of a Program is lowered, by one row of the table in kernels.go, to steps: launches, copies, fills and products.
// Bind writes them with their addresses into a list in C memory; a Run hands that to the driver in one call and does not
// wait. What has no kernel is refused by Compile, with the whole list. Equal Maps side by side, such as the updates of all
// parameters, share a launch (many_maps.go).
//
// All work of a device is one sequence on one stream, so memory can go to its next user while the last one still runs.
// Only batches on their way to the device travel beside it (upload.go), and events tie them in.
//
// A fault of a kernel shows when somebody waits. It is narrowed down to the operations between two marks (faults.go), the
// device is lost, and everything on it fails from then on with that one line.
//
// Environment: GOMX_CUDA and GOMX_CUBLAS are the path of the library or off. GOMX_DEBUG=sync waits after every operation
// and so names the one at fault; GOMX_DEBUG=nopool gives freed memory back to the driver at once; commas join them.
package cuda
