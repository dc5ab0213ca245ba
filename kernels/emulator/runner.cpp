#include "runner.h"

#include <algorithm>
#include <cstring>

#include "device.h"
#include "faults.h"
#include "status.h"
#include "text.h"

namespace emulator {
extern "C" {
__thread Position emulator_position __attribute__((tls_model("initial-exec")));
}
thread_local Runner* this_runner __attribute__((tls_model("initial-exec")));

namespace {
// What a launch asked for ends here, and an overrun of it changes these bytes (fast build).
constexpr size_t CANARY = 256;

uint64_t step(uint64_t x) {  // Marsaglia's xorshift
  x ^= x << 13;
  x ^= x >> 7;
  return x ^ x << 17;
}

// Which block comes i-th. At random: a stride that shares no factor with the number of blocks.
uint32_t block_at(const Job& job, uint32_t i) {
  if (job.order == Order::FORWARD) return i;
  if (job.order == Order::REVERSE) return job.blocks - 1 - i;
  uint64_t stride = step(job.seed) % job.blocks | 1;
  auto shares_factor = [&](uint64_t a, uint64_t b) {
    while (b) std::swap(a %= b, b);
    return a != 1;
  };
  while (shares_factor(stride, job.blocks)) ++stride;
  return (uint32_t)((job.seed + i * stride) % job.blocks);
}

uint32_t all_of_warp(unsigned threads, unsigned warp) {
  return threads - warp * 32 >= 32 ? ~0u : (1u << (threads & 31)) - 1;
}
}  // namespace

Runner& own_runner() {
  // Ends with its thread: threads of Java come and go.
  static thread_local struct Owner {
    ~Owner() {
      delete this_runner;
      this_runner = nullptr;
    }
  } owner;
  (void)owner;
  if (!this_runner) this_runner = new Runner;
  return *this_runner;
}

Runner::Runner() : os_thread(pthread_self()) {}

Runner::~Runner() {
  forget(*this);
  for (Fiber* each : all_fibers) delete each;
}

void Runner::work(Job& shared_job) {
  job = &shared_job;
  launch = &job->launch;
  device = &launch->context->device;
  checked = launch->function.code.kernel->checked;
  argument_pointers.clear();
  for (size_t place : launch->places) argument_pointers.push_back((char*)launch->values.data() + place);
  arguments = argument_pointers.data();
  shared = shared_memory(launch->function.code);
  if (checked) shared_races.cover(shared.low, shared.high);
  random = step(job->seed);
  order = job->order;
  FaultStack stack(*this);
  active = true;
  for (uint32_t i; !job->stop && (i = job->next++) < job->blocks;)
    if (!run_block(block_at(*job, i))) job->stop = true;
  active = false;
}

bool Runner::run_block(uint32_t block) {
  const dim3 grid = launch->grid, size = launch->block;
  emulator_position.block = {block % grid.x, block / grid.x % grid.y, block / grid.x / grid.y};
  emulator_position.threads = {size.x, size.y, size.z};
  emulator_position.blocks = {grid.x, grid.y, grid.z};
  threads = alive = launch->threads();
  started = waiting = last_warp = votes = 0;
  barrier_file = nullptr;
  failed = false;
  for (unsigned warp = 0; warp * 32 < threads; ++warp) {
    fresh[warp] = all_of_warp(threads, warp);
    ready[warp] = arrived[warp] = exited[warp] = 0;
  }
  for (unsigned i = 0; i < threads; ++i) {
    thread[i].fiber = nullptr;
    thread[i].warp_epoch = 0;
  }
  if (checked)
    begin_block();
  else
    poison_shared();

  const int first = next_thread();
  if (first >= 0) {
    resume((unsigned)first);
    emulator_switch(&scheduler, fiber->position);
  }
  if (!failed && !checked && shared_overrun())
    fail_block(format("wrote past the %u bytes of dynamic shared memory that it was launched with", launch->shared));
  if (failed) {
    idle_fibers = all_fibers;
    for (Fiber* each : all_fibers) each->restart();
  }
  return !failed;
}

// The body of every fiber: the thread that it was woken for, then others, as long as there are any.
void Runner::run_fiber() {
  Runner& runner = *this_runner;  // a fiber stays on its thread of the OS
  for (;;) {
    const unsigned index = runner.current;
    runner.launch->function.code.kernel->run(runner.arguments);
    Fiber* self = runner.fiber;
    runner.exited[index >> 5] |= 1u << (index & 31);
    runner.alive--;
    const int next = runner.next_thread();
    if (next >= 0 && !runner.thread[next].fiber) {  // a fresh thread: on this stack, without a switch
      runner.thread[next].fiber = self;
      runner.resume((unsigned)next);
      continue;
    }
    runner.idle_fibers.push_back(self);
    if (next >= 0) runner.resume((unsigned)next);
    emulator_switch(&self->position, next >= 0 ? runner.fiber->position : runner.scheduler);
  }
}

// Makes a thread the current one, on a fiber of its own; the caller switches.
void Runner::resume(unsigned index) {
  const dim3 size = launch->block;
  current = index;
  if (size.y == 1 && size.z == 1)
    emulator_position.thread = {index, 0, 0};
  else
    emulator_position.thread = {index % size.x, index / size.x % size.y, index / size.x / size.y};
  if (!thread[index].fiber) thread[index].fiber = idle_fiber();
  fiber = thread[index].fiber;
}

Fiber* Runner::idle_fiber() {
  if (idle_fibers.empty()) {
    all_fibers.push_back(new Fiber((unsigned)all_fibers.size(), &run_fiber));
    return all_fibers.back();
  }
  Fiber* idle = idle_fibers.back();
  idle_fibers.pop_back();
  return idle;
}

void Runner::switch_to(unsigned index) {
  Fiber* self = fiber;
  resume(index);
  if (fiber != self) emulator_switch(&self->position, fiber->position);
}

void Runner::wait() {
  // Most often the next lane of the same warp goes on.
  if (const uint32_t lanes = ready[last_warp]; lanes && order != Order::RANDOM && !failed && (++ticks & 255)) {
    const unsigned lane = (unsigned)(order == Order::REVERSE ? 31 - __builtin_clz(lanes) : __builtin_ctz(lanes));
    ready[last_warp] = lanes & ~(1u << lane);
    switch_to(last_warp * 32 + lane);
    return;
  }
  const int next = next_thread();
  if (next >= 0)
    switch_to((unsigned)next);
  else
    emulator_switch(&fiber->position, scheduler);
}

void Runner::release_barrier() {
  waiting = 0;
  barrier_file = nullptr;
  vote_result = votes;
  votes = 0;
  for (unsigned warp = 0; warp * 32 < threads; ++warp) ready[warp] = all_of_warp(threads, warp);
  if (checked) next_phase();
}

// The thread that goes on. Negative: all have ended, or the block has failed.
int Runner::next_thread() {
  if ((++ticks & 255) == 0 && job->stop) failed = true;
  if (failed || !alive) return -1;
  if (waiting == alive) {
    if (alive < threads) {
      fail_block("not all threads of the block reach __syncthreads:" + waits());
      return -1;
    }
    release_barrier();
  }
  const int index = order == Order::RANDOM ? choose_at_random() : choose();
  if (index < 0) {
    fail_block("its threads wait for each other:" + waits());
    return -1;
  }
  const uint32_t bit = 1u << (index & 31);
  if (fresh[index >> 5] & bit) started++;
  fresh[index >> 5] &= ~bit;
  ready[index >> 5] &= ~bit;
  last_warp = (unsigned)index >> 5;
  return index;
}

// A warp that can go on does so, before another and before a thread is started.
int Runner::choose() {
  const bool reverse = order == Order::REVERSE;
  const unsigned warps = (threads + 31) / 32;
  unsigned warp = last_warp;
  for (unsigned i = 0; !ready[warp] && i < warps; ++i) warp = reverse ? warps - 1 - i : i;
  if (ready[warp])
    return (int)(warp * 32) + (reverse ? 31 - __builtin_clz(ready[warp]) : __builtin_ctz(ready[warp]));
  if (started == threads) return -1;
  return (int)(reverse ? threads - 1 - started : started);
}

int Runner::choose_at_random() {
  unsigned candidates = 0;
  for (unsigned warp = 0; warp * 32 < threads; ++warp)
    candidates += (unsigned)__builtin_popcount(ready[warp] | fresh[warp]);
  if (!candidates) return -1;
  random = step(random);
  unsigned skip = (unsigned)(random % candidates);
  for (unsigned warp = 0;; ++warp) {
    uint32_t bits = ready[warp] | fresh[warp];
    const unsigned here = (unsigned)__builtin_popcount(bits);
    if (skip >= here) {
      skip -= here;
      continue;
    }
    while (skip--) bits &= bits - 1;
    return (int)(warp * 32) + __builtin_ctz(bits);
  }
}

// Nobody has written to the shared memory of a new block.
void Runner::poison_shared() {
  const size_t dynamic = std::min<size_t>(launch->shared + CANARY, DYNAMIC_SHARED);
  memset(shared.low, 0xFF, (size_t)(shared.dynamic - shared.low));
  memset(shared.dynamic, 0xFF, dynamic);
  memset(shared.dynamic + DYNAMIC_SHARED, 0xFF, (size_t)(shared.high - shared.dynamic) - DYNAMIC_SHARED);
}

bool Runner::shared_overrun() const {
  const size_t end = std::min<size_t>(launch->shared + CANARY, DYNAMIC_SHARED);
  for (size_t i = launch->shared; i < end; ++i)
    if (shared.dynamic[i] != 0xFF) return true;
  return false;
}

std::string Runner::where(unsigned index) const {
  const uint3 b = emulator_position.block;
  const dim3 size = launch->block;
  return format("block (%u,%u,%u) thread (%u,%u,%u)", b.x, b.y, b.z, index % size.x, index / size.x % size.y,
                index / size.x / size.y);
}

// What each thread waits for, neighbours together.
std::string Runner::waits() const {
  auto one = [&](unsigned i) -> std::string {
    const Thread& t = thread[i];
    if (exited[i >> 5] >> (i & 31) & 1) return "exited";
    if (!(arrived[i >> 5] >> (i & 31) & 1)) return format("at __syncthreads, %s:%d", short_name(t.file), t.line);
    return format("at a warp operation with mask %#x, %s:%d", t.mask, short_name(t.file), t.line);
  };
  std::string text;
  for (unsigned i = 0, runs = 0; i < threads && runs < 8; ++runs) {
    unsigned last = i;
    while (last + 1 < threads && one(last + 1) == one(i)) ++last;
    text += i == last ? format(" thread %u ", i) : format(" threads %u-%u ", i, last);
    text += one(i) + (last + 1 < threads ? ";" : "");
    i = last + 1;
  }
  return text;
}

void Runner::fail_block(const std::string& what) {
  const uint3 b = emulator_position.block;
  launch->context->fail(LAUNCH_FAILED, "kernel " + launch->function.name + ": block " +
                                           format("(%u,%u,%u)", b.x, b.y, b.z) + ": " + what);
  failed = true;
}

void Runner::fail(int status, const std::string& what, void* at) {
  launch->context->fail(status, "kernel " + launch->function.name + ": " + what + ", " + where(current), at);
  leave();
}

void Runner::leave() {
  failed = true;
  job->stop = true;
  void* nowhere;
  emulator_switch(&nowhere, scheduler);
  __builtin_unreachable();
}
}  // namespace emulator
