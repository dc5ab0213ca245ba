// The driver API: devices, contexts, errors.
#include <algorithm>
#include <cstring>
#include <vector>

#include "driver.h"

using namespace emulator;

namespace {
bool initialised = false;
struct Primary {
  Context* context;
  int retained;
};
Primary primary[DEVICES];
thread_local std::vector<Context*>* stack = nullptr;
std::vector<Context*>& context_stack() {
  if (!stack) stack = new std::vector<Context*>;
  return *stack;
}

thread_local int refused = 0;
thread_local std::string reason;

bool exists(int ordinal) { return ordinal >= 0 && ordinal < settings.devices; }

// Of a CUdevice_attribute; 0 for what nobody asks for.
int attribute(int which) {
  switch (which) {
    case 1: case 2: case 3: return 1024;                    // threads in a block, along x, along y
    case 4: return 64;                                      // and along z
    case 5: return 2147483647;                              // blocks along x, y, z
    case 6: case 7: return 65535;
    case 8: return 48 << 10;                                // shared memory of a block
    case 9: return 65536;                                   // constant memory
    case 10: return 32;                                     // a warp
    case 12: return 65536;                                  // registers of a block
    case 13: case 36: return 1000000;                       // clocks, kHz
    case 14: return 512;                                    // texture alignment
    case 15: case 31: case 41: return 1;                    // overlap, concurrent kernels, unified addressing
    case 16: return 4;                                      // multiprocessors
    case 19: return 1;                                      // can map host memory
    case 37: return 256;                                    // bits of the memory bus
    case 38: return 4 << 20;                                // L2 cache
    case 39: return 2048;                                   // threads of a multiprocessor
    case 75: return (int)settings.capability / 10;
    case 76: return (int)settings.capability % 10;
    case 81: return 100 << 10;                              // shared memory of a multiprocessor
    case 82: return 65536;                                  // registers of a multiprocessor
    case 97: return settings.capability == 75 ? 64 << 10 : 99 << 10;  // shared memory, opted in
    case 106: return 16;                                    // blocks of a multiprocessor
    case 115: return 1;                                     // memory pools
    default: return 0;
  }
}
}  // namespace

namespace emulator {
Context* current_context() {
  std::vector<Context*>& all = context_stack();
  return all.empty() || !contexts().count(all.back()) ? nullptr : all.back();
}

int refuse(int status, const std::string& why) {
  refused = status;
  reason = why;
  if (settings.verbose) fprintf(stderr, "CUDA emulator: %s\n", why.c_str());
  return status;
}
}  // namespace emulator

extern "C" {
Result cuInit(unsigned) {
  EMULATOR_LOCK;
  if (!settings.devices) return NO_DEVICE;
  initialised = true;
  return SUCCESS;
}
Result cuDriverGetVersion(int* version) {
  *version = (int)settings.driver;
  return SUCCESS;
}

Result cuDeviceGetCount(int* count) {
  if (!initialised) return NOT_INITIALIZED;
  *count = (int)settings.devices;
  return SUCCESS;
}
Result cuDeviceGet(int* device, int ordinal) {
  if (!initialised) return NOT_INITIALIZED;
  if (!exists(ordinal)) return INVALID_DEVICE;
  *device = ordinal;
  return SUCCESS;
}
Result cuDeviceGetName(char* name, int length, int ordinal) {
  if (!exists(ordinal)) return INVALID_DEVICE;
  snprintf(name, (size_t)length, "%s", device(ordinal).name().c_str());
  return SUCCESS;
}
Result cuDeviceTotalMem_v2(size_t* bytes, int ordinal) {
  if (!exists(ordinal)) return INVALID_DEVICE;
  *bytes = (size_t)settings.memory_mb << 20;
  return SUCCESS;
}
Result cuDeviceGetUuid(char* uuid, int ordinal) {
  memset(uuid, 0x5A + ordinal, 16);
  return SUCCESS;
}
Result cuDeviceComputeCapability(int* major, int* minor, int) {
  *major = attribute(75);
  *minor = attribute(76);
  return SUCCESS;
}
Result cuDeviceGetAttribute(int* value, int which, int ordinal) {
  if (!exists(ordinal)) return INVALID_DEVICE;
  *value = attribute(which);
  return SUCCESS;
}

Result cuCtxCreate_v2(Context** created, unsigned, int ordinal) {
  EMULATOR_LOCK;
  if (!initialised) return NOT_INITIALIZED;
  if (!exists(ordinal)) return INVALID_DEVICE;
  *created = new Context(device(ordinal));
  context_stack().push_back(*created);
  return SUCCESS;
}
Result cuCtxDestroy_v2(Context* context) {
  EMULATOR_LOCK;
  if (!contexts().count(context)) return INVALID_CONTEXT;
  if (!context->failure()) drain_all(*context);
  auto& all = context_stack();
  all.erase(std::remove(all.begin(), all.end(), context), all.end());
  delete context;
  return SUCCESS;
}
Result cuCtxSetCurrent(Context* context) {
  EMULATOR_LOCK;
  if (context && !contexts().count(context)) return INVALID_CONTEXT;
  auto& all = context_stack();
  if (!all.empty()) all.pop_back();
  if (context) all.push_back(context);
  return SUCCESS;
}
Result cuCtxGetCurrent(Context** context) {
  EMULATOR_LOCK;
  *context = current_context();
  return SUCCESS;
}
Result cuCtxPushCurrent_v2(Context* context) {
  EMULATOR_LOCK;
  if (!contexts().count(context)) return INVALID_CONTEXT;
  context_stack().push_back(context);
  return SUCCESS;
}
Result cuCtxPopCurrent_v2(Context** context) {
  EMULATOR_LOCK;
  auto& all = context_stack();
  if (all.empty()) return INVALID_CONTEXT;
  if (context) *context = all.back();
  all.pop_back();
  return SUCCESS;
}
Result cuCtxGetDevice(int* ordinal) {
  EMULATOR_CALL;
  *ordinal = context->device.ordinal;
  return SUCCESS;
}
Result cuCtxGetApiVersion(Context*, unsigned* version) {
  *version = 3020;
  return SUCCESS;
}
Result cuCtxSynchronize() {
  EMULATOR_CALL;
  EMULATOR_NOT_IN_CAPTURE;
  drain_all(*context);
  return context->failure();
}

Result cuDevicePrimaryCtxRetain(Context** context, int ordinal) {
  EMULATOR_LOCK;
  if (!initialised) return NOT_INITIALIZED;
  if (!exists(ordinal)) return INVALID_DEVICE;
  Primary& p = primary[ordinal];
  if (!p.context) p.context = new Context(device(ordinal));
  p.retained++;
  *context = p.context;
  return SUCCESS;
}
Result cuDevicePrimaryCtxReset_v2(int ordinal) {
  EMULATOR_LOCK;
  if (!exists(ordinal)) return INVALID_DEVICE;
  Context* context = primary[ordinal].context;
  if (context && !context->failure()) drain_all(*context);
  if (context) context->clear();
  return SUCCESS;
}
Result cuDevicePrimaryCtxRelease_v2(int ordinal) {
  EMULATOR_LOCK;
  if (!exists(ordinal) || !primary[ordinal].retained) return INVALID_CONTEXT;
  if (--primary[ordinal].retained == 0) return cuDevicePrimaryCtxReset_v2(ordinal);
  return SUCCESS;
}
Result cuDevicePrimaryCtxGetState(int ordinal, unsigned* flags, int* active) {
  EMULATOR_LOCK;
  if (!exists(ordinal)) return INVALID_DEVICE;
  *flags = 0;
  *active = primary[ordinal].retained > 0;
  return SUCCESS;
}

Result cuGetErrorName(int status, const char** name) {
  *name = status_name(status);
  return *name ? SUCCESS : INVALID_VALUE;
}
// The name, and what is known beyond it: of the context's failure, or of the call refused last on
// this thread.
Result cuGetErrorString(int status, const char** text) {
  EMULATOR_LOCK;
  static thread_local std::string* answer = new std::string;
  const char* name = status_name(status);
  *text = nullptr;
  if (!name) return INVALID_VALUE;
  *answer = name;
  Context* context = current_context();
  if (status && context && status == context->failure())
    *answer += ": " + context->report();
  else if (status && status == refused)
    *answer += ": " + reason;
  *text = answer->c_str();
  return SUCCESS;
}
}
