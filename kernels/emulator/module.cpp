#include "module.h"

#include <cstring>

#include "settings.h"
#include "status.h"
#include "text.h"

namespace emulator {
namespace {
// The number behind the first `key` from `from` on, or `otherwise`.
long number_after(const std::string& text, const char* key, long otherwise) {
  const size_t at = text.find(key);
  return at == std::string::npos ? otherwise : strtol(text.c_str() + at + strlen(key), nullptr, 10);
}

// The bytes of a declaration like ".align 16 .b8 name[40]" or ".u64 .ptr .align 1 name".
int bytes_of(const std::string& declaration) {
  const size_t bracket = declaration.find('[');
  int elements = bracket == std::string::npos ? 1 : atoi(declaration.c_str() + bracket + 1);
  for (size_t dot = 0; (dot = declaration.find('.', dot)) != std::string::npos; ++dot) {
    const char kind = declaration[dot + 1];
    const int bits = atoi(declaration.c_str() + dot + 2);
    if (bits && strchr("busf", kind)) return bits / 8 * elements;
  }
  return 0;
}

// The static shared memory that a piece of PTX declares.
unsigned shared_of(const std::string& body) {
  unsigned bytes = 0;
  for (size_t at = 0; (at = body.find(".shared .align", at)) != std::string::npos; ++at) {
    const size_t end = body.find(';', at);
    bytes += (unsigned)bytes_of(body.substr(at + 7, end - at - 7));
  }
  return bytes;
}

PtxEntry parse_entry(const std::string& text, size_t name) {
  PtxEntry entry;
  const size_t name_end = text.find_first_of(" \t\r\n({", name);
  entry.name = text.substr(name, name_end - name);
  const size_t body = text.find('{', name_end), open = text.find('(', name_end);
  size_t head = name_end;
  if (open < body) {
    head = text.find(')', open);
    const std::string parameters = text.substr(open, head - open);
    for (size_t at = 0; (at = parameters.find(".param", at)) != std::string::npos; ++at) {
      const size_t end = parameters.find(',', at);
      entry.sizes.push_back(bytes_of(parameters.substr(at + 6, end == std::string::npos ? end : end - at - 6)));
    }
  }
  const std::string directives = text.substr(head, body - head);
  if (size_t at = directives.find(".maxntid"); at != std::string::npos) {
    int x = 1, y = 1, z = 1;
    sscanf(directives.c_str() + at + 8, " %d , %d , %d", &x, &y, &z);
    entry.max_threads = x * y * z;
  }
  entry.static_shared = shared_of(text.substr(body, text.find("\n}", body) - body));
  return entry;
}

std::string list(const std::vector<int>& sizes) {
  std::string text = "(";
  for (size_t i = 0; i < sizes.size(); ++i) text += (i ? ", " : "") + std::to_string(sizes[i]);
  return text + ")";
}
}  // namespace

bool parse_ptx(const std::string& text, Ptx* ptx) {
  const size_t version = text.find(".version ");
  if (version == std::string::npos || text.find(".target sm_") == std::string::npos) return false;
  int major = 0, minor = 0;
  sscanf(text.c_str() + version, ".version %d.%d", &major, &minor);
  ptx->version = major * 10 + minor;
  ptx->target = (int)number_after(text, ".target sm_", 0);
  for (size_t at = 0; (at = text.find(".entry", at)) != std::string::npos;) {
    at = text.find_first_not_of(" \t\r\n", at + 6);
    if (at != std::string::npos) ptx->entries.push_back(parse_entry(text, at));
  }
  return true;
}

int newest_ptx(long long driver) {
  const int major = (int)(driver / 1000), minor = (int)(driver % 1000 / 10);
  if (major >= 13) return 90 + minor;
  if (major == 11) return 70 + minor;
  static const int OF_12[] = {80, 81, 82, 83, 84, 85, 85, 86, 87, 88};
  return OF_12[minor < 9 ? minor : 9];
}

int load_module(const char* image, bool checked, Module* module, std::string* why) {
  if (!memcmp(image, "\x7f" "ELF", 4)) {
    *why = "a cubin: the emulator wants PTX";
    return NO_BINARY_FOR_GPU;
  }
  Ptx ptx;
  if (!parse_ptx(image, &ptx)) {
    *why = "no PTX";
    return INVALID_IMAGE;
  }
  const int newest = newest_ptx(settings.driver);
  if (ptx.version > newest) {
    *why = format("PTX %d.%d, but a driver of version %d.%d takes PTX up to %d.%d", ptx.version / 10, ptx.version % 10,
                  (int)settings.driver / 1000, (int)settings.driver % 1000 / 10, newest / 10, newest % 10);
    return UNSUPPORTED_PTX_VERSION;
  }
  if (ptx.target > settings.capability) {
    *why = format("PTX for sm_%d, but the device is sm_%d", ptx.target, (int)settings.capability);
    return NO_BINARY_FOR_GPU;
  }
  for (const PtxEntry& entry : ptx.entries) {
    const LoadedKernel* code = find_kernel(entry.name, checked);
    if (!code) {
      *why = "kernel " + entry.name + " of the PTX is not among the kernels that g++ built: the PTX is stale";
      return NOT_FOUND;
    }
    const std::vector<int> built(code->kernel->sizes, code->kernel->sizes + code->kernel->parameters);
    if (built != entry.sizes) {
      *why = "kernel " + entry.name + ": the PTX is stale: its parameters have " + list(entry.sizes) +
             " bytes, those that g++ built " + list(built);
      return INVALID_IMAGE;
    }
    module->functions[entry.name].reset(
        new Function{entry.name, *code, module, entry.static_shared, entry.max_threads});
  }
  return SUCCESS;
}
}  // namespace emulator
