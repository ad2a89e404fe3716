// Faults that a test orders: the n-th allocation, launch or operation from now on fails.
#ifndef SIMGPU_FAULTS_H
#define SIMGPU_FAULTS_H

#include <string>

namespace sim {

// Alloc fails in the call with out of memory. Launch fails in the call when its code says so (701, 1), otherwise when
// the kernel runs. Op is any operation taken from a queue; its context is lost.
enum class Fault { Alloc, Launch, Op };

// order adds faults from words such as "alloc=3,launch=5:719,op=17:46@1": kind=count[:result][@device]; only what happens
// on that device counts, otherwise everything does. An empty text takes back what has not happened. It gives false and
// changes nothing when the words are wrong.
bool order(const std::string &text);

// strikes counts one event and gives the result to fail with, or 0.
int strikes(Fault kind, int device);

} // namespace sim

#endif
