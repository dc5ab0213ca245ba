// What kernels and the emulator know of each other.
#pragma once

#include <cstdint>

struct uint3 {
  unsigned x, y, z;
};
struct dim3 {
  unsigned x = 1, y = 1, z = 1;
};

namespace emulator {
// Where a thread of a kernel stands.
struct Position {
  uint3 thread, block, blocks, threads;
};

enum WarpOperation { SHUFFLE, SHUFFLE_UP, SHUFFLE_DOWN, SHUFFLE_XOR, BALLOT, ALL, ANY, SYNCHRONISE, MATCH };
enum BarrierVote { NO_VOTE, OR, AND, COUNT };

struct Kernel {
  const char* name;
  void (*run)(void** arguments);
  const int* sizes;  // of the parameters, in bytes
  int parameters;
  bool checked;               // its accesses are seen by the emulator
  void* (*dynamic_shared)();  // the calling thread's dyn_smem
};
}  // namespace emulator

extern "C" {
void emulator_register(const emulator::Kernel* kernel);
int emulator_barrier(int vote, int value, const char* file, int line);
uint64_t emulator_warp(
    int operation, unsigned mask, uint64_t value, int argument, int width, const char* file, int line);
void emulator_atomic(void* p, int bytes, void* at);
void emulator_fence();
[[noreturn]] void emulator_trap(const char* what, const char* file, int line);
}
