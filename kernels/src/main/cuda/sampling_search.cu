// Top-k and top-p over all logits of a row, found among sorted lists without merging them.
#include "weft.cuh"
#include "mass.cuh"
#include "draw.cuh"

// Running sums of the masses of each sorted list, a block for each.
KERNEL(LIST_THREADS) sample_masses(i64* sums, const u64* keys, const float* maxima, int n, int lists) {
  __shared__ float maxima_of_warps[LIST_WARPS];
  __shared__ i64 scratch[LIST_WARPS];
  i64 row = blockIdx.x / lists;
  float max = max_of_row(maxima + row * lists, lists, maxima_of_warps);
  if (!drawable(max)) return;
  int count = min(LIST, n - (int)(blockIdx.x % lists) * LIST);
  const u64* list = keys + (i64)blockIdx.x * LIST;
  i64 masses[PER_THREAD];
  i64 own = 0;
#pragma unroll
  for (int k = 0; k < PER_THREAD; k++) {
    int i = threadIdx.x * PER_THREAD + k;
    masses[k] = i < count ? mass(value_of(list[i]), max) : 0;
    own += masses[k];
  }
  i64 total;
  i64 sum = scan_block(own, scratch, total) - own;
#pragma unroll
  for (int k = 0; k < PER_THREAD; k++) {
    sum += masses[k];
    sums[(i64)blockIdx.x * LIST + threadIdx.x * PER_THREAD + k] = sum;
  }
}

__device__ __forceinline__ i64 sum_of_warp(i64 value) {
#pragma unroll
  for (int distance = WARP / 2; distance > 0; distance /= 2) value += __shfl_xor_sync(ALL_LANES, value, distance);
  return value;
}

// The sorted lists of a row, shared out to the lanes of a warp, and of each list the keys among which
// the search still looks: those before `low` come too early, those from `high` on too late.
struct Lists {
  const u64* keys;
  const i64* sums;  // of masses; null: keys are counted
  int* low;
  int* high;
  int* middle;
  int lists;

  // What the first `count` keys of a list add up to.
  __device__ __forceinline__ i64 weigh(int list, int count) const {
    if (sums == nullptr) return count;
    return count == 0 ? 0 : sums[(i64)list * LIST + count - 1];
  }

  // What all keys before `high` add up to.
  __device__ __forceinline__ i64 total() const {
    i64 sum = 0;
    for (int list = threadIdx.x; list < lists; list += WARP) sum += weigh(list, high[list]);
    return sum_of_warp(sum);
  }

  // Whether the search ended at the first key of all.
  __device__ __forceinline__ bool first() const {
    i64 before = 0;
    for (int list = threadIdx.x; list < lists; list += WARP) before += low[list];
    return sum_of_warp(before) == 0;
  }

  // The first key at which the sum of all up to it reaches `wanted` (`exceed`: exceeds it), which it
  // does at the last of the `width` keys before `high`, none of them above `last`. Halves the interval
  // of keys until one of the row's is left; `high` then ends behind that key.
  __device__ __forceinline__ u64 search(u64 last, i64 width, double wanted, bool exceed) {
    u64 after = 0;
    for (int list = threadIdx.x; list < lists; list += WARP) low[list] = 0;
#pragma unroll 1
    while (width > 1) {
      u64 half = after + (last - after) / 2;
      i64 sum = 0;
      i64 left = 0;
#pragma unroll 1
      for (int list = threadIdx.x; list < lists; list += WARP) {
        int from = low[list];
        int count = from + rank_of(half + 1, keys + (i64)list * LIST + from, high[list] - from);
        middle[list] = count;
        sum += weigh(list, count);
        left += count - from;
      }
      double reached = (double)sum_of_warp(sum);
      left = sum_of_warp(left);
      bool enough = exceed ? reached > wanted : reached >= wanted;
      for (int list = threadIdx.x; list < lists; list += WARP) {
        if (enough) {
          high[list] = middle[list];
        } else {
          low[list] = middle[list];
        }
      }
      if (enough) {
        last = half;
      } else {
        after = half;
      }
      width = enough ? left : width - left;
    }
    u64 found = 0;
    for (int list = threadIdx.x; list < lists; list += WARP) {
      if (low[list] < high[list]) found = keys[(i64)list * LIST + low[list]];
    }
    return (u64)sum_of_warp((i64)found);
  }
};

// The last key of each row that top-k and top-p leave, a warp for each row. `brackets` is memory of
// three numbers for each list.
KERNEL(WARP) sample_search(
    u64* limits, int* brackets, const u64* keys, const i64* sums, const float* maxima, int n, int lists, int top_k,
    double top_p, int exclusive) {
  i64 row = blockIdx.x;
  if (!drawable(max_of_row(maxima + row * lists, lists, nullptr))) return;
  int* low = brackets + row * lists * 3;
  Lists rows = {keys + row * lists * LIST, nullptr, low, low + lists, low + 2 * lists, lists};
  for (int list = threadIdx.x; list < lists; list += WARP) rows.high[list] = min(LIST, n - list * LIST);
  u64 limit = LAST_KEY;
  i64 left = n;
  // First the top k by counting, then the nucleus of what they leave by adding masses.
#pragma unroll 1
  for (int stage = top_k > 0 ? 0 : 1; stage < (sums == nullptr ? 1 : 2); stage++) {
    rows.sums = stage == 0 ? nullptr : sums + row * lists * LIST;
    bool exceed = stage == 1 && exclusive;
    double total = (double)rows.total();
    double wanted = stage == 0 ? (double)top_k : top_p * total;
    if (exceed ? total > wanted : total >= wanted) {
      u64 key = rows.search(limit, left, wanted, exceed);
      limit = exceed && !rows.first() ? key - 1 : key;
      left = top_k;
    }
  }
  if (threadIdx.x == 0) limits[row] = limit;
}
