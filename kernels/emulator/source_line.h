#pragma once

#include <string>

namespace emulator {
// " at FILE:LINE" of the call or access before this return address; empty when addr2line is missing.
std::string source_line(void* return_address);
}  // namespace emulator
