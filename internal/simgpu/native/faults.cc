#include "faults.h"
#include "report.h"
#include "settings.h"

#include <cstdlib>
#include <mutex>
#include <sstream>
#include <vector>

namespace sim {

struct Ordered {
	Fault kind;
	long left;
	int result, device;
};

static std::mutex lock;

static bool parse(const std::string &word, Ordered *o) {
	size_t equals = word.find('=');
	if (equals == std::string::npos)
		return false;
	std::string kind = word.substr(0, equals);
	if (kind == "alloc")
		*o = {Fault::Alloc, 0, CUDA_ERROR_OUT_OF_MEMORY, -1};
	else if (kind == "launch")
		*o = {Fault::Launch, 0, CUDA_ERROR_LAUNCH_FAILED, -1};
	else if (kind == "op")
		*o = {Fault::Op, 0, CUDA_ERROR_DEVICE_UNAVAILABLE, -1};
	else
		return false;
	char *end;
	o->left = strtol(word.c_str() + equals + 1, &end, 10);
	if (*end == ':')
		o->result = (int)strtol(end + 1, &end, 10);
	if (*end == '@')
		o->device = (int)strtol(end + 1, &end, 10);
	return *end == 0 && o->left > 0 && o->result > 0;
}

static bool parse_all(const std::string &text, std::vector<Ordered> *all) {
	std::stringstream words(text);
	for (std::string word; std::getline(words, word, ',');) {
		Ordered o;
		if (!parse(word, &o))
			return false;
		all->push_back(o);
	}
	return true;
}

static std::vector<Ordered> &ordered() {
	static std::vector<Ordered> faults = [] {
		std::vector<Ordered> all;
		if (!parse_all(settings().fail, &all)) {
			found("SIMGPU_FAIL=" + settings().fail + " is not understood");
			abort();
		}
		return all;
	}();
	return faults;
}

bool order(const std::string &text) {
	std::vector<Ordered> more;
	if (!parse_all(text, &more))
		return false;
	std::lock_guard<std::mutex> hold(lock);
	std::vector<Ordered> &faults = ordered();
	if (more.empty())
		faults.clear();
	faults.insert(faults.end(), more.begin(), more.end());
	return true;
}

int strikes(Fault kind, int device) {
	std::lock_guard<std::mutex> hold(lock);
	std::vector<Ordered> &faults = ordered();
	int result = 0;
	for (size_t i = 0; i < faults.size();) {
		Ordered &o = faults[i];
		if (o.kind != kind || (o.device >= 0 && o.device != device) || --o.left > 0) {
			i++;
			continue;
		}
		result = o.result;
		faults.erase(faults.begin() + (long)i);
	}
	return result;
}

} // namespace sim
