// Kernels with a bug, launched so that one of the driver's modes must find it; planted_test.go says which.
#include "../driver/case.h"

// outcome prints what the program is told.
static void outcome() {
	const char *name;
	CUresult r = cuCtxSynchronize();
	cuGetErrorName(r, &name);
	char message[4096];
	simgpuMessage(message, sizeof message);
	printf("%s: %s\n", name, r ? message : "");
}

CASE(write_past_the_end) {
	start();
	OK(launch(kernel("past_end"), 1, 256, nullptr, allocate(400), 100u));
	outcome();
}

CASE(write_far_past_the_end) { // into nobody's memory, behind all canaries
	start();
	CUdeviceptr p = allocate(400);
	OK(launch(kernel("past_end_by"), 1, 32, nullptr, p, 1u << 20));
	outcome();
}

CASE(write_into_nothing) {
	start();
	CUdeviceptr p = allocate(400);
	OK(launch(kernel("past_end_by"), 1, 32, nullptr, p, 1u << 31));
	outcome();
}

CASE(write_past_shared_memory) {
	start();
	OK(launch(kernel("past_shared"), 1, 64, nullptr, allocate(256), 1u));
	outcome();
}

CASE(within_shared_memory) {
	start();
	OK(launch(kernel("past_shared"), 1, 64, nullptr, allocate(256), 0u));
	outcome();
}

CASE(missing_barrier) {
	start();
	CUdeviceptr x = upload(std::vector<float>(256, 1)), out = allocate(4);
	OK(launch(kernel("sum_without_barrier"), 1, 256, nullptr, out, x));
	outcome();
	printf("sum %g\n", get(out));
}

CASE(barrier) {
	start();
	CUdeviceptr x = upload(std::vector<float>(256, 1)), out = allocate(4);
	OK(launch(kernel("sum"), 1, 256, nullptr, out, x));
	outcome();
	printf("sum %g\n", get(out));
}

// Two blocks add to the same place without an atomic: in any order of the program they are right.
CASE(race_between_blocks) {
	start();
	CUdeviceptr x = upload({0});
	OK(launch(kernel("add_one"), 2, 1, nullptr, x));
	outcome();
}

// Bug: the second stream does not wait for the first. Prints an x each time it comes too early.
CASE(missing_event) {
	start();
	CUfunction saxpy = kernel("saxpy"), scale = kernel("scale_from");
	CUdeviceptr x = upload({2}), one = upload({1});
	for (int i = 0; i < 40; i++) {
		CUdeviceptr factor = upload({0}), y = allocate(4);
		CUstream a = stream(), b = stream();
		OK(launch(saxpy, 1, 256, a, factor, one, 5.0f, 1u));
		OK(launch(scale, 1, 256, b, y, x, factor, 1u));
		OK(cuCtxSynchronize());
		putchar(get(y) == 10 ? '.' : 'x');
	}
}
