#include "faults.h"

#include <ucontext.h>

#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "device.h"
#include "runner.h"
#include "status.h"
#include "text.h"

namespace emulator {
namespace {
using Clock = std::chrono::steady_clock;
const int INTERRUPT = SIGRTMIN + 7;
struct sigaction earlier[65];

// The runner leaves its block as soon as the signal's handler has returned, from the top of its own
// stack: what is on that stack is given up.
void leave_after(ucontext_t* state, Runner& runner) {
  void (*leave)() = [] { this_runner->leave(); };
  state->uc_mcontext.gregs[REG_RIP] = (greg_t)leave;
  state->uc_mcontext.gregs[REG_RSP] = (greg_t)((uint64_t)runner.fiber->top() / 16 * 16 - 256 - 8);
}

std::string fault(int signal, const siginfo_t* info, const ucontext_t* state, Runner& runner) {
  const uint64_t address = (uint64_t)info->si_addr;
  if (signal == SIGFPE) return "integer division by zero, or its overflow";
  if (signal == SIGILL) return "reached what the compiler took for unreachable";
  if (runner.fiber->on_guard(address)) return "stack overflow: too much local memory";
  const bool write = state->uc_mcontext.gregs[REG_ERR] & 2;
  std::string place = runner.launch->context->device.memory.describe(address);
  // A misaligned vector instruction faults without an address.
  if (!address) place = "a null pointer or a misaligned vector";
  return format("invalid %s: %s", write ? "write" : "read", place.c_str());
}

void on_fault(int signal, siginfo_t* info, void* context) {
  ucontext_t* state = (ucontext_t*)context;
  Runner* runner = this_runner;
  if (runner && runner->active) {
    const int status = signal == SIGSEGV || signal == SIGBUS ? ILLEGAL_ADDRESS : LAUNCH_FAILED;
    char* pc = (char*)state->uc_mcontext.gregs[REG_RIP];
    runner->launch->context->fail(status,
                                  "kernel " + runner->launch->function.name + ": " +
                                      fault(signal, info, state, *runner) + ", " + runner->where(runner->current),
                                  pc + 1);
    leave_after(state, *runner);
    return;
  }
  const struct sigaction& before = earlier[signal];
  if (before.sa_flags & SA_SIGINFO)
    before.sa_sigaction(signal, info, context);
  else if (before.sa_handler == SIG_DFL)
    ::signal(signal, SIG_DFL);  // the instruction runs again, and ends the process
  else if (before.sa_handler != SIG_IGN)
    before.sa_handler(signal);
}

// Only while the kernel's own code runs: the emulator's may hold a lock.
void on_interrupt(int, siginfo_t*, void* context) {
  ucontext_t* state = (ucontext_t*)context;
  Runner* runner = this_runner;
  if (!runner || !runner->active || !runner->job->stop) return;
  const uint64_t pc = (uint64_t)state->uc_mcontext.gregs[REG_RIP];
  const Library& library = *runner->launch->function.code.library;
  if (pc >= library.low && pc < library.high) leave_after(state, *runner);
}

struct Watchdog {
  std::mutex lock;
  Job* job = nullptr;
  Clock::time_point deadline;
  std::set<Runner*> runners;  // that have ever run anything

  Watchdog() {
    std::thread([this] { serve(); }).detach();
  }

  // Looks now and then: waking it for each launch would cost more than the launch.
  void serve() {
    for (;; std::this_thread::sleep_for(std::chrono::milliseconds(20))) {
      std::lock_guard<std::mutex> guard(lock);
      if (!job || Clock::now() < deadline) continue;
      if (!job->stop) {
        job->launch.context->fail(LAUNCH_TIMEOUT, format("kernel %s: still running after %lld ms",
                                                         job->launch.function.name.c_str(),
                                                         (long long)settings.timeout_ms));
        job->stop = true;
      }
      for (Runner* runner : runners)
        if (runner->active && runner->job == job) pthread_kill(runner->os_thread, INTERRUPT);
    }
  }
};
Watchdog& watchdog() {
  static Watchdog& one = *new Watchdog;
  return one;
}
}  // namespace

FaultStack::FaultStack(Runner& runner) {
  {
    std::lock_guard<std::mutex> guard(watchdog().lock);
    watchdog().runners.insert(&runner);
  }
  const stack_t own = {runner.fault_stack, 0, sizeof runner.fault_stack};
  sigaltstack(&own, &before);
}

FaultStack::~FaultStack() { sigaltstack(&before, nullptr); }

void forget(Runner& runner) {
  std::lock_guard<std::mutex> guard(watchdog().lock);
  watchdog().runners.erase(&runner);
}

void catch_faults() {
  struct sigaction action = {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART | SA_ONSTACK;
  for (int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) sigaction(signal, &action, &earlier[signal]);
  action.sa_sigaction = on_interrupt;
  sigaction(INTERRUPT, &action, nullptr);
}

Watch::Watch(Job& job) {
  std::lock_guard<std::mutex> guard(watchdog().lock);
  watchdog().deadline = Clock::now() + std::chrono::milliseconds(settings.timeout_ms);
  watchdog().job = &job;
}

Watch::~Watch() {
  std::lock_guard<std::mutex> guard(watchdog().lock);
  watchdog().job = nullptr;
}
}  // namespace emulator
