// PTX, read as far as a driver's loader would: the shipped text decides whether a kernel may run,
// and the code that g++ made of the same source runs instead.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "launch.h"

namespace emulator {
struct Module {
  std::map<std::string, std::unique_ptr<Function>> functions;
};

// One kernel of a PTX text.
struct PtxEntry {
  std::string name;
  std::vector<int> sizes;  // of its parameters, in bytes
  int max_threads = 1024;
  unsigned static_shared = 0;
};
struct Ptx {
  int version = 0;  // 70 for 7.0
  int target = 0;   // 75 for sm_75
  std::vector<PtxEntry> entries;
};
// False when that is no PTX.
bool parse_ptx(const std::string& text, Ptx* ptx);

// The newest PTX ISA that a driver of this version takes, as in Ptx::version.
int newest_ptx(long long driver);

// The module's status, with `why` when it is refused.
int load_module(const char* image, bool checked, Module* module, std::string* why);
}  // namespace emulator
