// One thread of the OS that runs blocks, one after the other. Each thread of a block is a fiber,
// which runs until it waits: at a barrier, in a warp operation, or at its end.
#pragma once

#include <pthread.h>

#include <atomic>
#include <string>
#include <vector>

#include "fiber.h"
#include "launch.h"
#include "race.h"

namespace emulator {
struct Device;
constexpr unsigned MOST_THREADS = 1024, WARPS = MOST_THREADS / 32;
enum class Order { FORWARD, REVERSE, RANDOM };

// A launch that several runners share.
struct Job {
  const Launch& launch;
  Order order;
  uint32_t blocks;
  uint64_t seed;
  std::atomic<uint32_t> next{0};
  std::atomic<bool> stop{false};
};

struct Thread {
  Fiber* fiber;
  const char* file;  // where it waits
  int line;
  // The warp operation that it waits in, and afterwards its result in `value`.
  int argument;
  uint8_t operation, width;
  uint16_t warp_epoch;
  unsigned mask;
  uint64_t value;
};

struct Runner {
  Runner();
  ~Runner();
  // Takes blocks until there are none, or one has failed.
  void work(Job& shared_job);

  // Lets another fiber run until this one can go on.
  void wait();
  void make_ready(unsigned warp, uint32_t lanes) { ready[warp] |= lanes; }
  // Fails the context, with kernel, block and thread in the text, and leaves the block for good.
  // `at`: the code address to name the source line by, or null.
  [[noreturn]] void fail(int status, const std::string& what, void* at);
  [[noreturn]] void leave();
  std::string where(unsigned index) const;

  bool active = false;  // a kernel runs: faults are its own
  pthread_t os_thread;
  Job* job = nullptr;
  const Launch* launch = nullptr;
  Device* device = nullptr;  // of the launch
  bool checked = false;      // its kernel is of the checked build
  unsigned threads = 0, current = 0;  // of the block: how many, and which is running
  Fiber* fiber = nullptr;
  Thread thread[MOST_THREADS];
  // One bit for each thread. `arrived`: waits in a warp operation.
  uint32_t fresh[WARPS], ready[WARPS], arrived[WARPS], exited[WARPS];

  // The barrier that the first thread to arrive waits at, and what they vote.
  unsigned waiting = 0;
  const char* barrier_file = nullptr;
  int barrier_line = 0, barrier_vote = 0;
  unsigned votes = 0, vote_result = 0;

  char fault_stack[64 << 10];
  SharedMemory shared;
  SharedRaces shared_races;

 private:
  static void run_fiber();
  bool run_block(uint32_t block);
  void switch_to(unsigned index);
  int next_thread();
  int choose();
  int choose_at_random();
  void release_barrier();
  void resume(unsigned index);
  Fiber* idle_fiber();
  void poison_shared();
  bool shared_overrun() const;
  std::string waits() const;
  void fail_block(const std::string& what);

  unsigned alive = 0, started = 0, last_warp = 0, ticks = 0;
  bool failed = false;
  Order order = Order::FORWARD;
  uint64_t random = 0;
  void** arguments = nullptr;
  std::vector<void*> argument_pointers;
  void* scheduler = nullptr;  // the stack that work() runs on
  std::vector<Fiber*> all_fibers, idle_fibers;
};

// Where the running fiber stands: what kernels take threadIdx and its like from.
extern "C" __thread Position emulator_position __attribute__((tls_model("initial-exec")));

// The runner of the calling thread, once it has run a kernel.
extern thread_local Runner* this_runner __attribute__((tls_model("initial-exec"), visibility("hidden")));
Runner& own_runner();
}  // namespace emulator
