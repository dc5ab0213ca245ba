#include "device.h"

#include "source_line.h"
#include "stream.h"
#include "module.h"
#include "text.h"

namespace emulator {
std::recursive_mutex api_lock;

Device& device(int ordinal) {
  // Never destroyed: threads of the emulator may still run when the process ends.
  static Device* all[DEVICES] = {new Device(0), new Device(1), new Device(2)};
  return *all[ordinal];
}

std::string Device::name() const {
  static const char* const ORDERS[] = {"forward", "reverse", "random"};
  return format("CUDA emulator, %s, %s", checked ? "checked" : "fast", ORDERS[settings.order[ordinal]]);
}

Memory::Amount live_memory() {
  Memory::Amount sum{0, 0};
  for (int i = 0; i < DEVICES; ++i) {
    const Memory::Amount live = device(i).memory.live();
    sum.allocations += live.allocations;
    sum.bytes += live.bytes;
  }
  return sum;
}

std::set<Context*>& contexts() {
  static std::set<Context*>* all = new std::set<Context*>;
  return *all;
}

Context::Context(Device& device) : device(device), default_stream(new Stream(*this, 0)) { contexts().insert(this); }

Context::~Context() {
  clear();
  delete default_stream;
  contexts().erase(this);
}

void Context::clear() {
  default_stream->operations.clear();
  for (Stream* stream : streams) {
    abandon_capture(*stream);
    delete stream;
  }
  streams.clear();
  for (Event* event : events) delete event;
  events.clear();
  for (Module* module : modules) delete module;
  modules.clear();
  const Memory::Amount leaked = device.memory.free_all(this);
  counters.leaked_allocations += leaked.allocations;
  counters.leaked_bytes += leaked.bytes;
  if (leaked.allocations && settings.verbose)
    fprintf(stderr, "CUDA emulator: %lld allocations, %lld bytes, were never freed\n", leaked.allocations,
            leaked.bytes);
  code = 0;
  text.clear();
}

void Context::fail(int status, const std::string& what, void* where) {
  std::lock_guard<std::mutex> guard(lock);
  if (code) return;
  text = what;
  at = where;
  code = status;
  if (settings.verbose) fprintf(stderr, "CUDA emulator: %s\n", text.c_str());
}

// The line is looked up when somebody asks, since that starts a process.
std::string Context::report() {
  std::lock_guard<std::mutex> guard(lock);
  if (at) text += source_line(at);
  at = nullptr;
  return text;
}
}  // namespace emulator
