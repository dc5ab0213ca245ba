// Page-locked memory of the host, which the device copies from and to while the host goes on.
#pragma once

#include <cstddef>

namespace emulator {
void pin(void* p, size_t bytes);
// False when nothing begins there.
bool unpin(void* p);
bool is_pinned(const void* p, size_t bytes);
}  // namespace emulator
