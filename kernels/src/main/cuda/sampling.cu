// One id drawn from each row of logits, as dev.weft.tensor.Draw says. Rows are cut into lists of LIST
// logits for scaling and sorting and into blocks of WEIGHTS for summing. What comes after scaling:
//
//   plain     sum, pick
//   few       each sorted list leaves its first keys: sampling_few.cu does the rest
//   general   sampling_search.cu finds the last key that stays; sum, pick
#include "weft.cuh"
#include "elementary.cuh"
#include "philox.cuh"
#include "draw.cuh"

// z = logits / temperature − penalty · count, a block for each list; the largest z of each list; the
// first `keep` keys of each. Without `keep` nothing is sorted, without `z` none is stored.
KERNEL(LIST_THREADS) sample_scale_f32(
    float* z, float* maxima, u64* keys, const float* logits, i64 step, int n, int lists, int keep, float temperature,
    double penalty, const int* starts, const int* ids, const int* times) {
  __shared__ u64 list[LIST];
  __shared__ float scratch[LIST_WARPS];
  i64 row = blockIdx.x / lists;
  int from = (int)(blockIdx.x % lists) * LIST;
  int count = min(LIST, n - from);
  int size = power_of_two(count);
#pragma unroll 1
  for (int i = threadIdx.x; i < size; i += blockDim.x) {
    list[i] = i < count ? key_of(logits[row * step + from + i] / temperature, from + i, true) : NO_KEY;
  }
  __syncthreads();
  if (penalty != 0) {
    int end = starts[row + 1];
#pragma unroll 1
    for (int c = starts[row] + threadIdx.x; c < end; c += blockDim.x) {
      int id = ids[c];
      if (id >= from && id < from + count) {
        list[id - from] = key_of((float)(value_of(list[id - from]) - penalty * times[c]), id, true);
      }
    }
    __syncthreads();
  }
  float max = -INFINITE;
#pragma unroll 1
  for (int i = threadIdx.x; i < count; i += blockDim.x) {
    float value = value_of(list[i]);
    max = Max::join(max, value);
    if (z != nullptr) z[row * n + from + i] = value;
  }
  max = reduce_block<Max>(max, scratch);
  if (threadIdx.x == 0) maxima[blockIdx.x] = max;
  if (keep > 0) {
    sort_keys(list, size);
#pragma unroll 1
    for (int i = threadIdx.x; i < keep; i += blockDim.x) keys[(i64)blockIdx.x * keep + i] = i < size ? list[i] : NO_KEY;
  }
}

// e^(z − max), 0 for keys behind the limit.
__device__ __forceinline__ float weight_of(float z, int id, float max, u64 limit) {
  return key_of(z, id, true) <= limit ? exp_f32(z - max) : 0;
}

// The weights of a block of ids, and 0 beyond the row's end.
__device__ __forceinline__ void weigh(float* weights, const float* z, int block, int n, float max, u64 limit) {
#pragma unroll 1
  for (int i = threadIdx.x; i < WEIGHTS; i += blockDim.x) {
    int id = block * WEIGHTS + i;
    weights[i] = id < n ? weight_of(z[id], id, max, limit) : 0;
  }
  __syncthreads();
}

// The sum of each block of weights; a block of threads for each.
KERNEL(256) sample_sum_f32(
    double* sums, const float* z, const float* maxima, const u64* limits, int n, int lists, int blocks) {
  __shared__ float weights[WEIGHTS];
  __shared__ float scratch[ROW_WARPS];
  i64 row = blockIdx.x / blocks;
  int block = (int)(blockIdx.x % blocks);
  float max = max_of_row(maxima + row * lists, lists, scratch);
  if (!drawable(max)) return;
  weigh(weights, z + row * n, block, n, max, limits == nullptr ? LAST_KEY : limits[row]);
  if (threadIdx.x < WARP) {
    double sum = 0;
#pragma unroll 8
    for (int i = threadIdx.x % WEIGHT_LANES; i < WEIGHTS; i += WEIGHT_LANES) sum += weights[i];
    sum = sum_of_lanes(sum);
    if (threadIdx.x == 0) sums[blockIdx.x] = sum;
  }
}

// Draws; a block for each row.
KERNEL(256) sample_pick_f32(
    int* drawn, const double* sums, const float* z, const float* maxima, const u64* limits, int n, int lists, int blocks,
    u64 seed, const int* steps, const int* sequences) {
  __shared__ float weights[WEIGHTS];
  __shared__ float scratch[ROW_WARPS];
  __shared__ int block;
  i64 row = blockIdx.x;
  float max = max_of_row(maxima + row * lists, lists, scratch);
  if (!drawable(max)) {
    if (threadIdx.x == 0) drawn[row] = -1;
    return;
  }
  Chosen chosen = {0, 0, 0};
  if (threadIdx.x < WARP) {
    double uniform = philox_uniform(PURPOSE_TOKEN, steps[row], sequences[row], seed);
    chosen = choose(sums + row * blocks, blocks, uniform);
    if (threadIdx.x == 0) block = chosen.block;
  }
  __syncthreads();
  weigh(weights, z + row * n, block, n, max, limits == nullptr ? LAST_KEY : limits[row]);
  if (threadIdx.x < WARP) {
    int found = walk([&](int i) -> float { return weights[i]; }, 0, WEIGHTS, chosen.before, chosen.target);
    if (threadIdx.x == 0) drawn[row] = block * WEIGHTS + found;
  }
}
