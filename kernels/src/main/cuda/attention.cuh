// What the tiles of attention share: rows of queries, keys and values in shared memory, and the
// products of two tiles.
//
// A block is 16 × 16 threads: thread (x, y) has the rows y·R … of one operand and the rows x, x + 16,
// … of the other, or the columns 4x … of the result. Vectors are cut into chunks of 64 values, so
// that shared memory does not grow with D.
#pragma once
#include "weft.cuh"
#include "elementary.cuh"

#define TILE_THREADS 256
#define TILE_BLOCK TILE_THREADS, 2  // two to a processor: 128 registers, and none is spilt
#define CHUNK 64
#define ROW_STEP (CHUNK + 4)  // of a row in a tile: rows start in different banks
#define KEYS 32
#define WEIGHT_STEP (KEYS + 4)

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
      bool inside = row < rows.count && from + at < rows.dim;
      if (inside) four = *(const Four<float>*)(rows.first + row * rows.step + from + at);
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

// sums[i][j] goes on as a chain over a chunk, of vectors of `dim` values, of a[y·R + i] · b[x + 16·j].
template <int R, int C>
__device__ __forceinline__ void dot_tile(float (&sums)[R][C], const float* a, const float* b, int dim, int chunk) {
  int end = min(CHUNK, dim - chunk * CHUNK);  // and up to 3 zeros
  const float* own_a = a + threadIdx.x / 16 * R * ROW_STEP;
  const float* own_b = b + threadIdx.x % 16 * ROW_STEP;
#pragma unroll 1
  for (int d = 0; d < end; d += 4) {
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

#define STEPS(NAME) i64 NAME##_batch, i64 NAME##_row, i64 NAME##_head

// Row t of head h of sequence b of an operand with STEPS.
#define AT(NAME, B, T, H) (NAME + (B) * NAME##_batch + (T) * NAME##_row + (H) * NAME##_head)

// How many keys query 0 of T sees, were there no lengths; query i sees i more.
__device__ __forceinline__ int causal(int queries, int keys) { return keys - queries + 1; }
