#include "source_line.h"

#include <dlfcn.h>

#include <cstring>

#include "text.h"

namespace emulator {
std::string source_line(void* return_address) {
  Dl_info library;
  if (!dladdr(return_address, &library) || !library.dli_fname) return "";
  const unsigned long offset = (unsigned long)((char*)return_address - (char*)library.dli_fbase) - 1;
  FILE* lines = popen(format("addr2line -s -e '%s' %#lx 2>/dev/null", library.dli_fname, offset).c_str(), "r");
  if (!lines) return "";
  char line[256] = "";
  const bool found = fgets(line, sizeof line, lines) && line[0] != '?';
  pclose(lines);
  line[strcspn(line, " \n")] = 0;
  return found ? format(" at %s", line) : "";
}
}  // namespace emulator
