// Faults of kernels, and kernels that do not end: reported like any other failure. The JVM's own
// signals go on to the JVM.
#pragma once

#include <signal.h>

namespace emulator {
struct Job;
struct Runner;

// While a runner runs kernels, the signals of its thread come on a stack of their own: a fiber's may
// be full.
class FaultStack {
 public:
  explicit FaultStack(Runner& runner);
  ~FaultStack();

 private:
  stack_t before;
};

// The runner ends, as its thread does.
void forget(Runner& runner);

// Once, before the first kernel.
void catch_faults();

// Watches a job: when it takes longer than it may, its context fails and its runners leave.
class Watch {
 public:
  explicit Watch(Job& job);
  ~Watch();
};
}  // namespace emulator
