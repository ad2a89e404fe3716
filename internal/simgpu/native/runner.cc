// The process that runs one launch, see launch.h. The kernel is instrumented; this file and the executor are not, but
// linked with the sanitizer's library.
#include "fiber.h"
#include "launch.h"
#include "module.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <string>
#include <sys/mman.h>
#include <vector>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

static unsigned reports;

// ThreadSanitizer calls this for each report.
extern "C" void __tsan_on_report(void *) { __atomic_fetch_add(&reports, 1, __ATOMIC_RELAXED); }

[[noreturn]] static void fail(const char *what, const char *why) {
	fprintf(stderr, "simgpu runner: %s: %s\n", what, why);
	exit(2);
}

static std::vector<launch_region> regions;

static bool region(uint64_t address, uint64_t *base, uint64_t *bytes) {
	for (auto &r : regions)
		if (address - r.address < r.bytes) {
			*base = r.address;
			*bytes = r.bytes;
			return true;
		}
	return false;
}

static void read(FILE *in, void *to, size_t bytes) {
	if (fread(to, 1, bytes, in) != bytes)
		fail("the launch", "the file is too short");
}

// map makes the pages of a region, but for those that an earlier one has.
static void map(const launch_region &r) {
	static uint64_t end = 0;
	const uint64_t page = 4096, from = std::max(r.address / page * page, end), to = (r.address + r.bytes + page - 1) / page * page;
	if (from >= to)
		return;
	void *m = mmap((void *)from, to - from, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
	if (m != (void *)from)
		fail("a region", "its addresses are taken");
	sim::mark((void *)from, to - from, false);
	end = to;
}

static const sim_kernel *find(const char *module, const std::string &name) {
	void *library = dlopen(module, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		fail(module, dlerror());
	auto k = (const sim_kernel *)dlsym(library, "sim_kernels");
	if (!k)
		fail(module, "no table of kernels");
	while (k->name && name != k->name)
		k++;
	if (!k->name)
		fail(module, ("no kernel " + name).c_str());
	return k;
}

int main(int argc, char **argv) {
	if (argc != 4)
		fail("usage", "runner MODULE.so IN OUT");
	FILE *in = fopen(argv[2], "rb");
	if (!in)
		fail(argv[2], "cannot be read");
	launch_header h;
	read(in, &h, sizeof h);
	if (h.magic != launch_magic)
		fail(argv[2], "is no launch");
	std::string name(h.name_bytes, 0), params(h.param_bytes, 0);
	read(in, &name[0], name.size());
	read(in, &params[0], params.size());
	for (uint32_t i = 0; i < h.regions; i++) {
		launch_region r;
		read(in, &r, sizeof r);
		map(r);
		sim::mark((void *)r.address, r.bytes, true);
		read(in, (void *)r.address, r.bytes);
		regions.push_back(r);
	}
	fclose(in);

	const sim_kernel *k = find(argv[1], name);
	if (params.size() != k->param_block)
		fail(argv[2], "its parameters have another size");
	const sim_memory memory = {region};
	sim_launch l = {k, {h.grid[0], h.grid[1], h.grid[2]}, {h.block[0], h.block[1], h.block[2]}, h.dynamic_shared, params.data(), h.seed, &memory};
	char message[1024] = "";
	launch_result result = {(uint32_t)sim_execute(&l, message, sizeof message), 0};
	if (reports && !result.result) {
		result.result = 719;
		snprintf(message, sizeof message, "kernel %s: ThreadSanitizer found %u data races", k->name, reports);
	}
	result.message_bytes = (uint32_t)strlen(message);

	FILE *out = fopen(argv[3], "wb");
	if (!out)
		fail(argv[3], "cannot be written");
	fwrite(&result, sizeof result, 1, out);
	fwrite(message, 1, result.message_bytes, out);
	for (auto &r : regions)
		fwrite((void *)r.address, 1, r.bytes, out);
	if (fclose(out) != 0)
		fail(argv[3], "cannot be written");
	return 0;
}
