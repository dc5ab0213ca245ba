// Barriers and warp operations, as kernels call them.
#include <algorithm>
#include <cstring>

#include "device.h"
#include "runner.h"
#include "status.h"
#include "text.h"

namespace emulator {
namespace {
// The lane whose value a shuffle hands to `lane`: within its segment of `width` lanes, or its own.
unsigned source(const Thread& t, unsigned lane) {
  const int base = (int)lane & ~(t.width - 1), within = (int)lane - base;
  int from = within;
  switch (t.operation) {
    case SHUFFLE: return (unsigned)(base + (t.argument & (t.width - 1)));
    case SHUFFLE_UP: from = within - t.argument; break;
    case SHUFFLE_DOWN: from = within + t.argument; break;
    case SHUFFLE_XOR: from = within ^ t.argument; break;
  }
  return from >= 0 && from < t.width ? (unsigned)(base + from) : lane;
}

uint64_t vote(int operation, uint32_t lanes, uint32_t set) {
  return operation == BALLOT ? set : operation == ANY ? set != 0 : set == lanes;
}

// The last lane to arrive computes for all lanes of the mask.
void compute(Thread* warp, int operation, uint32_t lanes) {
  uint64_t in[32];
  uint32_t set = 0;
  uint16_t epoch = 0;
  for (uint32_t left = lanes; left; left &= left - 1) {
    const unsigned lane = (unsigned)__builtin_ctz(left);
    in[lane] = warp[lane].value;
    if (in[lane]) set |= 1u << lane;
    epoch = std::max(epoch, warp[lane].warp_epoch);
  }
  for (uint32_t left = lanes; left; left &= left - 1) {
    const unsigned lane = (unsigned)__builtin_ctz(left);
    Thread& t = warp[lane];
    t.warp_epoch = epoch + 1;
    switch (operation) {
      case SYNCHRONISE: break;
      case BALLOT:
      case ANY:
      case ALL: t.value = vote(operation, lanes, set); break;
      case MATCH:
        t.value = 0;
        for (uint32_t other = lanes; other; other &= other - 1)
          if (in[__builtin_ctz(other)] == in[lane]) t.value |= other & -other;
        break;
      default: {
        // What a lane outside of the mask would give is undefined: not a number.
        const unsigned from = source(t, lane);
        t.value = lanes >> from & 1 ? in[from] : ~0ull;
      }
    }
  }
}
}  // namespace
}  // namespace emulator

using namespace emulator;

extern "C" {
int emulator_barrier(int vote, int value, const char* file, int line) {
  Runner& runner = *this_runner;
  Thread& t = runner.thread[runner.current];
  if (!runner.barrier_file) {
    runner.barrier_file = file;
    runner.barrier_line = line;
    runner.barrier_vote = vote;
  } else if (runner.barrier_line != line || runner.barrier_vote != vote || strcmp(runner.barrier_file, file)) {
    runner.fail(LAUNCH_FAILED,
                format("threads of one block wait at different barriers, %s:%d and %s:%d",
                       short_name(runner.barrier_file), runner.barrier_line, short_name(file), line),
                nullptr);
  }
  t.file = file;
  t.line = line;
  runner.waiting++;
  runner.votes += value != 0;
  runner.wait();
  switch (vote) {
    case OR: return runner.vote_result != 0;
    case AND: return runner.vote_result == runner.threads;
    default: return (int)runner.vote_result;
  }
}

uint64_t emulator_warp(
    int operation, unsigned mask, uint64_t value, int argument, int width, const char* file, int line) {
  Runner& runner = *this_runner;
  const unsigned index = runner.current, warp = index >> 5, lane = index & 31, first = index - lane;
  const unsigned exist = std::min(32u, runner.threads - first);
  const uint32_t lanes = exist == 32 ? mask : mask & ((1u << exist) - 1);
  auto here = [&] { return format(", %s:%d", short_name(file), line); };
  if (!(mask >> lane & 1))
    runner.fail(LAUNCH_FAILED, format("warp operation by lane %u, which is not in its mask %#x", lane, mask) + here(),
                nullptr);
  if (runner.exited[warp] & lanes)
    runner.fail(LAUNCH_FAILED,
                format("warp operation with mask %#x waits for lane %d, which has exited", mask,
                       __builtin_ctz(runner.exited[warp] & lanes)) + here(),
                nullptr);
  if (const uint32_t others = runner.arrived[warp] & lanes) {
    const Thread& other = runner.thread[first + (unsigned)__builtin_ctz(others)];
    if (other.operation != operation || other.mask != mask)
      runner.fail(LAUNCH_FAILED,
                  format("lanes of one mask meet in different warp operations, %s:%d (mask %#x) and %s:%d (mask %#x)",
                         short_name(other.file), other.line, other.mask, short_name(file), line, mask),
                  nullptr);
  }
  Thread& t = runner.thread[index];
  t.operation = (uint8_t)operation;
  t.mask = mask;
  t.value = value;
  t.argument = argument;
  t.width = (uint8_t)width;
  t.file = file;
  t.line = line;
  runner.arrived[warp] |= 1u << lane;
  if ((runner.arrived[warp] & lanes) != lanes) {
    runner.wait();
    return t.value;
  }
  runner.arrived[warp] &= ~lanes;
  compute(runner.thread + first, operation, lanes);
  runner.make_ready(warp, lanes & ~(1u << lane));
  // Epochs are kept in 14 bits: a new phase is later than all of them.
  if (t.warp_epoch >= (1u << 14) - 1 && runner.checked) {
    next_phase();
    for (unsigned i = 0; i < runner.threads; ++i) runner.thread[i].warp_epoch = 0;
  }
  return t.value;
}

void emulator_trap(const char* what, const char* file, int line) {
  this_runner->fail(ASSERT, format("%s, %s:%d", what, short_name(file), line), nullptr);
}
}
