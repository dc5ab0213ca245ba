// The kernels as g++ built them: for each .cu file a library, in a fast and in a checked build.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "on_host/interface.h"

namespace emulator {
// Room for the one dynamic shared array of a library, as build.sh lays it out.
constexpr size_t DYNAMIC_SHARED = 100 << 10;

struct Library {
  int number;
  uint64_t low, high;  // where it is loaded
};

struct LoadedKernel {
  const Kernel* kernel;
  const Library* library;
};

// Null when no library of that build has such a kernel. The libraries lie beside the emulator's own,
// in kernels/fast and kernels/checked, and are loaded at the first question.
const LoadedKernel* find_kernel(const std::string& name, bool checked);

// The shared memory of the blocks that the calling thread runs: the library's thread-local segment,
// which holds nothing else.
struct SharedMemory {
  uint8_t *low, *high;
  uint8_t* dynamic;
};
SharedMemory shared_memory(const LoadedKernel& kernel);
}  // namespace emulator
