#include "race.h"

#include <algorithm>

#include "memory.h"
#include "settings.h"
#include "text.h"

namespace emulator {
namespace {
// Of each block of this launch: where its phases begin, and up to which of them it has published;
// of the phase `end` only what this thread did.
struct Published {
  uint32_t begin, end;
  unsigned thread;
};
std::vector<Published> blocks;

size_t block_of(const Access& a) {
  auto after = std::upper_bound(blocks.begin(), blocks.end(), a.phase,
                                [](uint32_t p, const Published& block) { return p < block.begin; });
  return (size_t)(after - blocks.begin()) - 1;
}
}  // namespace

Progress progress;

bool published(const Access& before) {
  const Published& block = blocks[block_of(before)];
  return before.phase < block.end || (before.phase == block.end && before.thread == block.thread);
}

void begin_launch() {
  blocks.clear();
  progress.launch_begin = progress.phase + 1;
}

void begin_block() {
  progress.block_begin = ++progress.phase;
  blocks.push_back({progress.phase, 0, 0});
  progress.fenced = progress.looked = progress.acquired = false;
}

void fence_of_block() {
  progress.fenced = true;
  progress.acquired = progress.looked;
}

// What was written in a phase before this one, or in this one by the thread of the atomic, is published.
void atomic_of_block(unsigned thread) {
  progress.looked = true;
  if (!progress.fenced) return;
  blocks.back().end = progress.phase;
  blocks.back().thread = thread;
}

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

void GlobalRaces::tally() {
  counters.bytes_read += sectors_read * SECTOR;
  counters.bytes_written += sectors_written * SECTOR;
  sectors_read = sectors_written = 0;
}
}  // namespace emulator
