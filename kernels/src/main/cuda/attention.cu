// Causal attention over whole sequences and, for many tokens at once, over the cache: tiles of
// queries against tiles of keys, with an online softmax. (Dao et al., "FlashAttention", 2022.)
#include "attention.cuh"

#define QUERIES 64  // of a tile

// What the 16 threads of a row hold together, in each of them.
template <class Op>
__device__ __forceinline__ float reduce_row(float value) {
#pragma unroll
  for (int distance = 8; distance > 0; distance /= 2) {
    value = Op::join(value, __shfl_xor_sync(ALL_LANES, value, distance));
  }
  return value;
}

// A tile of queries q against the keys that they see: query i sees min(visible + i, limit) of them.
// y has the step in memory of `y_like`; stats may be null.
template <int CHUNKS>
__device__ __forceinline__ void attend(
    float* y, float* stats, Rows q, Rows y_like, Rows k, Rows v, int visible, int limit, float scale) {
  constexpr int R = QUERIES / 16, C = KEYS / 16;
  __shared__ __align__(16) float query[QUERIES * ROW_STEP];
  __shared__ __align__(16) float rows[KEYS * ROW_STEP];  // keys, then values
  __shared__ __align__(16) float weights[QUERIES * WEIGHT_STEP];
  int x = threadIdx.x % 16, first = threadIdx.x / 16 * R;
  float max[R], sum[R];
  Own<CHUNKS, R> total;
  total.start(nullptr, y_like);
#pragma unroll
  for (int i = 0; i < R; i++) {
    max[i] = -INFINITE;
    sum[i] = 0;
  }
  int end = min(visible + q.count - 1, limit);
#pragma unroll 1
  for (int s = 0; s < end; s += KEYS) {
    float score[R][C] = {};
    int count = min(KEYS, end - s);
    Rows key = {k.first + s * k.step, k.step, count, k.dim};
    Rows value = {v.first + s * v.step, v.step, count, v.dim};
#pragma unroll 1
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      __syncthreads();
      if (CHUNKS > 1 || s == 0) load_tile<QUERIES>(query, q, chunk);
      load_tile<KEYS>(rows, key, chunk);
      __syncthreads();
      dot_tile<R, C>(score, query, rows, k.dim, chunk);
    }
#pragma unroll
    for (int i = 0; i < R; i++) {
      int seen = min(visible + first + i, limit) - s;
      float highest = max[i];
#pragma unroll
      for (int j = 0; j < C; j++) {
        if (x + 16 * j >= seen) score[i][j] = -INFINITE;
        highest = Max::join(highest, score[i][j]);
      }
      highest = reduce_row<Max>(highest);
      float shrink = weight_of(max[i], highest, scale);
      max[i] = highest;
      sum[i] *= shrink;
#pragma unroll
      for (int j = 0; j < C; j++) {
        float e = weight_of(score[i][j], highest, scale);
        sum[i] += e;
        weights[(first + i) * WEIGHT_STEP + x + 16 * j] = e;
      }
#pragma unroll
      for (int chunk = 0; chunk < CHUNKS; chunk++) {
#pragma unroll
        for (int c = 0; c < 4; c++) total.v[chunk][i][c] *= shrink;
      }
    }
#pragma unroll
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      __syncthreads();
      load_tile<KEYS>(rows, value, chunk);
      __syncthreads();
      mix_tile<R>(total.v[chunk], weights, rows);
    }
  }
#pragma unroll
  for (int i = 0; i < R; i++) {
    float whole = reduce_row<Sum>(sum[i]);
    bool sees = min(visible + first + i, limit) > 0;
    float inverse = sees ? 1 / whole : 0;
#pragma unroll
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
#pragma unroll
      for (int c = 0; c < 4; c++) total.v[chunk][i][c] *= inverse;
    }
    if (stats != nullptr && x == 0 && first + i < q.count) {
      stats[2 * (first + i)] = sees ? max[i] : 0;
      stats[2 * (first + i) + 1] = inverse;
    }
  }
  total.store(y, y_like);
}

// Block (tile of queries, head, sequence); the tiles that see most begin.
#define FORWARD(NAME, CHUNKS)                                                                      \
  KERNEL(TILE_BLOCK) attention_fwd_##NAME##_f32(                                                 \
      float* y, float* stats, const float* q, const float* k, const float* v, const int* lengths, int queries,   \
      int keys, int dim, float scale, STEPS(y), STEPS(q), STEPS(k), STEPS(v)) {                    \
    int b = blockIdx.z, h = blockIdx.y, t = (gridDim.x - 1 - blockIdx.x) * QUERIES;                \
    int count = min(QUERIES, queries - t);                                                         \
    int limit = lengths == nullptr ? keys : lengths[b];                                            \
    attend<CHUNKS>(AT(y, b, t, h), stats + 2 * (((i64)b * gridDim.y + h) * queries + t),           \
        {AT(q, b, t, h), q_row, count, dim}, {nullptr, y_row, count, dim},                         \
        {AT(k, b, 0, h), k_row, 0, dim}, {AT(v, b, 0, h), v_row, 0, dim},                          \
        causal(queries, keys) + t, limit, scale);                                                  \
  }
FORWARD(64, 1)
FORWARD(128, 2)
FORWARD(256, 4)

// Block (tile of queries of some row, head): the rows' tiles stand one after another, and how many
// there are is known here only; blocks past the last one have nothing to do. The tokens are in the
// cache already.
#define CACHED(NAME, CHUNKS)                                                                       \
  KERNEL(TILE_BLOCK) attention_cached_##NAME##_f32(                                              \
      float* y, const float* q, const float* keys, const float* values, const int* starts, const int* past,       \
      int rows, int dim, int capacity, i64 cache_row, i64 q_row, i64 q_head, i64 y_row, i64 y_head, \
      float scale) {                                                                               \
    int tile = blockIdx.x, row = 0, h = blockIdx.y;                                                \
    while (row < rows) {                                                                           \
      int tiles = (starts[row + 1] - starts[row] + QUERIES - 1) / QUERIES;                         \
      if (tile < tiles) break;                                                                     \
      tile -= tiles;                                                                               \
      row++;                                                                                       \
    }                                                                                              \
    if (row == rows) return;                                                                       \
    i64 token = starts[row] + tile * QUERIES;                                                      \
    int count = min(QUERIES, (int)(starts[row + 1] - token));                                      \
    i64 head = row * cache_row + (i64)h * capacity * dim;                                          \
    attend<CHUNKS>(y + token * y_row + h * y_head, nullptr,                                        \
        {q + token * q_row + h * q_head, q_row, count, dim}, {nullptr, y_row, count, dim},         \
        {keys + head, dim, 0, dim}, {values + head, dim, 0, dim},                                  \
        past[row] + tile * QUERIES + 1, capacity, scale);                                          \
  }
CACHED(64, 1)
CACHED(128, 2)
CACHED(256, 4)
