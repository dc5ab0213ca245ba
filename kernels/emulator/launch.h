// A kernel with its grid and arguments, and how it runs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "kernel_library.h"

namespace emulator {
class Context;
struct Module;

// A kernel as a module has it: what the PTX says, and the code that stands in for it.
struct Function {
  static constexpr int DEFAULT_DYNAMIC = 48 << 10;
  std::string name;
  LoadedKernel code;
  Module* module;
  unsigned static_shared;
  int max_threads;
  int max_dynamic = DEFAULT_DYNAMIC;
};

struct Launch {
  Context* context;
  Function function;
  dim3 grid, block;
  unsigned shared;
  std::vector<std::max_align_t> values;  // of the arguments, one behind the other
  std::vector<size_t> places;            // where each begins, in bytes

  unsigned threads() const { return block.x * block.y * block.z; }
};

// Runs all blocks. What goes wrong is the context's failure afterwards.
void execute(const Launch& launch);
}  // namespace emulator
