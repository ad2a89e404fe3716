#include "modules.h"
#include "devices.h"
#include "jit.h"
#include "report.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>

namespace sim {

static const unsigned version = 1; // of module.h

// The caller's buffers for what the compiler says, by CU_JIT_* options.
struct Logs {
	char *text[2] = {nullptr, nullptr};       // info, errors
	size_t size[2] = {0, 0};
	void **written[2] = {nullptr, nullptr}; // where the size comes back

	Logs(unsigned n, int *options, void **values) {
		for (unsigned i = 0; i < n; i++)
			switch (options[i]) {
			case 3: case 5: text[options[i] == 5] = (char *)values[i]; break; // CU_JIT_INFO_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER
			case 4: case 6:                                                 // their _SIZE_BYTES
				size[options[i] == 6] = (size_t)(unsigned)(uintptr_t)values[i];
				written[options[i] == 6] = &values[i];
				break;
			}
	}
	void put(int which, const std::string &s) {
		if (text[which] && size[which])
			snprintf(text[which], size[which], "%s", s.c_str());
		if (written[which])
			*written[which] = (void *)(uintptr_t)std::min(size[which], s.size() + 1);
	}
};

static CUresult load(Context &c, const std::string &object, const std::string &threaded, CUmodule *module) {
	void *library = dlopen(object.c_str(), RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		found(print("a compiled module does not load: %s", dlerror()));
		return CUDA_ERROR_UNKNOWN;
	}
	auto kernels = (const sim_kernel *)dlsym(library, "sim_kernels");
	auto made = (const unsigned *)dlsym(library, "sim_module_version");
	if (!kernels || !made || *made != version) {
		found(object + " was made for another version of the simulator");
		return CUDA_ERROR_UNKNOWN;
	}
	*module = (CUmodule)driver().modules.add(std::make_shared<Module>(Module{&c, library, kernels, threaded}));
	return CUDA_SUCCESS;
}

static CUresult find_module(Context &c, CUmodule handle, Module **m) {
	*m = driver().modules.find(handle);
	if (!*m)
		return refuse(CUDA_ERROR_INVALID_HANDLE, "%p is no module", (void *)handle);
	if ((*m)->context != &c)
		return refuse(CUDA_ERROR_INVALID_HANDLE, "a module of device %d is used on device %d", (*m)->context->device->ordinal, c.device->ordinal);
	return CUDA_SUCCESS;
}

CUresult find_function(Context &c, CUfunction handle, Function **f) {
	*f = driver().functions.find(handle);
	if (!*f)
		return refuse(CUDA_ERROR_INVALID_HANDLE, "%p is no function", (void *)handle);
	if ((*f)->context != &c)
		return refuse(CUDA_ERROR_INVALID_HANDLE, "%s was loaded on device %d and is used on device %d", (*f)->kernel->name,
		              (*f)->context->device->ordinal, c.device->ordinal);
	return CUDA_SUCCESS;
}

} // namespace sim

using namespace sim;

CUresult cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned n, int *options, void **values) {
	CUresult e = in_context([&](Context &, Lock &) { return image ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE; });
	if (e)
		return e;
	std::string object, threaded, log;
	Logs logs(n, options, values);
	e = compile((const char *)image, For::Driver, &object, &log); // not under the lock: it takes seconds
	if (!e && settings().thread)
		e = compile((const char *)image, For::Runner, &threaded, &log);
	logs.put(0, e ? "" : log);
	logs.put(1, e ? log : "");
	if (e)
		return refuse(e, "%s", log.c_str());
	return in_context([&](Context &c, Lock &) { return load(c, object, threaded, module); });
}

CUresult cuModuleLoadData(CUmodule *module, const void *image) { return cuModuleLoadDataEx(module, image, 0, nullptr, nullptr); }

CUresult cuModuleUnload(CUmodule module) {
	return in_context([&](Context &c, Lock &lock) {
		Module *m;
		if (CUresult e = find_module(c, module, &m))
			return e;
		wait(lock, c);
		driver().functions.remove_if([&](Function &f) { return f.module == module; });
		driver().modules.remove(module);
		return (CUresult)c.error;
	});
}

CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name) {
	return in_context([&](Context &c, Lock &) {
		Module *m;
		if (CUresult e = find_module(c, module, &m))
			return e;
		for (const sim_kernel *k = m->kernels; k->name; k++)
			if (!strcmp(k->name, name)) {
				const int dynamic = std::max(0, max_shared - (int)k->static_shared);
				*function = (CUfunction)driver().functions.add(std::make_shared<Function>(Function{&c, module, k, m->threaded, dynamic}));
				return CUDA_SUCCESS;
			}
		return refuse(CUDA_ERROR_NOT_FOUND, "no kernel %s in the module", name);
	});
}

// Translated modules keep their variables to themselves.
CUresult cuModuleGetGlobal_v2(CUdeviceptr *, size_t *, CUmodule module, const char *name) {
	return in_context([&](Context &c, Lock &) {
		Module *m;
		if (CUresult e = find_module(c, module, &m))
			return e;
		return refuse(CUDA_ERROR_NOT_FOUND, "no variable %s that the host may reach", name);
	});
}

// with_function runs the body of a call about one function.
template <class Body> static CUresult with_function(CUfunction function, Body body) {
	return in_context([&](Context &c, Lock &) {
		Function *f;
		if (CUresult e = find_function(c, function, &f))
			return e;
		return (CUresult)body(*f);
	});
}

static int threads(const Function &f) { return f.kernel->max_threads ? (int)f.kernel->max_threads : max_threads; }

CUresult cuFuncGetAttribute(int *value, int attribute, CUfunction function) {
	return with_function(function, [&](Function &f) {
		switch (attribute) { // CU_FUNC_ATTRIBUTE_*
		case 0: *value = threads(f); break;                   // MAX_THREADS_PER_BLOCK
		case 1: *value = (int)f.kernel->static_shared; break; // SHARED_SIZE_BYTES
		case 2: case 3: *value = 0; break;                    // CONST_SIZE_BYTES, LOCAL_SIZE_BYTES
		case 4: *value = std::min(255, (int)f.kernel->registers); break;
		case 5: case 6: *value = settings().major * 10 + settings().minor; break; // PTX_VERSION, BINARY_VERSION
		case 7: *value = 0; break;                            // CACHE_MODE_CA
		case 8: *value = f.max_dynamic; break;                // MAX_DYNAMIC_SHARED_SIZE_BYTES
		case 9: *value = -1; break;                           // PREFERRED_SHARED_MEMORY_CARVEOUT
		default: return refuse(CUDA_ERROR_INVALID_VALUE, "function attribute %d", attribute);
		}
		return CUDA_SUCCESS;
	});
}

CUresult cuFuncSetAttribute(CUfunction function, int attribute, int value) {
	return with_function(function, [&](Function &f) {
		if (attribute == 9)
			return CUDA_SUCCESS;
		if (attribute != 8 || value < 0 || value > max_shared_optin() - (int)f.kernel->static_shared)
			return refuse(CUDA_ERROR_INVALID_VALUE, "%s: attribute %d cannot be %d", f.kernel->name, attribute, value);
		f.max_dynamic = value;
		return CUDA_SUCCESS;
	});
}

CUresult cuFuncGetParamInfo(CUfunction function, size_t index, size_t *offset, size_t *bytes) {
	return with_function(function, [&](Function &f) {
		if (index >= f.kernel->params)
			return CUDA_ERROR_INVALID_VALUE;
		*offset = f.kernel->param_offset[index];
		if (bytes)
			*bytes = f.kernel->param_bytes[index];
		return CUDA_SUCCESS;
	});
}

CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, CUfunction function, int block, size_t dynamic_shared) {
	return with_function(function, [&](Function &f) {
		if (block <= 0)
			return CUDA_ERROR_INVALID_VALUE;
		const int warps = (block + 31) / 32;
		const size_t shared = f.kernel->static_shared + dynamic_shared;
		*blocks = block > threads(f) ? 0 : std::min(blocks_per_multiprocessor, threads_per_multiprocessor / (warps * 32));
		if (shared)
			*blocks = std::min(*blocks, (int)(shared_per_multiprocessor / shared));
		return CUDA_SUCCESS;
	});
}
