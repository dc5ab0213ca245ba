// Reductions of rows in any layout, and their gradients. A row whose values lie apart from each other
// but side by side with those of other rows is reduced as a column. Where there are few rows and much
// to add, blocks take parts of them, which a second launch joins.
#include "columns.cuh"

// What has been seen of a row so far, as ExpSum: here one value, to which others are joined by Op.
template <class Op>
struct Joined {
  float value = Op::none();

  template <class T, int N>
  __device__ __forceinline__ void add(const T (&x)[N]) {
#pragma unroll
    for (int k = 0; k < N; k++) value = Op::join(value, widen(x[k]));
  }

  __device__ __forceinline__ void join(Joined other) { value = Op::join(value, other.value); }

  template <class Threads>
  __device__ __forceinline__ Joined joined(float* scratch) const {
    return {Threads::template reduce<Op>(value, scratch)};
  }

  __device__ __forceinline__ float result(float scale) const { return value * scale; }
};

struct Squares {
  float sum = 0;

  template <class T, int N>
  __device__ __forceinline__ void add(const T (&x)[N]) {
#pragma unroll
    for (int k = 0; k < N; k++) sum = fmaf(widen(x[k]), widen(x[k]), sum);
  }

  __device__ __forceinline__ void join(Squares other) { sum += other.sum; }

  template <class Threads>
  __device__ __forceinline__ Squares joined(float* scratch) const {
    return {Threads::template reduce<Sum>(sum, scratch)};
  }

  __device__ __forceinline__ float result(float scale) const { return sqrtf(sum); }
};

struct LogSumExp : ExpSum {
  LogSumExp() = default;
  __device__ __forceinline__ LogSumExp(ExpSum sum) : ExpSum(sum) {}

  __device__ __forceinline__ float result(float scale) const { return fabsf(max) == INFINITE ? max : max + log_f32(sum); }
};

// Where a row begins in each operand.
template <int N>
__device__ __forceinline__ void locate(const Walk<N>& walk, i64 row, i64 (&at)[N]) {
  if (walk.rank > 0) {
    walk.locate((unsigned)row, at);
    return;
  }
#pragma unroll
  for (int k = 0; k < N; k++) at[k] = row;
}

// y = the reduction of each row, or += it. `parts` (row, part) takes what each part amounts to where
// there are several; `step` lies between the values of a row.
template <class Seen>
__device__ __forceinline__ void reduce_rows(
    float* y, Seen* parts, const float* x, const Walk<2>& walk, i64 rows, int n, i64 step, i64 per, float scale, bool add) {
  __shared__ float scratch[ROW_WARPS];
  i64 row = row_number();
  if (row >= rows) return;
  i64 at[2];
  locate(walk, row, at);
  i64 from = blockIdx.y * per;
  int count = (int)(from + per < n ? per : n - from);
  x += at[1] + from * step;
  Seen seen;
  if (step == 1) {
    seen = fold<Seen>(count, x);
  } else {
#pragma unroll 1
    for (unsigned j = threadIdx.x; j < count; j += blockDim.x) {
      float one[] = {x[j * step]};
      seen.add(one);
    }
  }
  seen = seen.template joined<AcrossRow>(scratch);
  if (threadIdx.x > 0) return;
  if (gridDim.y > 1) {
    parts[row * gridDim.y + blockIdx.y] = seen;
  } else {
    put(y + at[0], add, seen.result(scale));
  }
}

template <class Seen>
__device__ __forceinline__ void reduce_columns(
    float* y, Seen* parts, const float* x, const Walk<2>& walk, i64 rows, int n, i64 step, i64 per, float scale, bool add) {
  __shared__ float scratch[COLUMN_THREADS];
  i64 row = column_number();
  i64 at[2] = {0, 0};
  Seen seen;
  if (row < rows) {
    locate(walk, row, at);
    x += at[1];
    each_down(n, per, [&](i64 j) {
      float one[] = {x[j * step]};
      seen.add(one);
    });
  }
  seen = seen.template joined<DownColumn>(scratch);
  if (row >= rows || threadIdx.y > 0) return;
  if (gridDim.y > 1) {
    parts[row * gridDim.y + blockIdx.y] = seen;
  } else {
    put(y + at[0], add, seen.result(scale));
  }
}

template <class Seen>
__device__ __forceinline__ void join_parts(
    float* y, const Seen* parts, const Walk<2>& walk, i64 rows, int count, float scale, bool add) {
  __shared__ float scratch[ROW_WARPS];
  i64 row = row_number();
  if (row >= rows) return;
  parts += row * count;
  Seen seen;
#pragma unroll 1
  for (int part = threadIdx.x; part < count; part += blockDim.x) seen.join(parts[part]);
  seen = seen.template joined<AcrossRow>(scratch);
  if (threadIdx.x > 0) return;
  i64 at[2];
  locate(walk, row, at);
  put(y + at[0], add, seen.result(scale));
}

#define REDUCE(NAME, SEEN)                                                                           \
  KERNEL(ROW_THREADS) reduce_rows_##NAME##_f32(                                                      \
      float* y, SEEN* parts, const float* x, Walk<2> walk, i64 rows, int n, i64 step, i64 per,       \
      float scale, int add) {                                                                        \
    reduce_rows(y, parts, x, walk, rows, n, step, per, scale, add);                                  \
  }                                                                                                  \
  KERNEL(COLUMN_THREADS) reduce_columns_##NAME##_f32(                                                \
      float* y, SEEN* parts, const float* x, Walk<2> walk, i64 rows, int n, i64 step, i64 per,       \
      float scale, int add) {                                                                        \
    reduce_columns(y, parts, x, walk, rows, n, step, per, scale, add);                               \
  }                                                                                                  \
  KERNEL(ROW_THREADS) reduce_join_##NAME##_f32(                                                      \
      float* y, const SEEN* parts, Walk<2> walk, i64 rows, int count, float scale, int add) {        \
    join_parts(y, parts, walk, rows, count, scale, add);                                             \
  }

REDUCE(sum, Joined<Sum>)  // MEAN, too: scaled by 1 / n
REDUCE(max, Joined<Max>)
REDUCE(min, Joined<Min>)
REDUCE(norm, Squares)
REDUCE(log_sum_exp, LogSumExp)

KERNEL(256) log_sum_exp_bwd_f32(
    float* dx, const float* dy, const float* x, const float* y, Walk<4> walk, i64 n, int add) {
  map(walk, n, add, [](float dy, float x, float y) -> float { return dy * exp_f32(x - y); }, dx, dy, x, y);
}

KERNEL(256) norm_bwd_f32(
    float* dx, const float* dy, const float* x, const float* y, Walk<4> walk, i64 n, int add) {
  map(walk, n, add, [](float dy, float x, float y) -> float { return y == 0 ? 0 : dy * (x / y); }, dx, dy, x, y);
}

// The smallest index that the threads of a row found, in each of them.
__device__ __forceinline__ unsigned first_of_row(unsigned index, unsigned* scratch) {
#pragma unroll
  for (int distance = WARP / 2; distance > 0; distance /= 2) {
    index = min(index, __shfl_xor_sync(ALL_LANES, index, distance));
  }
  int warps = blockDim.x / WARP;
  if (warps == 1) return index;
  if (threadIdx.x % WARP == 0) scratch[threadIdx.x / WARP] = index;
  __syncthreads();
#pragma unroll 1
  for (int warp = 0; warp < warps; warp++) index = min(index, scratch[warp]);
  return index;
}

// The gradient of MAX and MIN: dy at the first x that equals y or is NaN, else 0.
KERNEL(ROW_THREADS) extreme_rows_bwd_f32(
    float* dx, const float* dy, const float* x, const float* y, Walk<4> walk, i64 rows, int n, i64 dx_step,
    i64 x_step, int add) {
  __shared__ unsigned scratch[ROW_WARPS];
  i64 row = row_number();
  if (row >= rows) return;
  i64 at[4];
  locate(walk, row, at);
  x += at[2];
  float value = y[at[3]];
  unsigned first = n;
#pragma unroll 1
  for (unsigned j = threadIdx.x; j < n && first == n; j += blockDim.x) {
    float candidate = x[j * x_step];
    if (candidate == value || candidate != candidate) first = j;
  }
  first = first_of_row(first, scratch);
  dx += at[0];
  float slope = dy[at[1]];
#pragma unroll 1
  for (unsigned j = threadIdx.x; j < n; j += blockDim.x) put(dx + j * dx_step, add, j == first ? slope : 0.f);
}

// The same down columns, all rows of a column in one block.
KERNEL(COLUMN_THREADS) extreme_columns_bwd_f32(
    float* dx, const float* dy, const float* x, const float* y, Walk<4> walk, i64 rows, int n, i64 dx_step,
    i64 x_step, int add) {
  __shared__ unsigned scratch[COLUMN_THREADS];
  i64 row = column_number();
  i64 at[4] = {0, 0, 0, 0};
  unsigned first = n;
  if (row < rows) {
    locate(walk, row, at);
    x += at[2];
    float value = y[at[3]];
#pragma unroll 1
    for (unsigned j = threadIdx.y; j < n && first == n; j += DOWN) {
      float candidate = x[j * x_step];
      if (candidate == value || candidate != candidate) first = j;
    }
  }
  scratch[threadIdx.y * WARP + threadIdx.x] = first;
  __syncthreads();
  if (row >= rows) return;
#pragma unroll
  for (int k = 0; k < DOWN; k++) first = min(first, scratch[k * WARP + threadIdx.x]);
  dx += at[0];
  float slope = dy[at[1]];
#pragma unroll 1
  for (unsigned j = threadIdx.y; j < n; j += DOWN) put(dx + j * dx_step, add, j == first ? slope : 0.f);
}
