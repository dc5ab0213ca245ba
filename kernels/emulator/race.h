// Who touched a word last, and whether a later access is ordered after that.
//
// Two accesses of a block are ordered by a barrier between them, two of a warp also by a warp
// operation. Accesses of two blocks are not, unless one block has published (__threadfence, then an
// atomic) and the other has looked (an atomic, then __threadfence).
//
// The checked device runs its blocks one after the other on one thread, so nothing here is atomic.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace emulator {
// One access, in 8 bytes. A phase is a block between two of its barriers; each has a number of its
// own, which only grows, from block to block and launch to launch.
struct Access {
  uint32_t phase;
  uint32_t thread : 10, bytes : 4, atomic : 1;
  // Of reads, which are kept as the last one: whether others than its thread, warp or block read, too.
  uint32_t lanes : 1, warps : 1, blocks : 1;
  uint32_t warp_epoch : 14;
};
static_assert(sizeof(Access) == 8);

// The accesses to 4 bytes.
struct Cell {
  Access write, read;
};

// The thread that now accesses a word.
struct Accessor {
  unsigned thread;
  uint16_t warp_epoch;
};

// Null, or what the access races with, for the report.
struct Race {
  const char* kind = nullptr;
  Access other{};
};

// Where the launch stands. Every access reads it: the functions on its way are inline.
struct Progress {
  uint32_t phase = 0, launch_begin = 0, block_begin = 0;
  bool fenced = false, looked = false, acquired = false;
};
extern Progress progress __attribute__((visibility("hidden")));

void begin_launch();
void begin_block();
inline void next_phase() { ++progress.phase; }
// A fence and an atomic of any thread speak for what its whole block did before the last barrier.
void fence_of_block();
void atomic_of_block(unsigned thread);

inline unsigned warp_of(const Access& a) { return (unsigned)a.thread / 32; }
inline unsigned warp_of(Accessor a) { return a.thread / 32; }
inline bool of_this_block(const Access& a) { return a.phase >= progress.block_begin; }
inline bool written_by_this_block(const Cell& cell) { return of_this_block(cell.write); }
// Whether another block has published what it did.
bool published(const Access& before);

inline bool ordered(const Access& before, Accessor me) {
  if (!of_this_block(before)) return progress.acquired && published(before);
  if (before.thread == me.thread || before.phase != progress.phase) return true;
  return warp_of(before) == warp_of(me) && before.warp_epoch < me.warp_epoch;
}

// Whether a write comes after all the reads that `r` stands for.
inline bool after_reads(const Access& r, Accessor me) {
  if (!ordered(r, me)) return false;
  if (r.blocks) return progress.acquired;
  if (r.phase != progress.phase) return true;
  return !r.warps && !(r.lanes && !(warp_of(r) == warp_of(me) && r.warp_epoch < me.warp_epoch));
}

// `begin`: the phase since which the memory has been what it is. Shared memory is another one for each block.
inline __attribute__((always_inline)) Race record(Cell& cell, uint32_t begin, unsigned bytes, bool write, bool atomic, Accessor me) {
  const uint32_t phase = progress.phase;
  const Access w = cell.write, r = cell.read;
  const bool written = w.phase >= begin, read = r.phase >= begin;
  if (written && (w.bytes & bytes) && !(atomic && w.atomic) && !ordered(w, me))
    return {write ? "write after write" : "read after write", w};
  if (write) {
    if (read && (r.bytes & bytes) && !(atomic && r.atomic) && !after_reads(r, me)) return {"write after read", r};
    const bool again = written && of_this_block(w) && w.thread == me.thread;
    cell.write = {phase, me.thread, again ? w.bytes | bytes : bytes, atomic, 0, 0, 0, me.warp_epoch};
    return {};
  }
  Access now{phase, me.thread, read ? r.bytes | bytes : bytes, 0, 0, 0, 0, me.warp_epoch};
  if (read) {
    const bool same_phase = r.phase == phase, same_warp = warp_of(r) == warp_of(me);
    now.blocks = r.blocks || !of_this_block(r);
    now.warps = same_phase && (r.warps || !same_warp);
    now.lanes = same_phase && same_warp && r.warp_epoch == me.warp_epoch && (r.lanes || r.thread != me.thread);
  }
  cell.read = now;
  return {};
}

// "thread 7 of the same block", "block 3 thread 7": blocks count in the order in which they ran.
std::string describe(const Access& access);

// The cells of a block's shared memory.
class SharedRaces {
 public:
  void cover(const uint8_t* low, const uint8_t* high);
  Cell& cell(uint64_t p) { return (*cells)[(p >> 2) - first]; }

 private:
  struct Range {
    uint64_t first;
    std::vector<Cell> cells;
  };
  std::vector<Range> ranges;  // one for each library
  uint64_t first = 0;
  std::vector<Cell>* cells = nullptr;
};

// The cells of a device's memory, and which of its 32-byte sectors this launch has touched.
class GlobalRaces {
 public:
  void reserve();
  Cell& cell(uint64_t offset) { return cells[offset >> 2]; }
  void count(uint64_t offset, bool read, bool write) {
    if (read && read_in[offset / SECTOR] != progress.launch_begin) {
      read_in[offset / SECTOR] = progress.launch_begin;
      sectors_read++;
    }
    if (write && written_in[offset / SECTOR] != progress.launch_begin) {
      written_in[offset / SECTOR] = progress.launch_begin;
      sectors_written++;
    }
  }
  // Adds what this launch has touched to the counters.
  void tally();
  // The memory was freed.
  void forget(uint64_t offset, uint64_t bytes);

 private:
  static constexpr unsigned SECTOR = 32;
  Cell* cells = nullptr;
  long long sectors_read = 0, sectors_written = 0;
  uint32_t *read_in = nullptr, *written_in = nullptr;  // for each sector: the launch
};
}  // namespace emulator
