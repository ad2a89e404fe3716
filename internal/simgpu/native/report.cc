#include "report.h"
#include "extension.h"
#include "settings.h"

#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <mutex>

namespace sim {

static std::mutex lock;
static std::string last;

static std::string vprint(const char *format, va_list args) {
	char buffer[1024];
	vsnprintf(buffer, sizeof buffer, format, args);
	return buffer;
}

std::string print(const char *format, ...) {
	va_list args;
	va_start(args, format);
	std::string s = vprint(format, args);
	va_end(args);
	return s;
}

static void keep(const std::string &message, bool show) {
	std::lock_guard<std::mutex> hold(lock);
	last = message;
	if (show)
		fprintf(stderr, "simgpu: %s (seed %llu)\n", message.c_str(), (unsigned long long)settings().seed);
}

CUresult refuse(CUresult result, const char *format, ...) {
	va_list args;
	va_start(args, format);
	std::string message = vprint(format, args);
	va_end(args);
	keep(message + ": " + result_name(result), settings().log);
	return result;
}

void found(const std::string &what) { keep(what, true); }

static std::atomic<int> accused;

void accuse(const std::string &what) {
	accused++;
	found(what);
}

int accusations() { return accused; }

const char *result_name(int result) {
	switch (result) {
	case CUDA_SUCCESS: return "CUDA_SUCCESS";
#define X(name, number, text) \
	case number: return "CUDA_ERROR_" #name;
		SIM_RESULTS(X)
#undef X
	}
	return nullptr;
}

} // namespace sim

using namespace sim;

void simgpuMessage(char *message, size_t size) {
	std::lock_guard<std::mutex> hold(lock);
	if (size)
		snprintf(message, size, "%s", last.c_str());
}

CUresult cuGetErrorName(CUresult error, const char **name) {
	*name = result_name(error);
	return *name ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult cuGetErrorString(CUresult error, const char **text) {
	switch (error) {
	case CUDA_SUCCESS: *text = "no error"; return CUDA_SUCCESS;
#define X(name, number, words) \
	case number: *text = words; return CUDA_SUCCESS;
		SIM_RESULTS(X)
#undef X
	}
	*text = nullptr;
	return CUDA_ERROR_INVALID_VALUE;
}
