// What recurrent steps share: where a thread works, and the recurrent product, whose chains run as
// dev.weft.tensor.Kernels says.
//
// A block has 8 units and 32 rows of the batch, a thread one unit of one row with all of its gates.
#pragma once
#include "weft.cuh"
#include "elementary.cuh"

#define STEP_THREADS 256
#define STEP_BLOCK STEP_THREADS, 1  // all the registers there are: none is spilt
#define UNITS 8
#define ROWS 32
#define DEPTH 64               // k of a tile
#define TILE_STEP (DEPTH + 4)  // of a row in a tile: rows start in different banks
#define GROUP 128              // k that share a scale of an I8 pack

// Element (k, n) of a weight.
struct WeightF32 {
  static const bool SCALED = false;
  const float* first;
  i64 row, column;

  __device__ __forceinline__ float value(int k, int n) const { return first[k * row + n * column]; }
  __device__ __forceinline__ float scale(int, int) const { return 1; }
  __device__ __forceinline__ bool along_k() const { return row == 1; }
};

// What a thread works on.
struct Place {
  int row, unit;      // in the batch, in the layer
  int rows, units;    // from the block's first one on
  bool inside;

  __device__ __forceinline__ Place(int all_rows, int all_units) {
    rows = all_rows - blockIdx.y * ROWS;
    units = all_units - blockIdx.x * UNITS;
    int own_row = threadIdx.x / UNITS, own_unit = threadIdx.x % UNITS;
    row = blockIdx.y * ROWS + own_row;
    unit = blockIdx.x * UNITS + own_unit;
    inside = own_row < rows && own_unit < units;
  }
};

// ---- products -----------------------------------------------------------------------------------

// sums[g] goes on as a chain over k < depth of x[row][k] · w[k][n + g · apart + unit]; x has `step`
// between rows. All threads of the block call it.
template <int GATES, class W>
__device__ __forceinline__ void chain(
    float (&sums)[GATES], const float* x, i64 step, int depth, W w, int n, int apart, const Place& place) {
  constexpr int COLUMNS = GATES * UNITS;
  constexpr int X_EACH = ROWS * DEPTH / STEP_THREADS, W_EACH = COLUMNS * DEPTH / STEP_THREADS;
  __shared__ __align__(16) float x_tile[ROWS * TILE_STEP];
  __shared__ __align__(16) float w_tile[COLUMNS * TILE_STEP];
  int t = threadIdx.x;
  bool along_k = w.along_k();
  const float* own_x = x_tile + t / UNITS * TILE_STEP;
  const float* own_w = w_tile + t % UNITS * TILE_STEP;
  bool idle = t / WARP * (WARP / UNITS) >= place.rows;  // of a whole warp
  float next_x[X_EACH], next_w[W_EACH], part[GATES] = {};

  // Where the thread's j-th weight of a tile stands: neighbours along what is contiguous.
  auto column_of = [&](int j) {
    int i = t + j * STEP_THREADS;
    return along_k ? i / DEPTH : i / (UNITS * DEPTH) * UNITS + i % UNITS;
  };
  auto k_of = [&](int j) {
    int i = t + j * STEP_THREADS;
    return along_k ? i % DEPTH : i / UNITS % DEPTH;
  };
  auto fetch = [&](int from) {
#pragma unroll
    for (int j = 0; j < X_EACH; j++) {
      int i = t + j * STEP_THREADS, row = i / DEPTH, k = from + i % DEPTH;
      next_x[j] = row < place.rows && k < depth ? x[(blockIdx.y * ROWS + row) * step + k] : 0;
    }
#pragma unroll
    for (int j = 0; j < W_EACH; j++) {
      int column = column_of(j), k = from + k_of(j), unit = column % UNITS;
      bool inside = unit < place.units && k < depth;
      next_w[j] = inside ? w.value(k, n + column / UNITS * apart + blockIdx.x * UNITS + unit) : 0;
    }
  };

  fetch(0);
#pragma unroll 1
  for (int from = 0; from < depth; from += DEPTH) {
    __syncthreads();
#pragma unroll
    for (int j = 0; j < X_EACH; j++) {
      int i = t + j * STEP_THREADS;
      x_tile[i / DEPTH * TILE_STEP + i % DEPTH] = next_x[j];
    }
#pragma unroll
    for (int j = 0; j < W_EACH; j++) w_tile[column_of(j) * TILE_STEP + k_of(j)] = next_w[j];
    __syncthreads();
    if (from + DEPTH < depth) fetch(from + DEPTH);
    if (idle) continue;
    float(&running)[GATES] = W::SCALED ? part : sums;
    int end = min(DEPTH, depth - from);  // and up to 3 zeros
#pragma unroll 2
    for (int k = 0; k < end; k += 4) {
      Four<float> a = *(const Four<float>*)(own_x + k);
#pragma unroll
      for (int g = 0; g < GATES; g++) {
        Four<float> b = *(const Four<float>*)(own_w + g * UNITS * TILE_STEP + k);
#pragma unroll
        for (int j = 0; j < 4; j++) running[g] = fmaf(a.v[j], b.v[j], running[g]);
      }
    }
    if (W::SCALED && ((from + DEPTH) % GROUP == 0 || from + DEPTH >= depth) && place.inside) {
#pragma unroll
      for (int g = 0; g < GATES; g++) {
        sums[g] = fmaf(w.scale(from, n + g * apart + place.unit), part[g], sums[g]);
        part[g] = 0;
      }
    }
  }
}
