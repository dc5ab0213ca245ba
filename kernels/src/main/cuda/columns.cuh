// Kernels down the columns of rows (R, n): a block of 32 × 8 threads takes 32 neighbouring columns,
// which a warp reads together, and one part of the rows. Sums over several parts are joined by a
// second kernel, parts ascending.
#pragma once
#include "rows.cuh"

#define DOWN 8  // rows that a block reads at once
#define COLUMN_THREADS (WARP * DOWN)

__device__ __forceinline__ int column_number() { return blockIdx.x * WARP + threadIdx.x; }

// f(row) for this thread's share of the rows of this block's part, which has `per` rows.
template <class F>
__device__ __forceinline__ void each_down(i64 rows, i64 per, F f) {
  i64 from = blockIdx.y * per;
  i64 to = from + per < rows ? from + per : rows;
#pragma unroll 4
  for (i64 row = from + threadIdx.y; row < to; row += DOWN) f(row);
}

// What the threads of a column hold together, in each of them. `scratch` has COLUMN_THREADS floats
// and is free again when this returns.
template <class Op>
__device__ __forceinline__ float reduce_down(float value, float* scratch) {
  scratch[threadIdx.y * WARP + threadIdx.x] = value;
  __syncthreads();
  value = scratch[threadIdx.x];
#pragma unroll
  for (int k = 1; k < DOWN; k++) value = Op::join(value, scratch[k * WARP + threadIdx.x]);
  __syncthreads();
  return value;
}

struct DownColumn {
  template <class Op>
  static __device__ __forceinline__ float reduce(float value, float* scratch) {
    return reduce_down<Op>(value, scratch);
  }
};
