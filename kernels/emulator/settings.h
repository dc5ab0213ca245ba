// What a test sets, and what it reads afterwards: README.md lists both.
#pragma once

#include <atomic>

namespace emulator {
constexpr int DEVICES = 3;

struct Settings {
  std::atomic<long long> devices{DEVICES};
  std::atomic<long long> driver{12060};
  std::atomic<long long> capability{80};
  std::atomic<long long> cublas{1};
  std::atomic<long long> fail_alloc_after{-1};
  std::atomic<long long> fail_launch_after{-1};
  std::atomic<long long> memory_mb{8192};
  std::atomic<long long> lazy{1};
  std::atomic<long long> align{16};
  std::atomic<long long> timeout_ms{20000};
  std::atomic<long long> verbose{0};
  std::atomic<long long> order[DEVICES] = {{0}, {1}, {0}};
};

struct Counters {
  std::atomic<long long> launches{0}, graph_launches{0}, graph_kernels{0}, cublas_calls{0};
  std::atomic<long long> bytes_to_device{0}, bytes_to_host{0}, copies_to_host{0};
  std::atomic<long long> allocations{0}, leaked_allocations{0}, leaked_bytes{0};
  std::atomic<long long> bytes_read{0}, bytes_written{0};
};

extern Settings settings;
extern Counters counters;

// One less to go; true when this was the one that has to fail.
bool falls_due(std::atomic<long long>& countdown);
}  // namespace emulator
