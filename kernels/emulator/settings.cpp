#include "settings.h"

#include <climits>
#include <cstring>

#include "device.h"

namespace emulator {
Settings settings;
Counters counters;

bool falls_due(std::atomic<long long>& countdown) {
  if (countdown < 0) return false;
  if (--countdown > 0) return false;
  countdown = -1;
  return true;
}

namespace {
struct Row {
  const char* key;
  std::atomic<long long>* value;
  long long least, most;
  long long initial = *value;
};
const Row SETTINGS[] = {
    {"devices", &settings.devices, 0, DEVICES},
    {"driver", &settings.driver, 9000, 13099},
    {"capability", &settings.capability, 50, 120},
    {"cublas", &settings.cublas, 0, 1},
    {"fail_alloc_after", &settings.fail_alloc_after, -1, LLONG_MAX},
    {"fail_launch_after", &settings.fail_launch_after, -1, LLONG_MAX},
    {"memory_mb", &settings.memory_mb, 1, 1 << 18},
    {"lazy", &settings.lazy, 0, 1},
    {"align", &settings.align, 16, 4096},
    {"timeout_ms", &settings.timeout_ms, 1, LLONG_MAX},
    {"verbose", &settings.verbose, 0, 1},
    {"order0", &settings.order[0], 0, 2},
    {"order1", &settings.order[1], 0, 2},
    {"order2", &settings.order[2], 0, 2},
};
const Row COUNTERS[] = {
    {"launches", &counters.launches, 0, 0},
    {"graph_launches", &counters.graph_launches, 0, 0},
    {"graph_kernels", &counters.graph_kernels, 0, 0},
    {"cublas_calls", &counters.cublas_calls, 0, 0},
    {"bytes_to_device", &counters.bytes_to_device, 0, 0},
    {"bytes_to_host", &counters.bytes_to_host, 0, 0},
    {"copies_to_host", &counters.copies_to_host, 0, 0},
    {"allocations", &counters.allocations, 0, 0},
    {"leaked_allocations", &counters.leaked_allocations, 0, 0},
    {"leaked_bytes", &counters.leaked_bytes, 0, 0},
    {"bytes_read", &counters.bytes_read, 0, 0},
    {"bytes_written", &counters.bytes_written, 0, 0},
};
}  // namespace
}  // namespace emulator

using namespace emulator;

extern "C" {
// 0, or 1 when there is no such setting or it takes no such value.
int emulator_set(const char* key, long long value) {
  for (const Row& row : SETTINGS) {
    if (strcmp(row.key, key)) continue;
    const bool countdown = row.least < 0 && row.most == LLONG_MAX;
    const bool power = row.value != &settings.align || !(value & (value - 1));
    if (value < row.least || value > row.most || (countdown && value == 0) || !power) return 1;
    *row.value = value;
    return 0;
  }
  return 1;
}

// A setting or a counter; LLONG_MIN when there is none of that name.
long long emulator_get(const char* key) {
  for (const Row& row : SETTINGS)
    if (!strcmp(row.key, key)) return *row.value;
  for (const Row& row : COUNTERS)
    if (!strcmp(row.key, key)) return *row.value;
  if (!strcmp(key, "live_bytes")) return live_memory().bytes;
  if (!strcmp(key, "live_allocations")) return live_memory().allocations;
  return LLONG_MIN;
}

// All settings as they were at the start.
void emulator_reset_settings() {
  for (const Row& row : SETTINGS) *row.value = row.initial;
}

void emulator_reset_counters() {
  for (const Row& row : COUNTERS) *row.value = 0;
}
}
