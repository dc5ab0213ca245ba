// The gradients of causal attention: weights are computed anew from the scores and the stats that the
// forward pass left; dq by tiles of queries, dk and dv by tiles of keys, so that nothing is added
// from two sides.
#include "attention.cuh"

#define GRAD_ROWS 32  // queries and keys of a tile

// Warp (sequence, head, query): delta = Σ dy · y.
KERNEL(256) attention_delta_f32(
    float* delta, const float* dy, const float* y, i64 rows, int queries, int heads, int dim, STEPS(dy),
    STEPS(y)) {
  i64 row = thread_number() / WARP;
  if (row >= rows) return;
  int t = row % queries, h = row / queries % heads;
  i64 b = row / queries / heads;
  const float* slope = AT(dy, b, t, h);
  const float* out = AT(y, b, t, h);
  float sum = 0;
#pragma unroll 1
  for (int d = threadIdx.x % WARP; d < dim; d += WARP) sum = fmaf(slope[d], out[d], sum);
  sum = reduce_warp<Sum>(sum);
  if (threadIdx.x % WARP == 0) delta[row] = sum;
}

// The weight of a key and the gradient of its score.
struct Slope {
  float p, ds;

  __device__ __forceinline__ Slope(bool seen, float score, float dp, float max, float inverse, float delta, float scale) {
    p = seen ? exp_f32((score - max) * scale) * inverse : 0;
    ds = seen ? p * (dp - delta) * scale : 0;
  }
};

// Block (tile of queries, head, sequence): dq, keys ascending.
template <int CHUNKS>
__device__ __forceinline__ void query_grad(
    float* dq, Rows dq_like, Rows q, Rows dy, Rows k, Rows v, const float* stats, const float* delta, int visible,
    int limit, float scale, bool add) {
  constexpr int R = GRAD_ROWS / 16;
  __shared__ __align__(16) float query[GRAD_ROWS * ROW_STEP];
  __shared__ __align__(16) float slope[GRAD_ROWS * ROW_STEP];
  __shared__ __align__(16) float keys[GRAD_ROWS * ROW_STEP];
  __shared__ __align__(16) float values[GRAD_ROWS * ROW_STEP];
  __shared__ __align__(16) float ds[GRAD_ROWS * WEIGHT_STEP];
  int x = threadIdx.x % 16, first = threadIdx.x / 16 * R;
  float max[R], inverse[R], own_delta[R];
#pragma unroll
  for (int i = 0; i < R; i++) {
    bool there = first + i < q.count;
    max[i] = there ? stats[2 * (first + i)] : 0;
    inverse[i] = there ? stats[2 * (first + i) + 1] : 0;
    own_delta[i] = there ? delta[first + i] : 0;
  }
  Own<CHUNKS, R> total;
  total.start(add ? dq : nullptr, dq_like);
  int end = min(visible + q.count - 1, limit);
#pragma unroll 1
  for (int s = 0; s < end; s += GRAD_ROWS) {
    float score[R][R] = {}, dp[R][R] = {};
    int count = min(GRAD_ROWS, end - s);
    Rows key = {k.first + s * k.step, k.step, count, k.dim};
    Rows value = {v.first + s * v.step, v.step, count, v.dim};
#pragma unroll 1
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      __syncthreads();
      if (CHUNKS > 1 || s == 0) {
        load_tile<GRAD_ROWS>(query, q, chunk);
        load_tile<GRAD_ROWS>(slope, dy, chunk);
      }
      load_tile<GRAD_ROWS>(keys, key, chunk);
      load_tile<GRAD_ROWS>(values, value, chunk);
      __syncthreads();
      dot_tile<R, R>(score, query, keys, k.dim, chunk);
      dot_tile<R, R>(dp, slope, values, k.dim, chunk);
    }
#pragma unroll
    for (int i = 0; i < R; i++) {
      int seen = first + i < q.count ? min(visible + first + i, limit) - s : 0;
#pragma unroll
      for (int j = 0; j < R; j++) {
        Slope at(x + 16 * j < seen, score[i][j], dp[i][j], max[i], inverse[i], own_delta[i], scale);
        ds[(first + i) * WEIGHT_STEP + x + 16 * j] = at.ds;
      }
    }
#pragma unroll
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      __syncthreads();
      if (CHUNKS > 1) {
        load_tile<GRAD_ROWS>(keys, key, chunk);
        __syncthreads();
      }
      mix_tile<R>(total.v[chunk], ds, keys);
    }
  }
  total.store(dq, dq_like);
}

#define QUERY_GRAD(NAME, CHUNKS)                                                                   \
  KERNEL(TILE_BLOCK) attention_bwd_q_##NAME##_f32(                                               \
      float* dq, const float* dy, const float* q, const float* k, const float* v, const float* stats,            \
      const float* delta, const int* lengths, int queries, int keys, int dim, float scale, int add, STEPS(dq),   \
      STEPS(dy), STEPS(q), STEPS(k), STEPS(v)) {                                                   \
    int b = blockIdx.z, h = blockIdx.y, t = (gridDim.x - 1 - blockIdx.x) * GRAD_ROWS;              \
    int count = min(GRAD_ROWS, queries - t);                                                       \
    int limit = lengths == nullptr ? keys : lengths[b];                                            \
    i64 row = ((i64)b * gridDim.y + h) * queries + t;                                              \
    query_grad<CHUNKS>(AT(dq, b, t, h), {nullptr, dq_row, count, dim}, {AT(q, b, t, h), q_row, count, dim},     \
        {AT(dy, b, t, h), dy_row, count, dim}, {AT(k, b, 0, h), k_row, 0, dim},                    \
        {AT(v, b, 0, h), v_row, 0, dim}, stats + 2 * row, delta + row, causal(queries, keys) + t, limit, scale, \
        add);                                                                                      \
  }
QUERY_GRAD(64, 1)
QUERY_GRAD(128, 2)
QUERY_GRAD(256, 4)

// Block (tile of keys, head, sequence): dk and dv, each may be null, queries ascending. Query t sees
// min(t + offset, limit) keys.
template <int CHUNKS>
__device__ __forceinline__ void key_grad(
    float* dk, float* dv, Rows dk_like, Rows dv_like, Rows k, Rows v, Rows q, Rows dy, const float* stats,
    const float* delta, int from, int queries, int offset, int limit, float scale, bool add_k, bool add_v) {
  constexpr int R = GRAD_ROWS / 16;
  __shared__ __align__(16) float keys[GRAD_ROWS * ROW_STEP];
  __shared__ __align__(16) float values[GRAD_ROWS * ROW_STEP];
  __shared__ __align__(16) float query[GRAD_ROWS * ROW_STEP];
  __shared__ __align__(16) float slope[GRAD_ROWS * ROW_STEP];
  __shared__ __align__(16) float p[GRAD_ROWS * WEIGHT_STEP];
  __shared__ __align__(16) float ds[GRAD_ROWS * WEIGHT_STEP];
  int x = threadIdx.x % 16, first = threadIdx.x / 16 * R;
  Own<CHUNKS, R> key_total, value_total;
  key_total.start(add_k ? dk : nullptr, dk_like);
  value_total.start(add_v ? dv : nullptr, dv_like);
  int begin = from < limit ? max(0, from + 1 - offset) / GRAD_ROWS * GRAD_ROWS : queries;
#pragma unroll 1
  for (int t = begin; t < queries; t += GRAD_ROWS) {
    float score[R][R] = {}, dp[R][R] = {};
    int count = min(GRAD_ROWS, queries - t);
    Rows tile_q = {q.first + t * q.step, q.step, count, q.dim};
    Rows tile_dy = {dy.first + t * dy.step, dy.step, count, dy.dim};
#pragma unroll 1
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      __syncthreads();
      if (CHUNKS > 1 || t == begin) {
        load_tile<GRAD_ROWS>(keys, k, chunk);
        load_tile<GRAD_ROWS>(values, v, chunk);
      }
      load_tile<GRAD_ROWS>(query, tile_q, chunk);
      load_tile<GRAD_ROWS>(slope, tile_dy, chunk);
      __syncthreads();
      dot_tile<R, R>(score, keys, query, k.dim, chunk);
      dot_tile<R, R>(dp, values, slope, k.dim, chunk);
    }
#pragma unroll
    for (int j = 0; j < R; j++) {
      int i = t + x + 16 * j;  // the query
      bool there = i < queries;
      float max = there ? stats[2 * i] : 0;
      float inverse = there ? stats[2 * i + 1] : 0;
      float own_delta = there ? delta[i] : 0;
#pragma unroll
      for (int key = 0; key < R; key++) {
        bool seen = there && from + first + key < min(i + offset, limit);
        Slope at(seen, score[key][j], dp[key][j], max, inverse, own_delta, scale);
        p[(first + key) * WEIGHT_STEP + x + 16 * j] = at.p;
        ds[(first + key) * WEIGHT_STEP + x + 16 * j] = at.ds;
      }
    }
#pragma unroll
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      __syncthreads();
      if (CHUNKS > 1) {
        load_tile<GRAD_ROWS>(query, tile_q, chunk);
        load_tile<GRAD_ROWS>(slope, tile_dy, chunk);
        __syncthreads();
      }
      if (dk != nullptr) mix_tile<R>(key_total.v[chunk], ds, query);
      if (dv != nullptr) mix_tile<R>(value_total.v[chunk], p, slope);
    }
  }
  if (dk != nullptr) key_total.store(dk, dk_like);
  if (dv != nullptr) value_total.store(dv, dv_like);
}

// A pointer into an operand that may be null.
#define AT_IF(NAME, B, T, H) (NAME == nullptr ? nullptr : AT(NAME, B, T, H))

#define KEY_GRAD(NAME, CHUNKS)                                                                     \
  KERNEL(TILE_BLOCK) attention_bwd_kv_##NAME##_f32(                                              \
      float* dk, float* dv, const float* dy, const float* q, const float* k, const float* v, const float* stats, \
      const float* delta, const int* lengths, int queries, int keys, int dim, float scale, int add_k, int add_v, \
      STEPS(dk), STEPS(dv), STEPS(dy), STEPS(q), STEPS(k), STEPS(v)) {                             \
    int b = blockIdx.z, h = blockIdx.y, s = blockIdx.x * GRAD_ROWS;                                \
    int count = min(GRAD_ROWS, keys - s);                                                          \
    int limit = lengths == nullptr ? keys : lengths[b];                                            \
    i64 row = ((i64)b * gridDim.y + h) * queries;                                                  \
    key_grad<CHUNKS>(AT_IF(dk, b, s, h), AT_IF(dv, b, s, h), {nullptr, dk_row, count, dim},        \
        {nullptr, dv_row, count, dim}, {AT(k, b, s, h), k_row, count, dim},                        \
        {AT(v, b, s, h), v_row, count, dim}, {AT(q, b, 0, h), q_row, 0, dim},                      \
        {AT(dy, b, 0, h), dy_row, 0, dim}, stats + 2 * row, delta + row, s, queries,               \
        causal(queries, keys), limit, scale, add_k, add_v);                                        \
  }
KEY_GRAD(64, 1)
KEY_GRAD(128, 2)
KEY_GRAD(256, 4)
