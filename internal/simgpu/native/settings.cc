#include "settings.h"

#include <cstdlib>

namespace sim {

static std::string text(const char *name, const char *otherwise) {
	const char *value = getenv(name);
	return value && *value ? value : otherwise;
}

static uint64_t number(const char *name, uint64_t otherwise) {
	const char *value = getenv(name);
	return value && *value ? strtoull(value, nullptr, 0) : otherwise;
}

static Settings read() {
	Settings s;
	s.devices = (int)number("SIMGPU_DEVICES", 2);
	s.memory = number("SIMGPU_MEMORY", (uint64_t)4 << 30);
	s.seed = number("SIMGPU_SEED", 1);
	std::string capability = text("SIMGPU_CAPABILITY", "5.2");
	s.major = atoi(capability.c_str());
	size_t dot = capability.find('.');
	s.minor = dot == std::string::npos ? 0 : atoi(capability.c_str() + dot + 1);
	s.log = number("SIMGPU_LOG", 0) != 0;
	s.check = number("SIMGPU_CHECK", 0) != 0;
	s.address = number("SIMGPU_ASAN", 0) != 0;
	s.thread = number("SIMGPU_TSAN", 0) != 0;
	s.translator = text("SIMGPU_PTX2CPP", "");
	s.cache = text("SIMGPU_CACHE", "");
	s.native = text("SIMGPU_NATIVE", "");
	s.runner = text("SIMGPU_RUNNER", "");
	s.fail = text("SIMGPU_FAIL", "");
	return s;
}

const Settings &settings() {
	static const Settings s = read();
	return s;
}

} // namespace sim
