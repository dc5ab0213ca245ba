// What the checked build calls at each of its accesses. g++ -fsanitize=thread and -fsanitize=undefined
// put the calls there for their own run-time libraries; neither is linked, so they end here.
#include <algorithm>

#include "device.h"
#include "pinned.h"
#include "runner.h"
#include "status.h"
#include "text.h"

namespace emulator {
namespace {
struct Kind {
  bool write, atomic;
  const char* name() const { return atomic ? "atomic" : write ? "write" : "read"; }
};

[[noreturn]] void fail_race(Runner& runner, const Race& race, const char* memory, const std::string& place, void* at) {
  runner.fail(LAUNCH_FAILED,
              format("%s race on %s memory with %s%s", race.kind, memory, describe(race.other).c_str(), place.c_str()),
              at);
}

// Bytes [p, p + size) as those of single words.
template <unsigned SIZE, class Each>
inline __attribute__((always_inline)) void each_word(uint64_t p, unsigned size, Each each) {
  if (SIZE >= 4 && !(p & 3)) {
    for (unsigned i = 0; i < SIZE; i += 4) each(p + i, 0xFu);
    return;
  }
  for (const uint64_t end = p + size; p < end;) {
    const unsigned shift = p & 3, bytes = std::min<unsigned>(4 - shift, (unsigned)(end - p));
    each(p, ((1u << bytes) - 1) << shift);
    p += bytes;
  }
}

[[noreturn]] __attribute__((noinline, cold)) void fail_address(
    Runner& runner, uint64_t word, unsigned size, Kind kind, void* at) {
  runner.fail(ILLEGAL_ADDRESS,
              format("invalid %s of %u bytes: ", kind.name(), size) + runner.device->memory.describe(word), at);
}
[[noreturn]] __attribute__((noinline, cold)) void fail_unwritten(Runner& runner, uint64_t word, Kind kind, void* at) {
  runner.fail(LAUNCH_FAILED,
              format("%s of device memory that nothing has written: ", kind.name()) +
                  runner.device->memory.describe(word),
              at);
}

// SIZE is 0 where the size is not known before.
template <unsigned SIZE>
inline __attribute__((always_inline)) void access_global(
    Runner& runner, uint64_t p, unsigned size, Kind kind, void* at) {
  const Accessor me{runner.current, runner.thread[runner.current].warp_epoch};
  Device& device = *runner.device;
  Memory& memory = device.memory;
  each_word<SIZE>(p, size, [&](uint64_t word, unsigned bytes) __attribute__((always_inline)) {
    const uint64_t offset = word - memory.base;
    uint8_t& marks = memory.marks[offset >> 2];
    if (((marks >> 4) & bytes) != bytes) fail_address(runner, word, size, kind, at);
    if ((marks & bytes) != bytes) {
      if (!kind.write || kind.atomic) fail_unwritten(runner, word, kind, at);
      marks |= (uint8_t)bytes;
    }
    device.races.count(offset, !kind.write || kind.atomic, kind.write);
    const Race race = record(device.races.cell(offset), progress.launch_begin, bytes, kind.write, kind.atomic, me);
    if (__builtin_expect(race.kind != nullptr, 0))
      fail_race(runner, race, "global", " (" + memory.describe(word) + ")", at);
  });
}

[[noreturn]] __attribute__((noinline, cold)) void fail_beyond_dynamic(Runner& runner, uint64_t p, Kind kind, void* at) {
  runner.fail(ILLEGAL_ADDRESS,
              format("%s of dynamic shared memory at offset %zu, launched with %u bytes", kind.name(),
                     (size_t)(p - (uint64_t)runner.shared.dynamic), runner.launch->shared),
              at);
}

template <unsigned SIZE>
inline __attribute__((always_inline)) void access_shared(
    Runner& runner, uint64_t p, unsigned size, Kind kind, void* at) {
  const uint64_t dynamic = (uint64_t)runner.shared.dynamic;
  if (p - dynamic < DYNAMIC_SHARED && p + size > dynamic + runner.launch->shared)
    fail_beyond_dynamic(runner, p, kind, at);
  const Accessor me{runner.current, runner.thread[runner.current].warp_epoch};
  each_word<SIZE>(p, size, [&](uint64_t word, unsigned bytes) __attribute__((always_inline)) {
    Cell& cell = runner.shared_races.cell(word);
    if ((!kind.write || kind.atomic) && !written_by_this_block(cell))
      runner.fail(LAUNCH_FAILED, "read of shared memory that no thread of the block has written", at);
    const Race race = record(cell, progress.block_begin, bytes, kind.write, kind.atomic, me);
    if (__builtin_expect(race.kind != nullptr, 0)) fail_race(runner, race, "shared", "", at);
  });
}

// Neither device memory nor shared: local variables and constants are fine, as is pinned memory.
void access_elsewhere(Runner& runner, uint64_t p, unsigned size, Kind kind, void* at) {
  const Library& library = *runner.launch->function.code.library;
  if (runner.fiber->on_stack(p) || (p >= library.low && p < library.high)) return;
  if (p < 65536) runner.fail(ILLEGAL_ADDRESS, format("%s through a null pointer", kind.name()), at);
  for (int i = 0; i < DEVICES; ++i)
    if (device(i).memory.contains(p))
      runner.fail(ILLEGAL_ADDRESS, format("%s of memory of device %d", kind.name(), i), at);
  if (!is_pinned((void*)p, size))
    runner.fail(ILLEGAL_ADDRESS, format("%s of %#llx, which is memory of the host", kind.name(), (unsigned long long)p),
                at);
}

template <unsigned SIZE>
inline __attribute__((always_inline)) void access(void* pointer, unsigned size, Kind kind, void* at) {
  Runner* runner = this_runner;
  if (!runner || !runner->active) return;
  if (__builtin_expect(runner->job->stop.load(std::memory_order_relaxed), 0)) runner->leave();
  const uint64_t p = (uint64_t)pointer;
  if (runner->device->memory.contains(p))
    access_global<SIZE>(*runner, p, size, kind, at);
  else if (p >= (uint64_t)runner->shared.low && p < (uint64_t)runner->shared.high)
    access_shared<SIZE>(*runner, p, size, kind, at);
  else
    access_elsewhere(*runner, p, size, kind, at);
}

// The first members of what g++ passes to the handlers of undefined behaviour.
struct SourceLocation {
  const char* file;
  uint32_t line, column;
};
struct TypeDescriptor {
  uint16_t kind, info;
  char name[1];
};
struct Finding {
  SourceLocation location;
  const TypeDescriptor* type;
  unsigned char log_alignment;  // of a type mismatch
};

void fail_finding(const Finding* finding, int status, const std::string& what) {
  Runner* runner = this_runner;
  if (!runner || !runner->active) return;
  runner->fail(status, format("%s at %s:%u", what.c_str(), short_name(finding->location.file), finding->location.line),
               nullptr);
}
}  // namespace
}  // namespace emulator

using namespace emulator;

extern "C" {
#define HERE __builtin_return_address(0)
#define ACCESSES(size)                                                                                 \
  void __tsan_read##size(void* p) { access<size>(p, size, {false, false}, HERE); }                           \
  void __tsan_write##size(void* p) { access<size>(p, size, {true, false}, HERE); }                           \
  void __tsan_unaligned_read##size(void* p) { access<size>(p, size, {false, false}, HERE); }                 \
  void __tsan_unaligned_write##size(void* p) { access<size>(p, size, {true, false}, HERE); }                 \
  void __tsan_volatile_read##size(void* p) { access<size>(p, size, {false, false}, HERE); }                  \
  void __tsan_volatile_write##size(void* p) { access<size>(p, size, {true, false}, HERE); }                  \
  void __tsan_unaligned_volatile_read##size(void* p) { access<size>(p, size, {false, false}, HERE); }        \
  void __tsan_unaligned_volatile_write##size(void* p) { access<size>(p, size, {true, false}, HERE); }
ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)
#undef ACCESSES
void __tsan_read_range(void* p, long size) { access<0>(p, (unsigned)size, {false, false}, HERE); }
void __tsan_write_range(void* p, long size) { access<0>(p, (unsigned)size, {true, false}, HERE); }
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_init() {}
void __tsan_vptr_read(void*) {}
void __tsan_vptr_update(void*, void*) {}

void __ubsan_handle_type_mismatch_v1(Finding* finding, uintptr_t p) {
  fail_finding(finding, MISALIGNED_ADDRESS,
               format("misaligned address: %#llx used as %s, which wants a multiple of %u", (unsigned long long)p,
                      finding->type->name, 1u << finding->log_alignment));
}
void __ubsan_handle_out_of_bounds(Finding* finding, uintptr_t index) {
  fail_finding(finding, ILLEGAL_ADDRESS, format("index %lld is outside of %s", (long long)index, finding->type->name));
}
#define ARITHMETIC(handler, what) \
  void handler(Finding* finding) { fail_finding(finding, LAUNCH_FAILED, what); }
ARITHMETIC(__ubsan_handle_add_overflow, "overflow of a signed addition")
ARITHMETIC(__ubsan_handle_sub_overflow, "overflow of a signed subtraction")
ARITHMETIC(__ubsan_handle_mul_overflow, "overflow of a signed product")
ARITHMETIC(__ubsan_handle_negate_overflow, "overflow of a signed negation")
ARITHMETIC(__ubsan_handle_divrem_overflow, "integer division by zero, or its overflow")
ARITHMETIC(__ubsan_handle_shift_out_of_bounds, "shift by more bits than there are")
#undef ARITHMETIC

void emulator_atomic(void* p, int bytes, void* at) {
  Runner* runner = this_runner;
  if (!runner || !runner->active || !runner->checked) return;
  access<0>(p, (unsigned)bytes, {true, true}, at);
  atomic_of_block(runner->current);
}

void emulator_fence() {
  Runner* runner = this_runner;
  if (runner && runner->active && runner->checked) fence_of_block();
}
}
