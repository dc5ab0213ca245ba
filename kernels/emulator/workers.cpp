#include "workers.h"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace emulator {
namespace {
struct Pool {
  std::mutex lock;
  std::condition_variable begin, end;
  const std::function<void()>* work = nullptr;
  uint64_t round = 0;
  unsigned busy = 0, threads = 0;

  Pool() {
    const unsigned processors = std::thread::hardware_concurrency();
    threads = processors > 1 ? processors - 1 : 0;
    for (unsigned i = 0; i < threads; ++i) std::thread([this] { serve(); }).detach();
  }

  void serve() {
    for (uint64_t seen = 0;;) {
      const std::function<void()>* mine;
      {
        std::unique_lock<std::mutex> guard(lock);
        begin.wait(guard, [&] { return round != seen; });
        seen = round;
        mine = work;
      }
      (*mine)();
      std::lock_guard<std::mutex> guard(lock);
      if (--busy == 0) end.notify_all();
    }
  }
};
}  // namespace

void on_all_threads(const std::function<void()>& work) {
  // Never destroyed: its threads wait on it when the process ends.
  static Pool& pool = *new Pool;
  {
    std::lock_guard<std::mutex> guard(pool.lock);
    pool.work = &work;
    pool.busy = pool.threads;
    ++pool.round;
  }
  pool.begin.notify_all();
  work();
  std::unique_lock<std::mutex> guard(pool.lock);
  pool.end.wait(guard, [&] { return pool.busy == 0; });
}
}  // namespace emulator
