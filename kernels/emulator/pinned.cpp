#include "pinned.h"

#include <map>

namespace emulator {
namespace {
std::map<const char*, size_t>& ranges() {
  static auto* all = new std::map<const char*, size_t>;
  return *all;
}
}  // namespace

void pin(void* p, size_t bytes) { ranges()[(const char*)p] = bytes; }

bool unpin(void* p) { return ranges().erase((const char*)p) != 0; }

bool is_pinned(const void* p, size_t bytes) {
  auto after = ranges().upper_bound((const char*)p);
  if (after == ranges().begin()) return false;
  const auto& [begin, length] = *--after;
  return (const char*)p + bytes <= begin + length;
}
}  // namespace emulator
