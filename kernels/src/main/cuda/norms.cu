// Layer norm and RMS norm over the last axis. Forward and the gradient of x: one launch each, a row
// for the threads of a block. The gradients of gain and bias are sums down the columns.
#include "columns.cuh"

KERNEL(ROW_THREADS) layernorm_fwd_f32(
    float* y, float* stats, const float* x, const float* w, const float* b, i64 y_step, i64 stats_step,
    i64 x_step, i64 rows, int n, float share, float eps) {
  __shared__ float scratch[ROW_WARPS];
  i64 row = row_number();
  if (row >= rows) return;
  x += row * x_step;
  float sum = 0;
  each(n, [&](int j, float x) { sum += x; }, x);
  float mean = reduce_block<Sum>(sum, scratch) * share;
  float squares = 0;
  each(n, [&](int j, float x) { squares = fmaf(x - mean, x - mean, squares); }, x);
  float rstd = 1 / sqrtf(reduce_block<Sum>(squares, scratch) * share + eps);
  if (threadIdx.x == 0) {
    stats[row * stats_step] = mean;
    stats[row * stats_step + 1] = rstd;
  }
  map_row(n, false, [=](int j, float x, float w, float b) { return fmaf((x - mean) * rstd, w, b); },
          y + row * y_step, x, w, b);
}

KERNEL(ROW_THREADS) rmsnorm_fwd_f32(
    float* y, float* stats, const float* x, const float* w, i64 y_step, i64 x_step, i64 rows, int n,
    float share, float eps) {
  __shared__ float scratch[ROW_WARPS];
  i64 row = row_number();
  if (row >= rows) return;
  x += row * x_step;
  float squares = 0;
  each(n, [&](int j, float x) { squares = fmaf(x, x, squares); }, x);
  float rstd = 1 / sqrtf(reduce_block<Sum>(squares, scratch) * share + eps);
  if (threadIdx.x == 0) stats[row] = rstd;
  map_row(n, false, [=](int j, float x, float w) { return x * rstd * w; }, y + row * y_step, x, w);
}

// What forward kept of a row: mean and rstd, or rstd alone with a mean of 0.
template <bool CENTRED>
struct Stats {
  float mean;
  float rstd;

  __device__ __forceinline__ Stats(const float* stats, i64 row, i64 step)
      : mean(CENTRED ? stats[row * step] : 0), rstd(stats[row * step + CENTRED]) {}

  __device__ __forceinline__ float normal(float x) const { return (x - mean) * rstd; }
};

// dx = rstd · (g − A − h · B): h the normalised x, g = dy · w, A = Σg / n (0 when not centred), B =
// Σg·h / n.
template <bool CENTRED>
__device__ __forceinline__ void norm_bwd(
    float* dx, const float* dy, const float* x, const float* w, Stats<CENTRED> stats, int n, float share,
    bool add, float* scratch) {
  float a = 0;
  float b = 0;
  each(n, [&](int j, float dy, float x, float w) {
    a += dy * w;
    b = fmaf(dy * w, stats.normal(x), b);
  }, dy, x, w);
  a = CENTRED ? reduce_block<Sum>(a, scratch) * share : 0;
  b = reduce_block<Sum>(b, scratch) * share;
  map_row(n, add, [=](int j, float dy, float x, float w) {
    return stats.rstd * fmaf(-stats.normal(x), b, dy * w - a);
  }, dx, dy, x, w);
}

#define NORM_BWD(NAME, CENTRED)                                                                     \
  KERNEL(ROW_THREADS) NAME##_bwd_f32(                                                               \
      float* dx, const float* dy, const float* x, const float* w, const float* stats, i64 dx_step,  \
      i64 dy_step, i64 x_step, i64 stats_step, i64 rows, int n, float share, int add) {             \
    __shared__ float scratch[ROW_WARPS];                                                            \
    i64 row = row_number();                                                                         \
    if (row >= rows) return;                                                                        \
    norm_bwd(dx + row * dx_step, dy + row * dy_step, x + row * x_step, w,                           \
             Stats<CENTRED>(stats, row, stats_step), n, share, add, scratch);                       \
  }
NORM_BWD(layernorm, true)
NORM_BWD(rmsnorm, false)

// dw = Σ dy·h and db = Σ dy over the rows of a part: into the gradients when there is one part, else
// into parts (part, 2, n). Each of the two may be absent.
template <bool CENTRED>
__device__ __forceinline__ void norm_weights_bwd(
    float* dw, float* db, float* parts, const float* dy, const float* x, const float* stats, i64 dy_step,
    i64 x_step, i64 stats_step, i64 rows, i64 per, int n, bool add_dw, bool add_db) {
  __shared__ float scratch[COLUMN_THREADS];
  int c = column_number();
  float gain = 0;
  float bias = 0;
  if (c < n) {
    each_down(rows, per, [&](i64 row) {
      float slope = dy[row * dy_step + c];
      bias += slope;
      if (dw != nullptr) gain = fmaf(slope, Stats<CENTRED>(stats, row, stats_step).normal(x[row * x_step + c]), gain);
    });
  }
  gain = reduce_down<Sum>(gain, scratch);
  bias = reduce_down<Sum>(bias, scratch);
  if (c >= n || threadIdx.y > 0) return;
  if (gridDim.y > 1) {
    parts[2 * (i64)blockIdx.y * n + c] = gain;
    parts[(2 * (i64)blockIdx.y + 1) * n + c] = bias;
    return;
  }
  if (dw != nullptr) put(dw + c, add_dw, gain);
  if (db != nullptr) put(db + c, add_db, bias);
}

#define NORM_WEIGHTS_BWD(NAME, CENTRED)                                                             \
  KERNEL(COLUMN_THREADS) NAME##_weights_bwd_f32(                                                    \
      float* dw, float* db, float* parts, const float* dy, const float* x, const float* stats,      \
      i64 dy_step, i64 x_step, i64 stats_step, i64 rows, i64 per, int n, int add_dw, int add_db) {  \
    norm_weights_bwd<CENTRED>(                                                                      \
        dw, db, parts, dy, x, stats, dy_step, x_step, stats_step, rows, per, n, add_dw, add_db);    \
  }
NORM_WEIGHTS_BWD(layernorm, true)
NORM_WEIGHTS_BWD(rmsnorm, false)

// Joins parts (part, 2, n) of two sums; blocks with y = 0 the first, y = 1 the second.
KERNEL(WARP) join_parts_f32(
    float* first, float* second, const float* parts, int count, int n, int add_first, int add_second) {
  int c = column_number();
  float* to = blockIdx.y == 0 ? first : second;
  if (c >= n || to == nullptr) return;
  parts += blockIdx.y * (i64)n + c;
  float sum = 0;
#pragma unroll 4
  for (int part = 0; part < count; part++) sum += parts[2 * (i64)part * n];
  put(to + c, blockIdx.y == 0 ? add_first : add_second, sum);
}
