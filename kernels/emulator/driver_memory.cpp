// The driver API: memory, copies, fills.
#include <cstdlib>
#include <cstring>
#include <memory>

#include "driver.h"
#include "pinned.h"

using namespace emulator;

namespace {
constexpr uint8_t POISON = 0xFF;

Result allocate(Context& context, const char* call, DevicePointer* p, size_t bytes) {
  if (!bytes) return refuse(INVALID_VALUE, std::string(call) + " of 0 bytes");
  counters.allocations++;
  const bool due = falls_due(settings.fail_alloc_after);
  *p = due ? 0 : context.device.memory.allocate(bytes, &context);
  if (*p) return SUCCESS;
  const size_t total = (size_t)settings.memory_mb << 20;
  return refuse(OUT_OF_MEMORY,
                due ? format("%s of %zu bytes: fails because fail_alloc_after says so", call, bytes)
                    : format("%s of %zu bytes: %zu of %zu are free", call, bytes,
                             total - (size_t)context.device.memory.live().bytes, total));
}

// A free from the stream's side: what is wrong shows later.
void free_now(Context& context, DevicePointer p) {
  std::string why;
  const bool freed = context.device.memory.free(p, &why);
  if (!freed || !why.empty()) context.fail(freed ? ILLEGAL_ADDRESS : INVALID_VALUE, "cuMemFreeAsync: " + why);
}

// One side of a copy.
struct Side {
  uint64_t p;
  bool on_device;
  size_t pitch;
};
struct Copy {
  const char* call;
  Side to, from;
  size_t width, height;
};

bool reaches(Context& context, const Copy& copy, std::string* why) {
  Memory& memory = context.device.memory;
  for (size_t row = 0; row < copy.height; ++row) {
    if (copy.to.on_device && !memory.check(copy.to.p + row * copy.to.pitch, copy.width, Need::WRITABLE, why)) {
      *why = std::string(copy.call) + ": destination: " + *why;
      return false;
    }
    if (copy.from.on_device &&
        !memory.check(copy.from.p + row * copy.from.pitch, copy.width, Need::WRITABLE, why)) {
      *why = std::string(copy.call) + ": source: " + *why;
      return false;
    }
  }
  return true;
}

void run(Context& context, const Copy& copy) {
  std::string why;
  if (!reaches(context, copy, &why)) return context.fail(ILLEGAL_ADDRESS, why);  // freed since the call
  Memory& memory = context.device.memory;
  for (size_t row = 0; row < copy.height; ++row) {
    const uint64_t to = copy.to.p + row * copy.to.pitch, from = copy.from.p + row * copy.from.pitch;
    memmove((void*)to, (void*)from, copy.width);
    if (copy.to.on_device && copy.from.on_device)
      memory.copy_marks(to, from, copy.width);
    else if (copy.to.on_device)
      memory.mark_written(to, copy.width);
  }
  const long long bytes = (long long)(copy.width * copy.height);
  if (copy.to.on_device && copy.from.on_device) {
    if (context.device.checked) counters.bytes_read += bytes, counters.bytes_written += bytes;
  } else if (copy.to.on_device) {
    counters.bytes_to_device += bytes;
  } else if (copy.from.on_device) {
    counters.bytes_to_host += bytes;
    counters.copies_to_host++;
  }
}

bool all_pinned(const Side& side, size_t width, size_t height) {
  return is_pinned((void*)side.p, (height - 1) * side.pitch + width);
}

bool is_device_pointer(uint64_t p) {
  for (int i = 0; i < DEVICES; ++i)
    if (device(i).memory.contains(p)) return true;
  return false;
}

Result submit(Context& context, Copy copy, Stream* stream, bool asynchronous) {
  if (!stream) return refuse(INVALID_HANDLE, std::string(copy.call) + ": no such stream in this context");
  if (!copy.width || !copy.height) return SUCCESS;
  std::string why;
  if (!reaches(context, copy, &why)) return refuse(INVALID_VALUE, why);
  for (const Side* side : {&copy.to, &copy.from})
    if (!side->on_device && is_device_pointer(side->p))
      return refuse(INVALID_VALUE, std::string(copy.call) + ": a device pointer where memory of the host is wanted");
  Operation operation{Work::COPY, copy.call, [&context, copy](bool) { run(context, copy); }};
  if (stream->capture) return enqueue(*stream, std::move(operation));

  const bool from_host = !copy.from.on_device, to_host = !copy.to.on_device;
  if (asynchronous && from_host && !all_pinned(copy.from, copy.width, copy.height)) {
    // Pageable memory is read before the call returns.
    auto staged = std::make_shared<std::vector<char>>(copy.width * copy.height);
    for (size_t row = 0; row < copy.height; ++row)
      memcpy(staged->data() + row * copy.width, (char*)copy.from.p + row * copy.from.pitch, copy.width);
    copy.from = {(uint64_t)staged->data(), false, copy.width};
    operation.run = [&context, copy, staged](bool) { run(context, copy); };
  } else if (asynchronous && to_host && all_pinned(copy.to, copy.width, copy.height)) {
    // Until the stream has got there, what stands there is undefined. With work waiting, it may still
    // be the source of an earlier copy.
    if (settings.lazy && stream->operations.empty())
      for (size_t row = 0; row < copy.height; ++row) memset((char*)copy.to.p + row * copy.to.pitch, POISON, copy.width);
  }
  if (const int status = enqueue(*stream, std::move(operation))) return status;
  if (!asynchronous || (to_host && !all_pinned(copy.to, copy.width, copy.height))) drain(*stream);
  return context.failure();
}

Result fill(Context& context, const char* call, DevicePointer p, unsigned value, size_t size, size_t count,
            Stream* stream) {
  if (!stream) return refuse(INVALID_HANDLE, std::string(call) + ": no such stream in this context");
  if (!count) return SUCCESS;
  if (p % size) return refuse(INVALID_VALUE, format("%s: %#llx is no multiple of %zu", call, p, size));
  std::string why;
  Memory& memory = context.device.memory;
  if (!memory.check(p, count * size, Need::WRITABLE, &why))
    return refuse(INVALID_VALUE, std::string(call) + ": " + why);
  return enqueue(*stream, {Work::SET, call, [=, &context, &memory](bool) {
                             std::string late;
                             if (!memory.check(p, count * size, Need::WRITABLE, &late))
                               return context.fail(ILLEGAL_ADDRESS, std::string(call) + ": " + late);
                             for (size_t i = 0; i < count; ++i) memcpy((char*)p + i * size, &value, size);
                             memory.mark_written(p, count * size);
                             if (context.device.checked) counters.bytes_written += (long long)(count * size);
                           }});
}

// CUDA_MEMCPY2D.
struct Copy2D {
  size_t from_x, from_y;
  int from_kind;
  const void* from_host;
  DevicePointer from_device;
  void* from_array;
  size_t from_pitch;
  size_t to_x, to_y;
  int to_kind;
  void* to_host;
  DevicePointer to_device;
  void* to_array;
  size_t to_pitch;
  size_t width, height;
};
enum MemoryKind { HOST = 1, DEVICE = 2 };

Result submit(Context& context, const char* call, const Copy2D& c, Stream* stream, bool asynchronous) {
  for (int kind : {c.from_kind, c.to_kind})
    if (kind != HOST && kind != DEVICE) return refuse(NOT_SUPPORTED, format("%s: memory kind %d", call, kind));
  const size_t from_pitch = c.from_pitch ? c.from_pitch : c.width, to_pitch = c.to_pitch ? c.to_pitch : c.width;
  if (from_pitch < c.from_x + c.width || to_pitch < c.to_x + c.width)
    return refuse(INVALID_VALUE,
                  format("%s: rows of %zu bytes at pitches %zu and %zu", call, c.width, from_pitch, to_pitch));
  const uint64_t from = c.from_kind == HOST ? (uint64_t)c.from_host : c.from_device;
  const uint64_t to = c.to_kind == HOST ? (uint64_t)c.to_host : c.to_device;
  return submit(context,
                {call,
                 {to + c.to_y * to_pitch + c.to_x, c.to_kind == DEVICE, to_pitch},
                 {from + c.from_y * from_pitch + c.from_x, c.from_kind == DEVICE, from_pitch},
                 c.width,
                 c.height},
                stream, asynchronous);
}
}  // namespace

extern "C" {
Result cuMemGetInfo_v2(size_t* free, size_t* total) {
  EMULATOR_CALL;
  *total = (size_t)settings.memory_mb << 20;
  *free = *total - (size_t)context->device.memory.live().bytes;
  return SUCCESS;
}
Result cuMemAlloc_v2(DevicePointer* p, size_t bytes) {
  EMULATOR_CALL;
  EMULATOR_NOT_IN_CAPTURE;
  return allocate(*context, "cuMemAlloc", p, bytes);
}
Result cuMemFree_v2(DevicePointer p) {
  EMULATOR_CALL;
  EMULATOR_NOT_IN_CAPTURE;
  if (!p) return SUCCESS;
  drain_all(*context);
  if (context->failure()) return context->failure();
  std::string why;
  if (!context->device.memory.free(p, &why)) return refuse(INVALID_VALUE, "cuMemFree: " + why);
  if (!why.empty()) context->fail(ILLEGAL_ADDRESS, "cuMemFree: " + why);
  return context->failure();
}
Result cuMemAllocAsync(DevicePointer* p, size_t bytes, void* stream) {
  EMULATOR_CALL;
  Stream* target = stream_of(*context, stream);
  if (!target) return refuse(INVALID_HANDLE, "cuMemAllocAsync: no such stream in this context");
  if (target->capture) return refuse(NOT_SUPPORTED, "cuMemAllocAsync in a capture is not in the emulator");
  return allocate(*context, "cuMemAllocAsync", p, bytes);
}
Result cuMemFreeAsync(DevicePointer p, void* stream) {
  EMULATOR_CALL;
  Stream* target = stream_of(*context, stream);
  if (!target) return refuse(INVALID_HANDLE, "cuMemFreeAsync: no such stream in this context");
  if (target->capture) return refuse(NOT_SUPPORTED, "cuMemFreeAsync in a capture is not in the emulator");
  if (!p) return SUCCESS;
  return enqueue(*target, {Work::OTHER, "cuMemFreeAsync", [context, p](bool) { free_now(*context, p); }});
}

Result cuMemAllocHost_v2(void** p, size_t bytes) {
  EMULATOR_CALL;
  *p = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  if (!*p) return refuse(OUT_OF_MEMORY, format("cuMemAllocHost of %zu bytes", bytes));
  memset(*p, POISON, bytes);
  pin(*p, bytes);
  return SUCCESS;
}
Result cuMemHostAlloc(void** p, size_t bytes, unsigned) { return cuMemAllocHost_v2(p, bytes); }
Result cuMemFreeHost(void* p) {
  EMULATOR_CALL;
  drain_all(*context);
  if (!unpin(p)) return refuse(INVALID_VALUE, "cuMemFreeHost of what cuMemAllocHost did not give");
  free(p);
  return context->failure();
}
Result cuMemHostRegister_v2(void* p, size_t bytes, unsigned) {
  EMULATOR_CALL;
  pin(p, bytes);
  return SUCCESS;
}
Result cuMemHostUnregister(void* p) {
  EMULATOR_CALL;
  drain_all(*context);
  return unpin(p) ? context->failure() : refuse(INVALID_VALUE, "cuMemHostUnregister of what is not registered");
}
Result cuMemHostGetDevicePointer_v2(DevicePointer* device_pointer, void* p, unsigned) {
  EMULATOR_CALL;
  if (!is_pinned(p, 1)) return refuse(INVALID_VALUE, "cuMemHostGetDevicePointer of memory that is not pinned");
  *device_pointer = (DevicePointer)p;
  return SUCCESS;
}

#define FLAT(name, to_device, from_device, To, From)                                                   \
  Result name##_v2(To to, From from, size_t bytes) {                                                   \
    EMULATOR_CALL;                                                                                     \
    EMULATOR_NOT_IN_CAPTURE;                                                                           \
    return submit(*context, {#name, {(uint64_t)to, to_device, bytes}, {(uint64_t)from, from_device, bytes}, bytes, 1}, \
                  context->default_stream, false);                                                     \
  }                                                                                                    \
  Result name##Async_v2(To to, From from, size_t bytes, void* stream) {                                \
    EMULATOR_CALL;                                                                                     \
    return submit(*context,                                                                            \
                  {#name "Async", {(uint64_t)to, to_device, bytes}, {(uint64_t)from, from_device, bytes}, bytes, 1},   \
                  stream_of(*context, stream), true);                                                  \
  }
FLAT(cuMemcpyHtoD, true, false, DevicePointer, const void*)
FLAT(cuMemcpyDtoH, false, true, void*, DevicePointer)
FLAT(cuMemcpyDtoD, true, true, DevicePointer, DevicePointer)
#undef FLAT

Result cuMemcpy2D_v2(const Copy2D* copy) {
  EMULATOR_CALL;
  EMULATOR_NOT_IN_CAPTURE;
  return submit(*context, "cuMemcpy2D", *copy, context->default_stream, false);
}
Result cuMemcpy2DUnaligned_v2(const Copy2D* copy) { return cuMemcpy2D_v2(copy); }
Result cuMemcpy2DAsync_v2(const Copy2D* copy, void* stream) {
  EMULATOR_CALL;
  return submit(*context, "cuMemcpy2DAsync", *copy, stream_of(*context, stream), true);
}

#define FILL(name, Value)                                                                          \
  Result name##_v2(DevicePointer p, Value value, size_t count) {                                   \
    EMULATOR_CALL;                                                                                 \
    return fill(*context, #name, p, value, sizeof value, count, context->default_stream);          \
  }                                                                                                \
  Result name##Async(DevicePointer p, Value value, size_t count, void* stream) {                   \
    EMULATOR_CALL;                                                                                 \
    return fill(*context, #name "Async", p, value, sizeof value, count, stream_of(*context, stream)); \
  }
FILL(cuMemsetD8, unsigned char)
FILL(cuMemsetD16, unsigned short)
FILL(cuMemsetD32, unsigned)
#undef FILL
}
