#include "memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "race.h"
#include "settings.h"
#include "text.h"

namespace emulator {
namespace {
constexpr uint64_t PAGE = 4096;
// Not a number as float, half, bfloat16 and double; minus one as a whole number.
constexpr uint8_t POISON = 0xFF;
constexpr uint8_t ALLOCATED = 0xF0, WRITTEN = 0x0F;

uint8_t bits(uint64_t offset, uint8_t halves) { return halves & (uint8_t)(0x11u << (offset & 3)); }
}  // namespace

void* reserve_addresses(uint64_t bytes, bool accessible) {
  void* p = mmap(nullptr, bytes, accessible ? PROT_READ | PROT_WRITE : PROT_NONE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) {
    fprintf(stderr, "CUDA emulator: cannot reserve %llu GiB of addresses\n", (unsigned long long)(bytes >> 30));
    abort();
  }
  return p;
}

void clear(void* from, uint64_t bytes) {
  uint8_t* begin = (uint8_t*)from;
  uint8_t* end = begin + bytes;
  auto page_of = [](uint8_t* p) { return (uint8_t*)((uint64_t)p & ~(PAGE - 1)); };
  auto all_zero = [](const uint8_t* page) { return !page[0] && !memcmp(page, page + 1, PAGE - 1); };
  uint8_t *first = page_of(begin), *last = page_of(end - 1);
  // The pages at both ends may hold more than this.
  memset(begin, 0, (size_t)(std::min(end, first + PAGE) - begin));
  if (last != first) memset(last, 0, (size_t)(end - last));
  if (!all_zero(first)) first += PAGE;
  uint8_t* released = last >= first && all_zero(last) ? last + PAGE : last;
  if (first < released) madvise(first, (size_t)(released - first), MADV_DONTNEED);
}

void Memory::reserve() {
  if (base != UNRESERVED) return;
  base = (uint64_t)reserve_addresses(RESERVED, false);
  if (checked) marks = (uint8_t*)reserve_addresses(RESERVED / 4, true);
}

uint64_t Memory::allocate(size_t bytes, const void* owner) {
  std::lock_guard<std::mutex> guard(lock);
  reserve();
  if (!bytes || live_bytes + bytes > (size_t)settings.memory_mb << 20) return 0;
  const uint64_t span = (bytes + PAGE - 1) / PAGE * PAGE;
  if (used + span + 2 * PAGE > RESERVED) {
    if (live_blocks) return 0;
    blocks.clear();
    used = 0;
    if (span + 2 * PAGE > RESERVED) return 0;
  }
  const uint64_t low = base + used + PAGE, high = low + span;
  used += span + PAGE;
  if (mprotect((void*)low, span, PROT_READ | PROT_WRITE)) return 0;
  memset((void*)low, POISON, span);
  // Pushed against the unmapped page behind it: an overrun faults.
  const uint64_t begin = (high - bytes) & ~((uint64_t)settings.align - 1);
  set_marks(begin, bytes, ALLOCATED, true);
  blocks[begin] = {begin, bytes, low, high, ++numbers, false, owner};
  live_bytes += bytes;
  ++live_blocks;
  return begin;
}

void Memory::release(Block& block, std::string* damage) {
  block.freed = true;
  live_bytes -= block.bytes;
  --live_blocks;
  bool overwritten = false;
  for (uint64_t p = block.low; p < block.begin; ++p) overwritten |= *(uint8_t*)p != POISON;
  for (uint64_t p = block.end(); p < block.high; ++p) overwritten |= *(uint8_t*)p != POISON;
  if (overwritten)
    *damage = format("bytes just outside allocation #%d (%zu bytes) were overwritten: seen when it was freed",
                     block.number, (size_t)block.bytes);
  set_marks(block.begin, block.bytes, ALLOCATED | WRITTEN, false);
  if (checked) races->forget(block.low - base, block.high - block.low);
  madvise((void*)block.low, block.high - block.low, MADV_DONTNEED);
  mprotect((void*)block.low, block.high - block.low, PROT_NONE);
}

bool Memory::free(uint64_t p, std::string* why) {
  std::lock_guard<std::mutex> guard(lock);
  auto found = blocks.find(p);
  if (found == blocks.end()) {
    *why = format("%#llx was never allocated", (unsigned long long)p);
    return false;
  }
  if (found->second.freed) {
    *why = format("double free of allocation #%d (%zu bytes)", found->second.number, (size_t)found->second.bytes);
    return false;
  }
  release(found->second, why);
  return true;
}

Memory::Amount Memory::free_all(const void* owner) {
  std::lock_guard<std::mutex> guard(lock);
  Amount amount{0, 0};
  std::string damage;
  for (auto& [_, block] : blocks) {
    if (block.freed || block.owner != owner) continue;
    amount.allocations++;
    amount.bytes += (long long)block.bytes;
    release(block, &damage);
  }
  return amount;
}

Memory::Amount Memory::live() const {
  std::lock_guard<std::mutex> guard(lock);
  return {(long long)live_blocks, (long long)live_bytes};
}

void Memory::set_marks(uint64_t p, size_t bytes, uint8_t halves, bool value) {
  if (!checked) return;
  uint64_t from = p - base, to = from + bytes;
  auto one = [&](uint64_t offset, uint8_t which) {
    if (value)
      marks[offset >> 2] |= which;
    else
      marks[offset >> 2] &= (uint8_t)~which;
  };
  for (; from < to && (from & 3); ++from) one(from, bits(from, halves));
  for (; to > from && (to & 3); --to) one(to - 1, bits(to - 1, halves));
  const size_t words = (to - from) >> 2;
  if (!value && halves == (ALLOCATED | WRITTEN)) {
    if (words) clear(marks + (from >> 2), words);
  } else {
    for (size_t i = 0; i < words; ++i) one(from + 4 * i, halves);
  }
}

void Memory::mark_written(uint64_t p, size_t bytes) { set_marks(p, bytes, WRITTEN, true); }

void Memory::copy_marks(uint64_t to, uint64_t from, size_t bytes) {
  if (!checked) return;
  // First all are read: the two may overlap.
  if (!((to | from | bytes) & 3)) {
    std::vector<uint8_t> words(marks + ((from - base) >> 2), marks + ((from - base + bytes) >> 2));
    for (size_t i = 0; i < words.size(); ++i) {
      uint8_t& mark = marks[((to - base) >> 2) + i];
      mark = (uint8_t)((mark & ALLOCATED) | (words[i] & WRITTEN));
    }
    return;
  }
  std::vector<bool> written(bytes);
  for (size_t i = 0; i < bytes; ++i) written[i] = marks[(from + i - base) >> 2] & bits(from + i - base, WRITTEN);
  for (size_t i = 0; i < bytes; ++i) set_marks(to + i, 1, WRITTEN, written[i]);
}

bool Memory::check(uint64_t p, size_t bytes, Need need, std::string* why) {
  if (!bytes) return true;
  uint64_t outside = 0;
  {
    std::lock_guard<std::mutex> guard(lock);
    auto next = blocks.upper_bound(p);
    const Block* block = next == blocks.begin() ? nullptr : &std::prev(next)->second;
    if (!block || block->freed || p >= block->end())
      outside = p;
    else if (bytes > block->end() - p)
      outside = block->end();
  }
  if (outside) {
    *why = describe(outside);
    return false;
  }
  if (!checked || need == Need::WRITABLE) return true;
  for (uint64_t offset = p - base; offset < p - base + bytes;) {
    if (!(offset & 3) && marks[offset >> 2] == 0xFF) {
      offset += 4;
    } else if (marks[offset >> 2] & bits(offset, WRITTEN)) {
      ++offset;
    } else {
      *why = "never written: " + describe(base + offset);
      return false;
    }
  }
  return true;
}

std::string Memory::describe(uint64_t p) {
  std::lock_guard<std::mutex> guard(lock);
  const unsigned long long address = p;
  if (!contains(p)) return format("%#llx is no memory of this device", address);
  auto found = blocks.upper_bound(p);
  const Block* next = found == blocks.end() ? nullptr : &found->second;
  const Block* block = found == blocks.begin() ? nullptr : &std::prev(found)->second;
  auto name = [](const Block& b) {
    return format("%sallocation #%d (%zu bytes)", b.freed ? "freed " : "", b.number, (size_t)b.bytes);
  };
  if (block && p < block->end())
    return format("%#llx is inside %s at offset %zu", address, name(*block).c_str(), (size_t)(p - block->begin));
  if (block && (!next || p - block->end() < next->begin - p))
    return format("%#llx is %zu bytes past the end of %s", address, (size_t)(p - block->end()),
                  name(*block).c_str());
  if (next)
    return format("%#llx is %zu bytes before %s", address, (size_t)(next->begin - p), name(*next).c_str());
  return format("%#llx: nothing was allocated there", address);
}
}  // namespace emulator
