// Cases for the simulated driver, as a program sees it. `program` lists its cases, `program NAME` runs one; each runs in
// a process of its own, since errors of a context stick.
#ifndef CASE_H
#define CASE_H

#include "extension.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

struct Case {
	const char *name;
	void (*run)();
};

inline std::vector<Case> &cases() {
	static std::vector<Case> all;
	return all;
}

#define CASE(name) \
	static void name(); \
	static const bool name##_is_case = (cases().push_back({#name, name}), true); \
	static void name()

#define WANT(call, result) want(__FILE__, __LINE__, #call, (int)(call), (int)(result))
#define OK(call) WANT(call, CUDA_SUCCESS)
#define TRUE(condition) want(__FILE__, __LINE__, #condition, (condition) ? 1 : 0, 1)
#define SAYS(words) says(__FILE__, __LINE__, words)

inline void want(const char *file, int line, const char *what, int got, int wanted) {
	if (got == wanted)
		return;
	char message[1024];
	simgpuMessage(message, sizeof message);
	printf("%s:%d: %s gives %d, want %d; the driver's last words: %s\n", file, line, what, got, wanted, message);
	exit(1);
}

// says checks the driver's last words.
inline void says(const char *file, int line, const char *words) {
	char message[1024];
	simgpuMessage(message, sizeof message);
	if (strstr(message, words))
		return;
	printf("%s:%d: the driver says %s, want %s\n", file, line, message, words);
	exit(1);
}

// start makes the primary context of a device current.
inline CUcontext start(int device = 0) {
	CUcontext c;
	OK(cuInit(0));
	OK(cuDevicePrimaryCtxRetain(&c, device));
	OK(cuCtxSetCurrent(c));
	return c;
}

inline CUdeviceptr allocate(size_t bytes) {
	CUdeviceptr p;
	OK(cuMemAlloc_v2(&p, bytes));
	return p;
}

inline float *pinned(size_t n) {
	void *p;
	OK(cuMemHostAlloc(&p, n * sizeof(float), 0));
	return (float *)p;
}

inline CUstream stream(unsigned flags = 1) {
	CUstream s;
	OK(cuStreamCreate(&s, flags));
	return s;
}

inline CUevent event(unsigned flags = 0) {
	CUevent e;
	OK(cuEventCreate(&e, flags));
	return e;
}

// get reads one number.
inline float get(CUdeviceptr p, size_t i = 0) {
	float v;
	OK(cuMemcpyDtoH_v2(&v, p + i * sizeof(float), sizeof v));
	return v;
}

inline CUdeviceptr upload(const std::vector<float> &v) {
	CUdeviceptr p = allocate(v.size() * sizeof(float));
	OK(cuMemcpyHtoD_v2(p, v.data(), v.size() * sizeof(float)));
	OK(cuCtxSynchronize());
	return p;
}

// kernel gives a kernel of kernels.ptx, whose path is in KERNELS.
inline CUfunction kernel(const char *name) {
	std::ifstream in(getenv("KERNELS"));
	std::stringstream text;
	text << in.rdbuf();
	CUmodule m;
	CUfunction f;
	OK(cuModuleLoadData(&m, text.str().c_str()));
	OK(cuModuleGetFunction(&f, m, name));
	return f;
}

// launch starts a kernel with its arguments as they stand.
template <class... Args> CUresult launch(CUfunction f, unsigned grid, unsigned block, CUstream s, Args... args) {
	void *params[] = {(void *)&args...};
	return cuLaunchKernel(f, grid, 1, 1, block, 1, 1, 0, s, params, nullptr);
}

int main(int argc, char **argv) {
	setvbuf(stdout, nullptr, _IONBF, 0);
	for (const Case &c : cases()) {
		if (argc < 2)
			puts(c.name);
		else if (!strcmp(c.name, argv[1]))
			return c.run(), 0;
	}
	return argc < 2 ? 0 : 2;
}

#endif
