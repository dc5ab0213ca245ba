// What the kernels of a draw share: sums over a block of threads and, at the end, the way from sums of
// weights to one of the weights, which a warp goes.
#pragma once
#include "order.cuh"

#define LIST_WARPS (LIST_THREADS / WARP)
#define PER_THREAD (LIST / LIST_THREADS)

// Ids of a block of weights, and the lanes of its sum.
#define WEIGHTS 1024
#define WEIGHT_LANES 16

// Above every key that is drawn from: of −∞.
#define LAST_KEY 0xff800000ffffffffull

// Whether a row can be drawn from, by its largest z.
__device__ __forceinline__ bool drawable(float max) { return max < INFINITE && max > -INFINITE; }

// The largest z of a row, NaN when one is.
__device__ __forceinline__ float max_of_row(const float* maxima, int lists, float* scratch) {
  float max = -INFINITE;
#pragma unroll 1
  for (int i = threadIdx.x; i < lists; i += blockDim.x) max = Max::join(max, maxima[i]);
  return reduce_block<Max>(max, scratch);
}

// Inclusive sums over the threads of a block; `total` is the last. `scratch` holds one for each warp.
__device__ __forceinline__ i64 scan_block(i64 value, i64* scratch, i64& total) {
  int lane = threadIdx.x % WARP;
#pragma unroll
  for (int distance = 1; distance < WARP; distance *= 2) {
    i64 other = __shfl_up_sync(ALL_LANES, value, distance);
    if (lane >= distance) value += other;
  }
  if (lane == WARP - 1) scratch[threadIdx.x / WARP] = value;
  __syncthreads();
  i64 before = 0;
  total = 0;
#pragma unroll 1
  for (int warp = 0; warp < (int)(blockDim.x / WARP); warp++) {
    if (warp == (int)(threadIdx.x / WARP)) before = total;
    total += scratch[warp];
  }
  __syncthreads();
  return before + value;
}

// The sum of the sixteen lanes that each half of a warp holds.
__device__ __forceinline__ double sum_of_lanes(double lane) {
#pragma unroll
  for (int distance = WEIGHT_LANES / 2; distance > 0; distance /= 2) {
    lane += __shfl_xor_sync(ALL_LANES, lane, distance);
  }
  return lane;
}

// A block of weights: the number of its sum, the sum of all blocks before it, and the sum that the
// draw wants exceeded.
struct Chosen {
  int block;
  double before;
  double target;
};

// The first block at which the sum of sums exceeds uniform · total, else the last that is above 0.
// Sums are added one after another; the lane that holds one of them keeps what came before it.
__device__ __forceinline__ Chosen choose(const double* sums, int count, double uniform) {
  int lane = threadIdx.x % WARP;
  double total = 0;
  int last = 0;
#pragma unroll 1
  for (int from = 0; from < count; from += WARP) {
    double sum = from + lane < count ? sums[from + lane] : 0;
    unsigned positive = __ballot_sync(ALL_LANES, sum > 0);
    if (positive == 0) continue;
    last = from + WARP - 1 - __clz((int)positive);
#pragma unroll
    for (int i = 0; i < WARP; i++) total += __shfl_sync(ALL_LANES, sum, i);
  }
  double target = uniform * total;
  double cumulated = 0;
#pragma unroll 1
  for (int from = 0; from < count; from += WARP) {
    double sum = from + lane < count ? sums[from + lane] : 0;
    if (__ballot_sync(ALL_LANES, sum > 0) == 0) continue;
    double before = 0;
#pragma unroll
    for (int i = 0; i < WARP; i++) {
      if (i == lane) before = cumulated;
      cumulated += __shfl_sync(ALL_LANES, sum, i);
    }
    bool exceeds = sum > 0 && before + sum > target;
    unsigned hits = __ballot_sync(ALL_LANES, exceeds || from + lane == last);
    if (hits != 0) {
      int hit = __ffs((int)hits) - 1;
      return {from + hit, __shfl_sync(ALL_LANES, before, hit), target};
    }
  }
  return {last, cumulated, target};
}

// The first i at which `before` and the weights from `from` on exceed the target, else the last whose
// weight is above 0.
template <class F>
__device__ __forceinline__ int walk(F weight, int from, int to, double before, double target) {
  int lane = threadIdx.x % WARP;
  double cumulated = before;
  int last = -1;
#pragma unroll 1
  for (; from < to; from += WARP) {
    float own = from + lane < to ? weight(from + lane) : 0;
    unsigned positive = __ballot_sync(ALL_LANES, own > 0);
    if (positive == 0) continue;
    double reached = 0;
#pragma unroll
    for (int i = 0; i < WARP; i++) {
      cumulated += __shfl_sync(ALL_LANES, own, i);
      if (i == lane) reached = cumulated;
    }
    unsigned hits = __ballot_sync(ALL_LANES, own > 0 && reached > target);
    if (hits != 0) return from + __ffs((int)hits) - 1;
    last = from + WARP - 1 - __clz((int)positive);
  }
  return last;
}
