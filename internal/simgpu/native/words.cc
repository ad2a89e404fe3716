#include "words.h"

#include <cstdarg>
#include <cstdio>

namespace sim {

std::string say(const char *format, ...) {
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return text;
}

std::string triple(const uint32_t at[3]) { return say("(%u,%u,%u)", at[0], at[1], at[2]); }

std::string where(const sim_site *site) {
	std::string s = say("line %u", site->line);
	if (site->file)
		s += say(", %s:%u", site->file, site->source_line);
	return s + ": " + site->text;
}

} // namespace sim
