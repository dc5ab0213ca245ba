#include "race.h"

#include <algorithm>

#include "memory.h"
#include "settings.h"
#include "text.h"

namespace emulator {
namespace {
constexpr unsigned SECTOR = 32;

uint32_t phase = 0, launch_begin = 0, block_begin = 0;
bool fenced = false, looked = false, acquired = false;

// Of each block of this launch: where its phases begin, and up to which of them it has published.
struct Published {
  uint32_t begin, end;
};
std::vector<Published> blocks;

unsigned warp_of(const Access& a) { return (unsigned)a.thread / 32; }
unsigned warp_of(Accessor a) { return a.thread / 32; }
bool of_this_block(const Access& a) { return a.phase >= block_begin; }

size_t block_of(const Access& a) {
  auto after = std::upper_bound(blocks.begin(), blocks.end(), a.phase,
                                [](uint32_t p, const Published& block) { return p < block.begin; });
  return (size_t)(after - blocks.begin()) - 1;
}

bool ordered(const Access& before, Accessor me) {
  if (!of_this_block(before)) return acquired && before.phase < blocks[block_of(before)].end;
  if (before.thread == me.thread || before.phase != phase) return true;
  return warp_of(before) == warp_of(me) && before.warp_epoch < me.warp_epoch;
}

// Whether a write comes after all the reads that `r` stands for.
bool after_reads(const Access& r, Accessor me) {
  if (!ordered(r, me)) return false;
  if (r.blocks) return acquired;
  if (r.phase != phase) return true;
  return !r.warps && !(r.lanes && !(warp_of(r) == warp_of(me) && r.warp_epoch < me.warp_epoch));
}
}  // namespace

void begin_launch() {
  blocks.clear();
  launch_begin = phase + 1;
}

void begin_block() {
  block_begin = ++phase;
  blocks.push_back({phase, 0});
  fenced = looked = acquired = false;
}

void next_phase() { ++phase; }

void fence_of_block() {
  fenced = true;
  acquired = looked;
}

// What was written in a phase before this one, or in this one by the thread of the fence, is published.
void atomic_of_block() {
  looked = true;
  if (fenced) blocks.back().end = phase + 1;
}

Race record(Cell& cell, Space space, unsigned bytes, bool write, bool atomic, Accessor me) {
  Access &w = cell.write, &r = cell.read;
  // Shared memory is another one for each block.
  const uint32_t begin = space == Space::SHARED ? block_begin : launch_begin;
  const bool written = w.phase >= begin, read = r.phase >= begin;
  if (written && (w.bytes & bytes) && !(atomic && w.atomic) && !ordered(w, me))
    return {write ? "write after write" : "read after write", w};
  if (write) {
    if (read && (r.bytes & bytes) && !(atomic && r.atomic) && !after_reads(r, me)) return {"write after read", r};
    const bool again = written && of_this_block(w) && w.thread == me.thread;
    w = {phase, me.thread, again ? w.bytes | bytes : bytes, atomic, 0, 0, 0, me.warp_epoch};
    return {};
  }
  Access now{phase, me.thread, read ? r.bytes | bytes : bytes, 0, 0, 0, 0, me.warp_epoch};
  if (read) {
    const bool same_phase = r.phase == phase, same_warp = warp_of(r) == warp_of(me);
    now.blocks = r.blocks || !of_this_block(r);
    now.warps = same_phase && (r.warps || !same_warp);
    now.lanes = same_phase && same_warp && r.warp_epoch == me.warp_epoch && (r.lanes || r.thread != me.thread);
  }
  r = now;
  return {};
}

bool written_by_this_block(const Cell& cell) { return of_this_block(cell.write); }

std::string describe(const Access& access) {
  if (of_this_block(access)) return format("thread %u of the same block", (unsigned)access.thread);
  return format("thread %u of block %zu", (unsigned)access.thread, block_of(access));
}

void SharedRaces::cover(const uint8_t* low, const uint8_t* high) {
  first = (uint64_t)low >> 2;
  for (Range& range : ranges)
    if (range.first == first) {
      cells = &range.cells;
      return;
    }
  ranges.push_back({first, std::vector<Cell>(((size_t)(high - low) >> 2) + 2)});
  cells = &ranges.back().cells;
}

void GlobalRaces::reserve() {
  if (cells) return;
  cells = (Cell*)reserve_addresses(Memory::RESERVED / 4 * sizeof(Cell), true);
  read_in = (uint32_t*)reserve_addresses(Memory::RESERVED / SECTOR * sizeof(uint32_t), true);
  written_in = (uint32_t*)reserve_addresses(Memory::RESERVED / SECTOR * sizeof(uint32_t), true);
}

void GlobalRaces::forget(uint64_t offset, uint64_t bytes) {
  if (!cells) return;
  clear(cells + offset / 4, bytes / 4 * sizeof(Cell));
  clear(read_in + offset / SECTOR, bytes / SECTOR * sizeof(uint32_t));
  clear(written_in + offset / SECTOR, bytes / SECTOR * sizeof(uint32_t));
}

void GlobalRaces::count(uint64_t offset, bool read, bool write) {
  if (read && read_in[offset / SECTOR] != launch_begin) {
    read_in[offset / SECTOR] = launch_begin;
    counters.bytes_read += SECTOR;
  }
  if (write && written_in[offset / SECTOR] != launch_begin) {
    written_in[offset / SECTOR] = launch_begin;
    counters.bytes_written += SECTOR;
  }
}
}  // namespace emulator
