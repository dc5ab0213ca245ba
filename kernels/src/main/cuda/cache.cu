// The cache of keys and values, and attention of single tokens over it.
//
// A row of the cache holds, for keys and values alike, (head, position, D), and behind that the
// workspace of one token's attention: for each head, in the values' row a partial sum (D) of every
// split; in the keys' row (largest score, sum of weights) of every split and a counter, which is 0
// between launches.
#include "weft.cuh"
#include "elementary.cuh"

// Threads of a decoding block, and the most blocks that share one head of one token.
#define DECODE_THREADS 512
#define MOST_SPLITS 32

// The row that a packed token belongs to: how many rows end at or before it. Whole warps ask.
__device__ __forceinline__ int row_of(int token, const int* starts, int rows) {
  int lane = threadIdx.x % WARP;
  int before = 0;
#pragma unroll 1
  for (int first = 0; first < rows; first += WARP) {
    int row = first + lane;
    unsigned ended = __ballot_sync(ALL_LANES, row < rows && starts[row + 1] <= token);
    before += __popc(ended);
    if (ended != ALL_LANES) break;
  }
  return before;
}

// ---- moving ---------------------------------------------------------------------------------

// Block (token, keys or values): the heads of one token into its row of the cache.
KERNEL(256) cache_append_f32(
    float* keys, float* values, const float* k, const float* v, const int* starts, const int* past, int rows,
    int heads, int dim, int capacity, i64 row_step, i64 k_step, i64 k_head, i64 v_step, i64 v_head) {
  int token = blockIdx.x;
  bool second = blockIdx.y == 1;
  int row = row_of(token, starts, rows);
  if (row == rows) return;
  int position = past[row] + token - starts[row];
  const float* from = second ? v + token * v_step : k + token * k_step;
  i64 head_step = second ? v_head : k_head;
  float* to = (second ? values : keys) + row * row_step + (i64)position * dim;
  i64 there_step = (i64)capacity * dim;
  if (dim % 4 == 0 && head_step % 4 == 0 && aligned(from) && aligned(to)) {
    int fours = dim / 4;
    for (int i = threadIdx.x; i < heads * fours; i += blockDim.x) {
      int head = i / fours, at = i % fours * 4;
      *(Four<float>*)(to + head * there_step + at) = *(const Four<float>*)(from + head * head_step + at);
    }
    return;
  }
  for (int i = threadIdx.x; i < heads * dim; i += blockDim.x) {
    int head = i / dim, at = i % dim;
    to[head * there_step + at] = from[head * head_step + at];
  }
}

// Block (part of a head, head, keys or values): n values of each head from one cache to another.
KERNEL(256) cache_copy_f32(
    float* to_keys, float* to_values, const float* from_keys, const float* from_values, i64 n, i64 to_head,
    i64 from_head) {
  float* to = (blockIdx.z == 1 ? to_values : to_keys) + blockIdx.y * to_head;
  const float* from = (blockIdx.z == 1 ? from_values : from_keys) + blockIdx.y * from_head;
  i64 i = thread_number();
  if (aligned(to) && aligned(from)) {
    i64 fours = n / 4;
#pragma unroll 1
    for (i64 q = i; q < fours; q += thread_count()) ((Four<float>*)to)[q] = ((const Four<float>*)from)[q];
    i += fours * 4;
  }
#pragma unroll 1
  for (; i < n; i += thread_count()) to[i] = from[i];
}

// Block (part of a head, head, keys or values): `part` values of all rows at once, through shared
// memory, so that each row may take another's values whatever the order. moves: the parents of the
// rows, then their lengths in values.
KERNEL(256) cache_reorder_f32(
    float* keys, float* values, const int* moves, int rows, int part, i64 row_step, i64 head_step) {
  float* there = (blockIdx.z == 1 ? values : keys) + blockIdx.y * head_step;
  i64 first = (i64)blockIdx.x * part;
  float* held = (float*)dyn_smem;
#pragma unroll 1
  for (int i = threadIdx.x; i < rows * part; i += blockDim.x) {
    int row = i / part, parent = moves[row];
    i64 at = first + i % part;
    if (parent != row && at < moves[rows + row]) held[i] = there[parent * row_step + at];
  }
  __syncthreads();
#pragma unroll 1
  for (int i = threadIdx.x; i < rows * part; i += blockDim.x) {
    int row = i / part;
    i64 at = first + i % part;
    if (moves[row] != row && at < moves[rows + row]) there[row * row_step + at] = held[i];
  }
}

// ---- attention of single tokens ---------------------------------------------------------------

// What a lane holds of a vector of `dim` values that LANES lanes share: N accesses of WIDTH values.
template <int LANES, int WIDTH, int N>
struct Share {
  float v[WIDTH * N];

  static __device__ __forceinline__ int at(int lane, int i) { return (lane + LANES * i) * WIDTH; }

  __device__ __forceinline__ void load(const float* from, int lane, int dim) {
#pragma unroll
    for (int i = 0; i < N; i++) {
      int d = at(lane, i);
      if constexpr (WIDTH == 4) {
        Four<float> four = {};
        if (d < dim) four = *(const Four<float>*)(from + d);
#pragma unroll
        for (int k = 0; k < 4; k++) v[4 * i + k] = four.v[k];
      } else {
        v[i] = d < dim ? from[d] : 0;
      }
    }
  }

  __device__ __forceinline__ void clear() {
#pragma unroll
    for (int i = 0; i < WIDTH * N; i++) v[i] = 0;
  }
};

// exp((score − max) · scale), 0 for what was never seen.
__device__ __forceinline__ float weight_of(float score, float max, float scale) {
  return score == -INFINITE ? 0 : exp_f32((score - max) * scale);
}

struct Decode {
  float* y;
  const float* q;
  float* keys;
  float* values;
  const int* starts;
  const int* past;
  int rows, heads, dim, capacity, chunk;
  i64 row_step, q_step, q_head, y_step, y_head;
  float scale;
};

// The splits' sums into y, splits ascending: what the last block of a head and token does.
__device__ __forceinline__ void join_splits(
    float* y, const float* partial, const float* stats, int splits, int dim, float scale, float* factors) {
  int t = threadIdx.x;
  float max = -INFINITE;
  for (int s = 0; s < splits; s++) max = Max::join(max, stats[2 * s]);
  if (t < splits) factors[t] = weight_of(stats[2 * t], max, scale);
  __syncthreads();
  float sum = 0;
  for (int s = 0; s < splits; s++) sum = fmaf(stats[2 * s + 1], factors[s], sum);
  float inverse = 1 / sum;
  for (int d = t; d < dim; d += DECODE_THREADS) {
    float total = 0;
    for (int s = 0; s < splits; s++) total = fmaf(partial[s * dim + d], factors[s], total);
    y[d] = total * inverse;
  }
}

// Block (split, head, token): one token against `chunk` positions of its row. A group of LANES lanes
// takes one position at a time and keeps its own online softmax; the groups join at the end, then,
// through the workspace, the splits: the block that comes last adds them up. How many blocks there
// are depends on the capacity alone; those past the token's position have nothing to do.
template <int LANES, int WIDTH, int N>
__device__ __forceinline__ void decode(const Decode& a) {
  constexpr int GROUPS = DECODE_THREADS / LANES;
  constexpr int SIZE = LANES * WIDTH * N;
  constexpr int FLIGHT = WIDTH * N > 4 ? 2 : 4;  // positions that a group has in flight
  typedef Share<LANES, WIDTH, N> Vector;
  __shared__ float group_total[GROUPS * SIZE];
  __shared__ float group_max[GROUPS];
  __shared__ float group_sum[GROUPS];
  __shared__ float factors[MOST_SPLITS];
  __shared__ unsigned arrived;

  int token = blockIdx.z, head = blockIdx.y, split = blockIdx.x;
  int row = row_of(token, a.starts, a.rows);
  if (row == a.rows) return;
  int visible = a.past[row] + token - a.starts[row] + 1;
  int from = split * a.chunk;
  if (from >= visible) return;
  int to = min(visible, from + a.chunk);

  int group = threadIdx.x / LANES, lane = threadIdx.x % LANES;
  i64 head_step = (i64)a.capacity * a.dim;
  const float* keys = a.keys + row * a.row_step + head * head_step;
  const float* values = a.values + row * a.row_step + head * head_step;
  const float* from_q = a.q + token * a.q_step + head * a.q_head;
  float query[WIDTH * N];
#pragma unroll
  for (int i = 0; i < WIDTH * N; i++) {
    int d = Vector::at(lane, i / WIDTH) + i % WIDTH;
    query[i] = d < a.dim ? from_q[d] : 0;
  }

  float max = -INFINITE, sum = 0;
  Vector total;
  total.clear();
#pragma unroll 1
  for (int first = from + group; first - group < to; first += GROUPS * FLIGHT) {
    Vector key[FLIGHT], value[FLIGHT];
    float score[FLIGHT];
    float highest = max;
#pragma unroll
    for (int u = 0; u < FLIGHT; u++) {
      int position = first + u * GROUPS;
      key[u].clear();
      value[u].clear();
      if (position < to) {
        key[u].load(keys + (i64)position * a.dim, lane, a.dim);
        value[u].load(values + (i64)position * a.dim, lane, a.dim);
      }
    }
#pragma unroll
    for (int u = 0; u < FLIGHT; u++) {
      float dot = 0;
#pragma unroll
      for (int i = 0; i < WIDTH * N; i++) dot = fmaf(query[i], key[u].v[i], dot);
#pragma unroll
      for (int distance = LANES / 2; distance > 0; distance /= 2) {
        dot += __shfl_xor_sync(ALL_LANES, dot, distance);
      }
      score[u] = first + u * GROUPS < to ? dot : -INFINITE;
      highest = Max::join(highest, score[u]);
    }
    float shrink = weight_of(max, highest, a.scale);
    max = highest;
    sum *= shrink;
#pragma unroll
    for (int i = 0; i < WIDTH * N; i++) total.v[i] *= shrink;
#pragma unroll
    for (int u = 0; u < FLIGHT; u++) {
      float e = weight_of(score[u], max, a.scale);
      sum += e;
#pragma unroll
      for (int i = 0; i < WIDTH * N; i++) total.v[i] = fmaf(e, value[u].v[i], total.v[i]);
    }
  }

  if (lane == 0) group_max[group] = max;
  __syncthreads();
  float highest = -INFINITE;
#pragma unroll
  for (int g = 0; g < GROUPS; g++) highest = Max::join(highest, group_max[g]);
  float factor = weight_of(max, highest, a.scale);
  if (lane == 0) group_sum[group] = sum * factor;
#pragma unroll
  for (int i = 0; i < WIDTH * N; i++) {
    group_total[group * SIZE + Vector::at(lane, i / WIDTH) + i % WIDTH] = total.v[i] * factor;
  }
  __syncthreads();
  float whole = 0;
#pragma unroll
  for (int g = 0; g < GROUPS; g++) whole += group_sum[g];

  int splits = (visible + a.chunk - 1) / a.chunk;
  int most = gridDim.x;
  float* y = a.y + token * a.y_step + head * a.y_head;
  float* partial = a.values + token * a.row_step + a.heads * head_step + (i64)head * most * a.dim;
  float* stats = a.keys + token * a.row_step + a.heads * head_step + (i64)head * (2 * most + 1);
  float inverse = 1 / whole;
  for (int d = threadIdx.x; d < a.dim; d += DECODE_THREADS) {
    float value = 0;
#pragma unroll
    for (int g = 0; g < GROUPS; g++) value += group_total[g * SIZE + d];
    if (splits == 1) {
      y[d] = value * inverse;
    } else {
      partial[split * a.dim + d] = value;
    }
  }
  if (splits == 1) return;
  if (threadIdx.x == 0) {
    stats[2 * split] = highest;
    stats[2 * split + 1] = whole;
  }
  __threadfence();
  __syncthreads();
  unsigned* counter = (unsigned*)(stats + 2 * most);
  if (threadIdx.x == 0) arrived = atomicAdd(counter, 1u);
  __syncthreads();
  if (arrived != (unsigned)splits - 1) return;
  __threadfence();
  if (threadIdx.x == 0) atomicExch(counter, 0u);
  join_splits(y, partial, stats, splits, a.dim, a.scale, factors);
}

#define DECODE(NAME, LANES, WIDTH, N)                                                              \
  KERNEL(DECODE_THREADS) cache_decode_##NAME##_f32(                                                \
      float* y, const float* q, float* keys, float* values, const int* starts, const int* past, int rows,         \
      int heads, int dim, int capacity, int chunk, i64 row_step, i64 q_step, i64 q_head, i64 y_step,            \
      i64 y_head, float scale) {                                                                   \
    decode<LANES, WIDTH, N>({y, q, keys, values, starts, past, rows, heads, dim, capacity, chunk, row_step,     \
        q_step, q_head, y_step, y_head, scale});                                                   \
  }
// D a multiple of 4, up to 64, 128 and 256; any D up to 256.
DECODE(64, 16, 4, 1)
DECODE(128, 32, 4, 1)
DECODE(256, 32, 4, 2)
DECODE(any, 32, 1, 8)
