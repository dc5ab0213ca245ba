// Lets g++ compile the kernels that nvcc compiles. build.sh includes it first into every .cu file.
//
// A CUDA thread is a fiber of the emulator. A block runs on one OS thread, so that what is shared
// within a block is what is local to a thread of the OS.
#pragma once

#include <math.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#define __CUDA_ON_HOST__ 1

// build.sh finds the kernels of a preprocessed file by this very attribute.
#define __global__ __attribute__((visibility("default"), used))
#define __device__
#define __host__
#define __constant__
#define __shared__ thread_local  // at block scope also static: one copy for each running block
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __align__(n) __attribute__((aligned(n)))
#define __launch_bounds__(...)  // the PTX says them
#define __grid_constant__

// What stands in for an instruction is neither seen by the checks nor a call.
#define ON_HOST inline __attribute__((always_inline, no_sanitize("thread"), no_sanitize("undefined")))
// The place of the caller, without a macro at the call.
#define ON_HOST_CALLER const char *file = __builtin_FILE(), int line = __builtin_LINE()

#include "on_host/interface.h"

// Constant for a fiber, though not for the emulator, which moves on from fiber to fiber.
extern "C" const __thread emulator::Position emulator_position __attribute__((tls_model("initial-exec")));
#define threadIdx emulator_position.thread
#define blockIdx emulator_position.block
#define blockDim emulator_position.threads
#define gridDim emulator_position.blocks
#define warpSize 32

ON_HOST void __trap(ON_HOST_CALLER) { emulator_trap("__trap()", file, line); }
#undef assert
#define assert(condition) \
  ((condition) ? (void)0 : emulator_trap("assert(" #condition ")", __FILE__, __LINE__))

#include "on_host/vectors.h"
#include "on_host/arithmetic.h"
#include "on_host/warp.h"
#include "on_host/atomics.h"
#include "on_host/kernels.h"
