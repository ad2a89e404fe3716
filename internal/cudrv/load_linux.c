#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <stdio.h>

#include "table_linux.h"

struct cudrv_table cudrv;

// find looks a function up and keeps the name of the first that is not there.
static void *find(void *lib, const char *name, const char **missing) {
	void *f = dlsym(lib, name);
	if (f == NULL && *missing == NULL) *missing = name;
	return f;
}

const char *cudrv_load(const char *path) {
	static char message[400];
	void *lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (lib == NULL) {
		snprintf(message, sizeof message, "%s", dlerror());
		return message;
	}
	const char *missing = NULL, *ignored = NULL;
#define X(name, params) *(void **)&cudrv.name = find(lib, #name, &missing);
	CUDRV_REQUIRED(X)
#undef X
#define X(name, params) *(void **)&cudrv.name = find(lib, #name, &ignored);
	CUDRV_OPTIONAL(X)
#undef X
	if (missing != NULL) {
		snprintf(message, sizeof message, "%s has no %s: the driver is too old", path, missing);
		dlclose(lib);
		return message;
	}
	return NULL;
}

CUresult cudrv_init(void) { return cudrv.cuInit(0); }
CUresult cudrv_version(int *version) { return cudrv.cuDriverGetVersion(version); }
CUresult cudrv_count(int *count) { return cudrv.cuDeviceGetCount(count); }

const char *cudrv_error_name(CUresult r) {
	const char *s = NULL;
	return cudrv.cuGetErrorName(r, &s) == CUDRV_SUCCESS ? s : NULL;
}

const char *cudrv_error_text(CUresult r) {
	const char *s = NULL;
	return cudrv.cuGetErrorString(r, &s) == CUDRV_SUCCESS ? s : NULL;
}
