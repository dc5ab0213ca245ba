// Stacks that take turns on one thread of the OS.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" __attribute__((visibility("hidden"))) void emulator_switch(void** save, void* load);

namespace emulator {
struct Fiber {
  static constexpr size_t STACK = 64 << 10, GUARD = 4096;

  // Starts in `entry` when it is first switched to.
  Fiber(unsigned number, void (*entry)());
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;
  // Forgets where it was, and starts again.
  void restart();
  bool on_stack(uint64_t p) const { return p - (uint64_t)stack < STACK; }
  bool on_guard(uint64_t p) const { return p - (uint64_t)(stack - GUARD) < GUARD; }
  uint8_t* top() const { return stack + STACK - offset; }

  void* position;  // the stack pointer while another fiber runs
  uint8_t* stack;

 private:
  void (*entry)();
  // Stacks start at different places of a page, or a thousand of them would share a few cache lines.
  size_t offset;
};
}  // namespace emulator
