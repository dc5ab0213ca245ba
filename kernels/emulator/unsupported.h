// What the rest of the names that JCuda binds come to: build.sh writes a UNSUPPORTED line for each.
#pragma once

#include <cstdio>

#define UNSUPPORTED(name, status)                                         \
  extern "C" int name() {                                                 \
    fprintf(stderr, "CUDA emulator: %s is not in the emulator\n", #name); \
    return status;                                                        \
  }
