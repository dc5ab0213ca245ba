// Causal attention over whole sequences and, for many tokens at once, over the cache: tiles of
// queries against tiles of keys, in shared memory, with an online softmax. (Dao et al.,
// "FlashAttention", 2022.)
//
// A block is 16 × 16 threads: thread (x, y) has the rows y·R … of one operand and the rows x, x + 16,
// … of the other, or the columns 4x … of the result. Vectors are cut into chunks of 64 values, so
// that shared memory does not grow with D.
#include "weft.cuh"
#include "elementary.cuh"

#define TILE_THREADS 256
#define TILE_BLOCK TILE_THREADS, 2  // two to a processor: 128 registers, and none is spilt
#define CHUNK 64
#define ROW_STEP (CHUNK + 4)  // of a row in a tile: rows start in different banks
#define KEYS 32
#define WEIGHT_STEP (KEYS + 4)
#define QUERIES 64     // of a tile, forward
#define GRAD_ROWS 32  // queries and keys of a tile, backward

// Rows of D values at an even distance.
struct Rows {
  const float* first;
  i64 step;
  int count;  // 0 stands for the rest of a tile
  int dim;

  __device__ __forceinline__ bool fours() const { return dim % 4 == 0 && step % 4 == 0 && aligned(first); }
};

// Rows … and a chunk of their values into a tile; zeros where there are none.
template <int ROWS>
__device__ __forceinline__ void load_tile(float* tile, Rows rows, int chunk) {
  int from = chunk * CHUNK;
  if (rows.fours()) {
#pragma unroll 1
    for (int i = threadIdx.x; i < ROWS * (CHUNK / 4); i += TILE_THREADS) {
      int row = i / (CHUNK / 4), at = i % (CHUNK / 4) * 4;
      Four<float> four = {};
      if (row < rows.count && from + at < rows.dim) four = *(const Four<float>*)(rows.first + row * rows.step + from + at);
      *(Four<float>*)(tile + row * ROW_STEP + at) = four;
    }
    return;
  }
#pragma unroll 1
  for (int i = threadIdx.x; i < ROWS * CHUNK; i += TILE_THREADS) {
    int row = i / CHUNK, at = i % CHUNK;
    bool inside = row < rows.count && from + at < rows.dim;
    tile[row * ROW_STEP + at] = inside ? rows.first[row * rows.step + from + at] : 0;
  }
}

// sums[i][j] goes on as a chain over a chunk of a[y·R + i] · b[x + 16·j].
template <int R, int C>
__device__ __forceinline__ void dot_tile(float (&sums)[R][C], const float* a, const float* b) {
  const float* own_a = a + threadIdx.x / 16 * R * ROW_STEP;
  const float* own_b = b + threadIdx.x % 16 * ROW_STEP;
#pragma unroll 1
  for (int d = 0; d < CHUNK; d += 4) {
    Four<float> left[R], right[C];
#pragma unroll
    for (int i = 0; i < R; i++) left[i] = *(const Four<float>*)(own_a + i * ROW_STEP + d);
#pragma unroll
    for (int j = 0; j < C; j++) right[j] = *(const Four<float>*)(own_b + 16 * j * ROW_STEP + d);
#pragma unroll
    for (int k = 0; k < 4; k++) {
#pragma unroll
      for (int i = 0; i < R; i++) {
#pragma unroll
        for (int j = 0; j < C; j++) sums[i][j] = fmaf(left[i].v[k], right[j].v[k], sums[i][j]);
      }
    }
  }
}

// sums[i][c] goes on as a chain over the rows s of a tile of weights[y·R + i][s] · x[s][4x + c].
template <int R>
__device__ __forceinline__ void mix_tile(float (&sums)[R][4], const float* weights, const float* x) {
  const float* own = weights + threadIdx.x / 16 * R * WEIGHT_STEP;
  const float* columns = x + threadIdx.x % 16 * 4;
#pragma unroll 1
  for (int s = 0; s < KEYS; s += 4) {
    Four<float> weight[R];
#pragma unroll
    for (int i = 0; i < R; i++) weight[i] = *(const Four<float>*)(own + i * WEIGHT_STEP + s);
#pragma unroll
    for (int k = 0; k < 4; k++) {
      Four<float> row = *(const Four<float>*)(columns + (s + k) * ROW_STEP);
#pragma unroll
      for (int i = 0; i < R; i++) {
#pragma unroll
        for (int c = 0; c < 4; c++) sums[i][c] = fmaf(weight[i].v[k], row.v[c], sums[i][c]);
      }
    }
  }
}

// What a thread holds of the rows of a result: rows y·R + i, columns chunk·64 + 4x + c.
template <int CHUNKS, int R>
struct Own {
  float v[CHUNKS][R][4];

  // From the rows, or from 0 when they are null.
  __device__ __forceinline__ void start(const float* from, Rows like) {
    each([&](float& value, int row, int d) {
      value = from != nullptr && row < like.count && d < like.dim ? from[row * like.step + d] : 0;
    });
  }

  __device__ __forceinline__ void store(float* to, Rows like) {
    each([&](float& value, int row, int d) {
      if (row < like.count && d < like.dim) to[row * like.step + d] = value;
    });
  }

  template <class F>
  __device__ __forceinline__ void each(F f) {
#pragma unroll
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
#pragma unroll
      for (int i = 0; i < R; i++) {
#pragma unroll
        for (int c = 0; c < 4; c++) {
          f(v[chunk][i][c], (int)threadIdx.x / 16 * R + i, chunk * CHUNK + (int)threadIdx.x % 16 * 4 + c);
        }
      }
    }
  }
};

// exp((score − max) · scale), 0 for what is not seen.
__device__ __forceinline__ float weight_of(float score, float max, float scale) {
  return score == -INFINITE ? 0 : exp_f32((score - max) * scale);
}

// What the 16 threads of a row hold together, in each of them.
template <class Op>
__device__ __forceinline__ float reduce_row(float value) {
#pragma unroll
  for (int distance = 8; distance > 0; distance /= 2) {
    value = Op::join(value, __shfl_xor_sync(ALL_LANES, value, distance));
  }
  return value;
}

// ---- forward --------------------------------------------------------------------------------

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
      dot_tile<R, C>(score, query, rows);
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

#define STEPS(NAME) i64 NAME##_batch, i64 NAME##_row, i64 NAME##_head

// Row t of head h of sequence b of an operand with STEPS.
#define AT(NAME, B, T, H) (NAME + (B) * NAME##_batch + (T) * NAME##_row + (H) * NAME##_head)

// How many keys query 0 of T sees, were there no lengths; query i sees i more.
__device__ __forceinline__ int causal(int queries, int keys) { return keys - queries + 1; }

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

// ---- backward -------------------------------------------------------------------------------

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
      dot_tile<R, R>(score, query, keys);
      dot_tile<R, R>(dp, slope, values);
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
      dot_tile<R, R>(score, keys, query);
      dot_tile<R, R>(dp, values, slope);
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
