#include "threaded.h"
#include "jit.h"
#include "launch.h"
#include "report.h"
#include "settings.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace sim {

// Files of one launch, gone afterwards.
struct Files {
	std::string dir;
	Files() {
		const char *tmp = getenv("TMPDIR");
		dir = std::string(tmp && *tmp ? tmp : "/tmp") + "/simgpu-XXXXXX";
		if (!mkdtemp(&dir[0]))
			dir.clear();
	}
	~Files() {
		for (const char *name : {"in", "out", "log"})
			unlink(path(name).c_str());
		rmdir(dir.c_str());
	}
	std::string path(const char *name) const { return dir + "/" + name; }
};

// reached gives what a context's kernels may touch, by address.
static std::vector<Allocation> reached(const Context &c) {
	std::vector<Allocation> all;
	for (auto &d : driver().devices)
		if (c.reaches(*d))
			for (auto &a : d->memory.all())
				all.push_back(a);
	return all;
}

static bool write_launch(const std::string &path, const sim_launch &l, const std::string &block, const std::vector<Allocation> &memory) {
	FILE *f = fopen(path.c_str(), "wb");
	if (!f)
		return false;
	launch_header h = {launch_magic, l.seed, {}, {}, l.dynamic_shared, (uint32_t)strlen(l.kernel->name), (uint32_t)block.size(), (uint32_t)memory.size()};
	memcpy(h.grid, l.grid, sizeof h.grid);
	memcpy(h.block, l.block, sizeof h.block);
	fwrite(&h, sizeof h, 1, f);
	fwrite(l.kernel->name, 1, h.name_bytes, f);
	fwrite(block.data(), 1, block.size(), f);
	for (auto &a : memory) {
		const launch_region r = {a.base, a.bytes};
		fwrite(&r, sizeof r, 1, f);
		fwrite((void *)a.base, 1, a.bytes, f);
	}
	return fclose(f) == 0;
}

// read_result gives the launch's result, or -1 when there is none to read.
static int read_result(const std::string &path, const std::vector<Allocation> &memory, std::string *why) {
	FILE *f = fopen(path.c_str(), "rb");
	if (!f)
		return -1;
	launch_result r = {};
	bool ok = fread(&r, sizeof r, 1, f) == 1;
	why->resize(r.message_bytes);
	ok = ok && fread(&(*why)[0], 1, why->size(), f) == why->size();
	for (auto &a : memory)
		ok = ok && fread((void *)a.base, 1, a.bytes, f) == a.bytes;
	fclose(f);
	return ok ? (int)r.result : -1;
}

// The sanitizer wants addresses that are not random; where the system forbids that it must do without.
static bool steady() {
	static const bool yes = [] { return run({"setarch", "-R", "true"}, "/dev/null") == 0; }();
	return yes;
}

int run_threaded(Context &c, const sim_launch &l, const std::string &block, const std::string &module, std::string *why) {
	Files files;
	const std::vector<Allocation> memory = reached(c);
	if (files.dir.empty() || !write_launch(files.path("in"), l, block, memory)) {
		*why = "the launch cannot be written to a file";
		return CUDA_ERROR_UNKNOWN;
	}
	std::vector<std::string> args = {"env", "TSAN_OPTIONS=exitcode=0:report_signal_unsafe=0"};
	if (steady())
		args.insert(args.end(), {"setarch", "-R"});
	args.insert(args.end(), {settings().runner, module, files.path("in"), files.path("out")});
	const int code = run(args, files.path("log"));
	const std::string words = read_file(files.path("log"));
	fwrite(words.data(), 1, words.size(), stderr);
	int result = code == 0 ? read_result(files.path("out"), memory, why) : -1;
	if (result >= 0)
		return result;
	*why = print("the process under ThreadSanitizer ended with code %d: %s", code, words.substr(0, 500).c_str());
	return CUDA_ERROR_UNKNOWN;
}

} // namespace sim
