// A draw from so few keys that one block sorts them: top-k, or any draw from few logits.
#include "weft.cuh"
#include "elementary.cuh"
#include "mass.cuh"
#include "philox.cuh"
#include "draw.cuh"

// How many of the first `count` sorted keys are the nucleus.
__device__ __forceinline__ int nucleus_of(
    const u64* list, int count, float max, double top_p, int exclusive, i64* scratch, int& kept) {
  i64 masses[PER_THREAD];
  i64 own = 0;
#pragma unroll
  for (int k = 0; k < PER_THREAD; k++) {
    int i = threadIdx.x * PER_THREAD + k;
    masses[k] = i < count ? mass(value_of(list[i]), max) : 0;
    own += masses[k];
  }
  if (threadIdx.x == 0) kept = count;
  i64 total;
  i64 sum = scan_block(own, scratch, total) - own;
  double wanted = top_p * (double)total;
  // The first key at which the sum reaches what is wanted: one thread has it, or none.
#pragma unroll
  for (int k = 0; k < PER_THREAD; k++) {
    int i = threadIdx.x * PER_THREAD + k;
    double before = (double)sum;
    sum += masses[k];
    double after = (double)sum;
    if (exclusive ? after > wanted && !(before > wanted) : after >= wanted && !(before >= wanted)) {
      kept = exclusive ? (i > 0 ? i : 1) : i + 1;
    }
  }
  __syncthreads();
  return kept;
}

// From what `lists` lists of `keep` keys left, LIST at most, to the id; a block for each row.
KERNEL(LIST_THREADS) sample_few(
    int* drawn, const u64* keys, int lists, int keep, int count, double top_p, int exclusive, u64 seed, const int* steps,
    const int* sequences) {
  __shared__ u64 list[LIST];
  __shared__ double sums[LIST];
  __shared__ i64 scratch[LIST_WARPS];
  __shared__ int nucleus;
  int row = blockIdx.x;
  int size = power_of_two(lists * keep);
#pragma unroll 1
  for (int i = threadIdx.x; i < size; i += blockDim.x) {
    list[i] = i < lists * keep ? keys[(i64)row * lists * keep + i] : NO_KEY;
  }
  __syncthreads();
  if (lists > 1) sort_keys(list, size);
  float max = value_of(list[0]);
  if (!drawable(max)) {
    if (threadIdx.x == 0) drawn[row] = -1;
    return;
  }
  if (top_p > 0 && top_p < 1) {
    count = nucleus_of(list, count, max, top_p, exclusive, scratch, nucleus);
  }
  __syncthreads();
  // By id: the upper half of a key is the id, the lower its weight.
  size = power_of_two(count);
#pragma unroll 1
  for (int i = threadIdx.x; i < size; i += blockDim.x) {
    u64 key = list[i];
    unsigned weight = __float_as_uint(exp_f32(value_of(key) - max));
    list[i] = i < count ? (u64)(unsigned)id_of(key) << 32 | weight : NO_KEY;
  }
  __syncthreads();
  sort_keys(list, size);
  auto weight = [&](int i) -> float { return __uint_as_float((unsigned)list[i]); };
  auto id = [&](int i) -> int { return (int)(list[i] >> 32); };
  auto end_of_block = [&](int i) -> int {
    u64 next = (u64)(id(i) / WEIGHTS + 1) * WEIGHTS << 32;
    return i + rank_of(next, list + i, count - i);
  };
  // A warp sums the block of weights that begins at i; 0 stands where none begins.
  int lane = threadIdx.x % WARP;
#pragma unroll 1
  for (int i = threadIdx.x / WARP; i < count; i += blockDim.x / WARP) {
    double sum = 0;
    if (i == 0 || id(i) / WEIGHTS != id(i - 1) / WEIGHTS) {
      int end = end_of_block(i);
#pragma unroll 1
      for (int k = i; k < end; k++) {
        if (id(k) % WEIGHT_LANES == lane % WEIGHT_LANES) sum += weight(k);
      }
      sum = sum_of_lanes(sum);
    }
    if (lane == 0) sums[i] = sum;
  }
  __syncthreads();
  if (threadIdx.x < WARP) {
    double uniform = philox_uniform(PURPOSE_TOKEN, steps[row], sequences[row], seed);
    Chosen chosen = choose(sums, count, uniform);
    int found = walk(weight, chosen.block, end_of_block(chosen.block), chosen.before, chosen.target);
    if (threadIdx.x == 0) drawn[row] = id(found);
  }
}

