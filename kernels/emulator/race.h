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

void begin_launch();
void begin_block();
void next_phase();
// A fence and an atomic of any thread speak for its whole block.
void fence_of_block();
void atomic_of_block();

enum class Space { SHARED, GLOBAL };
Race record(Cell& cell, Space space, unsigned bytes, bool write, bool atomic, Accessor me);
bool written_by_this_block(const Cell& cell);
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
  void count(uint64_t offset, bool read, bool write);
  // The memory was freed.
  void forget(uint64_t offset, uint64_t bytes);

 private:
  Cell* cells = nullptr;
  uint32_t *read_in = nullptr, *written_in = nullptr;  // for each sector: the launch
};
}  // namespace emulator
