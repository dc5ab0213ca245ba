// A device and its contexts. A context owns memory, streams, events and modules, and carries the
// failure that stays until it is destroyed.
#pragma once

#include <atomic>
#include <mutex>
#include <set>
#include <string>

#include "memory.h"
#include "race.h"
#include "settings.h"

namespace emulator {
struct Stream;
struct Event;
struct Module;

struct Device {
  explicit Device(int ordinal) : ordinal(ordinal), checked(ordinal == 2), memory(checked ? &races : nullptr) {}
  std::string name() const;

  const int ordinal;
  const bool checked;  // runs the build whose every access is seen
  GlobalRaces races;  // of the checked device
  Memory memory;
};
Device& device(int ordinal);
Memory::Amount live_memory();

class Context {
 public:
  explicit Context(Device& device);
  ~Context();

  // Destroys all that the context owns, waits for nothing, and forgets the failure.
  void clear();

  // The first failure stays. `at` is the code address that the source line is looked up by.
  void fail(int status, const std::string& text, void* at = nullptr);
  int failure() const { return code; }
  std::string report();

  Device& device;
  Stream* default_stream;
  std::set<Stream*> streams;
  std::set<Event*> events;
  std::set<Module*> modules;

 private:
  std::mutex lock;
  std::atomic<int> code{0};
  std::string text;
  void* at = nullptr;
};

// One call of the API at a time: a device is nothing that tests would want to be fast.
extern std::recursive_mutex api_lock;
#define EMULATOR_LOCK std::lock_guard<std::recursive_mutex> api_guard(emulator::api_lock)

// The contexts that exist, and the one that is current on this thread.
std::set<Context*>& contexts();
Context* current_context();

// Remembers, for cuGetErrorString, why a call was refused; gives the status back.
int refuse(int status, const std::string& why);
}  // namespace emulator
