// Linked into every library of kernels: the one dynamic shared array, dyn_smem.
#include "kernel_library.h"

alignas(16) thread_local unsigned char dyn_smem[emulator::DYNAMIC_SHARED];
extern "C" __attribute__((visibility("hidden"))) void* emulator_dynamic_shared() { return dyn_smem; }
