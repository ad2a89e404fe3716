#include "jit.h"
#include "report.h"
#include "settings.h"

#include <cstdio>
#include <dlfcn.h>
#include <fcntl.h>
#include <fstream>
#include <sys/file.h>
#include <unistd.h>

namespace sim {

static const int newest_ptx = 88; // .version that this driver takes, times ten

// Half of FNV-1a with two starts makes a name that does not clash.
static void mix(uint64_t h[2], const std::string &s) {
	for (unsigned char c : s) {
		h[0] = (h[0] ^ c) * 0x100000001b3;
		h[1] = (h[1] + c) * 0x9e3779b97f4a7c15;
		h[1] ^= h[1] >> 29;
	}
	h[0] = (h[0] ^ s.size()) * 0x100000001b3;
}

static std::string library() {
	Dl_info info;
	return dladdr((void *)&compile, &info) ? info.dli_fname : "libcuda.so.1";
}

static std::vector<std::string> compiler(For whom) {
	std::vector<std::string> c = {"g++", "-std=c++17", "-O1", "-g1", "-shared", "-fPIC", "-ffp-contract=off", "-w", "-I" + settings().native};
	if (__builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2"))
		c.insert(c.end(), {"-mavx2", "-mfma"}); // else each fma is a call
	if (whom == For::Runner)
		c.push_back("-fsanitize=thread");
	else if (settings().address)
		c.push_back("-fsanitize=address");
	return c;
}

static std::vector<std::string> translator() {
	std::vector<std::string> t = {settings().translator};
	if (settings().check)
		t.push_back("-check");
	return t;
}

// key names a module by all that its object follows from.
static std::string key(const std::string &ptx, For whom) {
	static const std::string tool = read_file(settings().translator);
	uint64_t h[2] = {0xcbf29ce484222325, 0x84222325cbf29ce4};
	mix(h, ptx);
	mix(h, tool);
	for (auto &word : compiler(whom))
		mix(h, word);
	for (auto &word : translator())
		mix(h, word);
	return print("%016llx%016llx", (unsigned long long)h[0], (unsigned long long)h[1]);
}

// header checks what a driver knows before it compiles.
static CUresult header(const std::string &ptx, std::string *log) {
	size_t version = ptx.find(".version"), target = ptx.find(".target");
	int major = 0, minor = 0, arch = 0;
	if (version == std::string::npos || sscanf(ptx.c_str() + version, ".version %d.%d", &major, &minor) != 2 ||
	    target == std::string::npos || sscanf(ptx.c_str() + target, ".target sm_%d", &arch) != 1) {
		*log = "no .version and .target";
		return ptx.find_first_of(".") == std::string::npos ? CUDA_ERROR_INVALID_IMAGE : CUDA_ERROR_INVALID_PTX;
	}
	if (major * 10 + minor > newest_ptx) {
		*log = print("unsupported .version %d.%d; current version is '%d.%d'", major, minor, newest_ptx / 10, newest_ptx % 10);
		return CUDA_ERROR_UNSUPPORTED_PTX_VERSION;
	}
	if (arch > settings().major * 10 + settings().minor) {
		*log = print(".target sm_%d on a device of capability %d.%d", arch, settings().major, settings().minor);
		return CUDA_ERROR_NO_BINARY_FOR_GPU;
	}
	return CUDA_SUCCESS;
}

static CUresult build(const std::string &ptx, For whom, const std::string &stem, const std::string &object, std::string *log) {
	const std::string text = stem + ".ptx", code = stem + ".cc", part = stem + ".so", words = stem + ".log";
	std::ofstream(text, std::ios::binary) << ptx;
	std::vector<std::string> t = translator(), c = compiler(whom);
	t.insert(t.end(), {text, code});
	c.insert(c.end(), {code, "-o", part});
	if (whom == For::Driver) // which has the executor; so has the runner
		c.push_back(library());
	CUresult result = CUDA_SUCCESS;
	if (run(t, words) != 0)
		result = CUDA_ERROR_INVALID_PTX;
	else if (run(c, words) != 0)
		result = CUDA_ERROR_UNKNOWN; // the translator's fault, not the program's
	else if (rename(part.c_str(), object.c_str()) != 0)
		result = CUDA_ERROR_OPERATING_SYSTEM;
	*log = read_file(words);
	unlink(words.c_str());
	unlink(text.c_str());
	if (result == CUDA_ERROR_UNKNOWN) {
		found(print("%s does not compile: %s", code.c_str(), log->c_str()));
	} else {
		rename(code.c_str(), (object.substr(0, object.size() - 3) + ".cc").c_str()); // for debuggers and reports
	}
	return result;
}

CUresult compile(const std::string &ptx, For whom, std::string *object, std::string *log) {
	if (CUresult e = header(ptx, log))
		return e;
	if (settings().translator.empty() || settings().cache.empty()) {
		*log = "SIMGPU_PTX2CPP and SIMGPU_CACHE are not set";
		return CUDA_ERROR_OPERATING_SYSTEM;
	}
	const std::string stem = settings().cache + "/" + key(ptx, whom);
	*object = stem + ".so";
	if (access(object->c_str(), R_OK) == 0)
		return CUDA_SUCCESS;
	int lock = open((stem + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock < 0) {
		*log = "cannot write into " + settings().cache;
		return CUDA_ERROR_OPERATING_SYSTEM;
	}
	flock(lock, LOCK_EX); // others wait for the one that compiles
	CUresult result = CUDA_SUCCESS;
	if (access(object->c_str(), R_OK) != 0)
		result = build(ptx, whom, stem + print("-%d", getpid()), *object, log);
	close(lock);
	return result;
}

} // namespace sim
