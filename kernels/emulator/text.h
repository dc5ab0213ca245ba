// Text for reports.
#pragma once

#include <cstdio>
#include <string>

namespace emulator {
template <class... Values>
std::string format(const char* pattern, Values... values) {
  const int length = snprintf(nullptr, 0, pattern, values...);
  std::string text((size_t)length, '\0');
  snprintf(text.data(), text.size() + 1, pattern, values...);
  return text;
}
inline std::string format(const char* text) { return text; }

// The name of a file without its folder.
inline const char* short_name(const char* path) {
  const char* name = path;
  for (const char* c = path; *c; ++c)
    if (*c == '/') name = c + 1;
  return name;
}
}  // namespace emulator
