// The driver API: modules, functions, launches.
#include <algorithm>
#include <cstring>

#include "driver.h"
#include "module.h"

using namespace emulator;

namespace {
enum FunctionAttribute {
  MAX_THREADS_PER_BLOCK = 0,
  SHARED_SIZE_BYTES = 1,
  NUM_REGS = 4,
  PTX_VERSION = 5,
  BINARY_VERSION = 6,
  MAX_DYNAMIC_SHARED_SIZE_BYTES = 8,
};

// What a block may have at most once it has been asked for.
long most_shared() { return settings.capability == 75 ? 64 << 10 : 99 << 10; }

std::string name(dim3 d) { return format("(%u,%u,%u)", d.x, d.y, d.z); }

// What is wrong with a launch; empty when nothing is.
std::string refusal(const Function& f, dim3 grid, dim3 block, unsigned shared, void** arguments) {
  if (!grid.x || !grid.y || !grid.z || !block.x || !block.y || !block.z)
    return "a dimension of grid " + name(grid) + " or block " + name(block) + " is 0";
  if (grid.x > 2147483647u || grid.y > 65535 || grid.z > 65535) return "grid " + name(grid) + " is too large";
  const uint64_t threads = (uint64_t)block.x * block.y * block.z;
  if (block.x > 1024 || block.y > 1024 || block.z > 64 || threads > 1024)
    return "block " + name(block) + " is too large";
  if ((int)threads > f.max_threads)
    return format("block of %d threads, but its __launch_bounds__ allow %d", (int)threads, f.max_threads);
  const long most = f.max_dynamic > Function::DEFAULT_DYNAMIC ? most_shared() : Function::DEFAULT_DYNAMIC;
  if ((long)shared > f.max_dynamic || (long)shared + f.static_shared > most)
    return format("%u bytes of dynamic and %u of static shared memory are too many", shared, f.static_shared);
  const int parameters = f.code.kernel->parameters;
  for (int i = 0; i < parameters; ++i)
    if (!arguments || !arguments[i]) return format("argument %d of %d is missing", i + 1, parameters);
  return "";
}
}  // namespace

extern "C" {
Result cuModuleLoadDataEx(Module** loaded, const void* image, unsigned, int*, void**) {
  EMULATOR_CALL;
  auto* module = new Module;
  std::string why;
  if (const int status = load_module((const char*)image, context->device.checked, module, &why)) {
    delete module;
    return refuse(status, "cuModuleLoadData: " + why);
  }
  context->modules.insert(module);
  *loaded = module;
  return SUCCESS;
}
Result cuModuleLoadData(Module** loaded, const void* image) {
  return cuModuleLoadDataEx(loaded, image, 0, nullptr, nullptr);
}
Result cuModuleUnload(Module* module) {
  EMULATOR_CALL;
  if (!context->modules.erase(module)) return INVALID_HANDLE;
  drain_all(*context);
  delete module;
  return context->failure();
}
Result cuModuleGetFunction(Function** function, Module* module, const char* wanted) {
  EMULATOR_CALL;
  if (!context->modules.count(module)) return refuse(INVALID_HANDLE, "cuModuleGetFunction: no module of this context");
  auto found = module->functions.find(wanted);
  if (found == module->functions.end())
    return refuse(NOT_FOUND, std::string("cuModuleGetFunction: no kernel ") + wanted + " in the module");
  *function = found->second.get();
  return SUCCESS;
}

Result cuFuncGetAttribute(int* value, int attribute, Function* function) {
  EMULATOR_CALL;
  switch (attribute) {
    case MAX_THREADS_PER_BLOCK: *value = function->max_threads; break;
    case SHARED_SIZE_BYTES: *value = (int)function->static_shared; break;
    case NUM_REGS: *value = 32; break;
    case PTX_VERSION: case BINARY_VERSION: *value = (int)settings.capability; break;
    case MAX_DYNAMIC_SHARED_SIZE_BYTES: *value = function->max_dynamic; break;
    default: *value = 0;
  }
  return SUCCESS;
}
Result cuFuncSetAttribute(Function* function, int attribute, int value) {
  EMULATOR_CALL;
  if (attribute != MAX_DYNAMIC_SHARED_SIZE_BYTES) return SUCCESS;
  if (value < 0 || value + (long)function->static_shared > most_shared())
    return refuse(INVALID_VALUE, format("kernel %s: %d bytes of dynamic shared memory are more than %ld",
                                        function->name.c_str(), value, most_shared() - (long)function->static_shared));
  function->max_dynamic = value;
  return SUCCESS;
}
Result cuFuncSetCacheConfig(Function*, int) { return SUCCESS; }

Result cuLaunchKernel(Function* function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                      unsigned block_y, unsigned block_z, unsigned shared, void* stream, void** arguments,
                      void** extra) {
  EMULATOR_CALL;
  Stream* target = stream_of(*context, stream);
  if (!target) return refuse(INVALID_HANDLE, "cuLaunchKernel: no such stream in this context");
  if (!function || !context->modules.count(function->module))
    return refuse(INVALID_HANDLE, "cuLaunchKernel: no kernel of this context");
  if (extra) return refuse(NOT_SUPPORTED, "cuLaunchKernel: `extra` is not in the emulator: pass kernelParams");
  Launch launch{context, *function, {grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, shared, {}, {}};
  const std::string why = refusal(*function, launch.grid, launch.block, shared, arguments);
  if (!why.empty()) return refuse(INVALID_VALUE, "kernel " + function->name + ": " + why);

  // The arguments are copied now: the caller's may change before the kernel runs.
  const emulator::Kernel& kernel = *function->code.kernel;
  size_t units = 0;
  constexpr size_t UNIT = sizeof(std::max_align_t);
  for (int i = 0; i < kernel.parameters; ++i) {
    launch.places.push_back(units * UNIT);
    units += ((size_t)kernel.sizes[i] + UNIT - 1) / UNIT;
  }
  launch.values.resize(units);
  for (int i = 0; i < kernel.parameters; ++i)
    memcpy((char*)launch.values.data() + launch.places[(size_t)i], arguments[i], (size_t)kernel.sizes[i]);
  std::string what = "kernel " + function->name;
  return enqueue(*target, {Work::KERNEL, std::move(what), [launch = std::move(launch)](bool in_graph) {
                             (in_graph ? counters.graph_kernels : counters.launches)++;
                             execute(launch);
                           }});
}

Result cuLaunchHostFunc(void* stream, void (*function)(void*), void* data) {
  EMULATOR_CALL;
  Stream* target = stream_of(*context, stream);
  if (!target) return refuse(INVALID_HANDLE, "cuLaunchHostFunc: no such stream in this context");
  return enqueue(*target, {Work::OTHER, "host function", [=](bool) { function(data); }});
}

Result cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, Function* function, int threads, size_t dynamic) {
  EMULATOR_CALL;
  const int by_threads = 2048 / std::max(threads, 1);
  const int by_shared = (int)((100 << 10) / (function->static_shared + dynamic + 1024));
  *blocks = std::max(0, std::min({by_threads, by_shared, 16}));
  return SUCCESS;
}
Result cuOccupancyMaxPotentialBlockSize(
    int* grid, int* block, Function* function, size_t (*)(int), size_t, int limit) {
  EMULATOR_CALL;
  *block = std::min(limit ? limit : 1024, function->max_threads);
  *grid = 8;
  return SUCCESS;
}
}
