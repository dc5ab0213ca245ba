#include "kernel_library.h"

#include <dirent.h>
#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <vector>

#include "text.h"

namespace emulator {
namespace {
using Kernels = std::map<std::string, LoadedKernel>;
Kernels& kernels(bool checked) {
  static Kernels* all = new Kernels[2];
  return all[checked];
}

Library* loading = nullptr;

// How far the library that holds `address` reaches, and its thread-local segment on this thread.
struct Extent {
  uint64_t address;
  uint64_t low = 0, high = 0;
  uint8_t *shared_low = nullptr, *shared_high = nullptr;
};
int measure(dl_phdr_info* info, size_t, void* data) {
  Extent& extent = *(Extent*)data;
  uint64_t low = ~0ull, high = 0;
  size_t shared = 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type == PT_TLS) shared = segment.p_memsz;
    if (segment.p_type != PT_LOAD) continue;
    low = std::min(low, info->dlpi_addr + segment.p_vaddr);
    high = std::max(high, info->dlpi_addr + segment.p_vaddr + segment.p_memsz);
  }
  if (extent.address < low || extent.address >= high) return 0;
  extent.low = low;
  extent.high = high;
  extent.shared_low = (uint8_t*)info->dlpi_tls_data;
  extent.shared_high = extent.shared_low + (extent.shared_low ? shared : 0);
  return 1;
}

void load(const std::string& folder) {
  std::vector<std::string> files;
  if (DIR* entries = opendir(folder.c_str())) {
    while (dirent* entry = readdir(entries)) {
      const std::string file = entry->d_name;
      if (file.size() > 3 && file.compare(file.size() - 3, 3, ".so") == 0) files.push_back(folder + "/" + file);
    }
    closedir(entries);
  }
  std::sort(files.begin(), files.end());
  static int numbers = 0;
  for (const std::string& file : files) {
    loading = new Library{numbers++, 0, 0};
    if (!dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) fprintf(stderr, "CUDA emulator: %s\n", dlerror());
  }
  loading = nullptr;
}

std::string own_folder() {
  Dl_info own;
  dladdr((void*)&own_folder, &own);
  char* path = realpath(own.dli_fname, nullptr);
  const std::string text = path ? path : own.dli_fname;
  ::free(path);
  return text.substr(0, text.rfind('/'));
}
}  // namespace

const LoadedKernel* find_kernel(const std::string& name, bool checked) {
  static bool loaded[2];
  if (!loaded[checked]) {
    loaded[checked] = true;
    load(own_folder() + (checked ? "/kernels/checked" : "/kernels/fast"));
  }
  auto found = kernels(checked).find(name);
  return found == kernels(checked).end() ? nullptr : &found->second;
}

SharedMemory shared_memory(const LoadedKernel& kernel) {
  static thread_local std::vector<SharedMemory> all;
  const size_t number = (size_t)kernel.library->number;
  if (number >= all.size()) all.resize(number + 1, SharedMemory{nullptr, nullptr, nullptr});
  SharedMemory& shared = all[number];
  if (!shared.low) {
    shared.dynamic = (uint8_t*)kernel.kernel->dynamic_shared();  // also makes the segment exist
    Extent extent{(uint64_t)kernel.kernel->run};
    dl_iterate_phdr(measure, &extent);
    shared.low = extent.shared_low;
    shared.high = extent.shared_high;
  }
  return shared;
}
}  // namespace emulator

// Called by each library as it is loaded, for each of its kernels.
extern "C" void emulator_register(const emulator::Kernel* kernel) {
  using namespace emulator;
  if (!loading) return;
  if (!loading->high) {
    Extent extent{(uint64_t)kernel->run};
    dl_iterate_phdr(measure, &extent);
    loading->low = extent.low;
    loading->high = extent.high;
  }
  if (!kernels(kernel->checked).emplace(kernel->name, LoadedKernel{kernel, loading}).second)
    fprintf(stderr, "CUDA emulator: two files define a kernel %s\n", kernel->name);
}
