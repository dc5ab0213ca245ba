// What the files of the driver API share.
#pragma once

#include <cstdint>

#include "device.h"
#include "status.h"
#include "stream.h"
#include "text.h"

using Result = int;
using DevicePointer = unsigned long long;

// Each call but a few: one at a time, with a context on this thread that has not failed.
#define EMULATOR_CALL                                                                                       \
  EMULATOR_LOCK;                                                                                            \
  emulator::Context* context = emulator::current_context();                                                 \
  if (!context)                                                                                             \
    return emulator::refuse(emulator::INVALID_CONTEXT, std::string(__func__) + ": this thread has no context"); \
  if (context->failure()) return context->failure()

// A call that waits for the device, which no capture allows.
#define EMULATOR_NOT_IN_CAPTURE                                                                \
  if (emulator::breaks_capture())                                                              \
  return emulator::refuse(emulator::STREAM_CAPTURE_UNSUPPORTED, std::string(__func__) + " while a stream is captured")

namespace emulator {
// The stream that a handle means in this context; null when there is none.
inline Stream* stream_of(Context& context, void* handle) {
  if ((uintptr_t)handle <= 2) return context.default_stream;
  return context.streams.count((Stream*)handle) ? (Stream*)handle : nullptr;
}
}  // namespace emulator
