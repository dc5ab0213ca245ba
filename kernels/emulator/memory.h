// The memory of one device: a reserved range of addresses, of which none is given out twice, so that
// a pointer tells for ever what it pointed to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace emulator {
class GlobalRaces;
enum class Need { WRITABLE, INITIALISED };

class Memory {
 public:
  static constexpr uint64_t RESERVED = 256ull << 30;
  static constexpr uint64_t UNRESERVED = 1ull << 63;  // no address lies behind it

  // With a record of races, it is also known of every byte whether it is allocated and whether it was
  // written.
  explicit Memory(GlobalRaces* races) : checked(races), races(races) {}

  // 0 when there is not so much.
  uint64_t allocate(size_t bytes, const void* owner);

  // False when that is no live allocation: `why` says so. True with a `why` when bytes around the
  // allocation had been overwritten.
  bool free(uint64_t p, std::string* why);

  // Frees what the owner still has: how many allocations and bytes that were.
  struct Amount {
    long long allocations, bytes;
  };
  Amount free_all(const void* owner);
  Amount live() const;

  bool contains(uint64_t p) const { return p - base < RESERVED; }
  bool check(uint64_t p, size_t bytes, Need need, std::string* why);
  void mark_written(uint64_t p, size_t bytes);
  // The destination is as initialised as the source.
  void copy_marks(uint64_t to, uint64_t from, size_t bytes);
  std::string describe(uint64_t p);

  // For every 4 bytes one: the high half says which are allocated, the low half which were written.
  // Null in the unchecked memory.
  uint8_t* marks = nullptr;
  uint64_t base = UNRESERVED;
  const bool checked;

 private:
  struct Block {
    uint64_t begin, bytes;
    uint64_t low, high;  // the pages: one unmapped page stands before and behind them
    int number;
    bool freed;
    const void* owner;
    uint64_t end() const { return begin + bytes; }
  };
  void reserve();
  void release(Block& block, std::string* damage);
  void set_marks(uint64_t p, size_t bytes, uint8_t halves, bool value);

  GlobalRaces* const races;
  mutable std::mutex lock;
  std::map<uint64_t, Block> blocks;
  uint64_t used = 0;  // of the reserved addresses
  size_t live_bytes = 0, live_blocks = 0;
  int numbers = 0;
};

// Reserves addresses that cost nothing until they are touched.
void* reserve_addresses(uint64_t bytes, bool accessible);
// Makes all of it zero, and gives back the pages that are zero then: addresses are not used again, so
// what is known of freed memory would only pile up.
void clear(void* from, uint64_t bytes);
}  // namespace emulator
