// Batch norm: statistics of each column of x (R, n). Two launches each way: the first leaves what
// each part of the rows adds up to in parts (part, 2, n), the second joins the parts of its columns,
// in every block anew, and goes over its rows.
#include "columns.cuh"

// Mean and Σ(x − mean)² of each part.
KERNEL(COLUMN_THREADS) batchnorm_moments_f32(float* parts, const float* x, i64 x_step, i64 rows, i64 per, int n) {
  __shared__ float scratch[COLUMN_THREADS];
  int c = column_number();
  i64 left = rows - blockIdx.y * per;
  float sum = 0;
  if (c < n) each_down(rows, per, [&](i64 row) { sum += x[row * x_step + c]; });
  float mean = reduce_down<Sum>(sum, scratch) / (float)(left < per ? left : per);
  float squares = 0;
  if (c < n) {
    each_down(rows, per, [&](i64 row) {
      float deviation = x[row * x_step + c] - mean;
      squares = fmaf(deviation, deviation, squares);
    });
  }
  squares = reduce_down<Sum>(squares, scratch);
  if (c >= n || threadIdx.y > 0) return;
  parts[2 * (i64)blockIdx.y * n + c] = mean;
  parts[(2 * (i64)blockIdx.y + 1) * n + c] = squares;
}

// The moments of all rows from those of the parts.
struct Moments {
  float mean;
  float squares;

  __device__ __forceinline__ Moments(const float* parts, int count, i64 rows, i64 per, int n, int c, float share) {
    float sum = 0;
#pragma unroll 1
    for (int part = 0; part < count; part++) sum = fmaf(size(part, rows, per), parts[2 * (i64)part * n + c], sum);
    mean = sum * share;
    squares = 0;
#pragma unroll 1
    for (int part = 0; part < count; part++) {
      float shift = parts[2 * (i64)part * n + c] - mean;
      squares += fmaf(size(part, rows, per) * shift, shift, parts[(2 * (i64)part + 1) * n + c]);
    }
  }

  static __device__ __forceinline__ float size(int part, i64 rows, i64 per) {
    i64 left = rows - part * per;
    return (float)(left < per ? left : per);
  }
};

// y = (x − mean) · rstd · w + b for this block's columns and rows.
__device__ __forceinline__ void normalise(
    float* y, const float* x, i64 y_step, i64 x_step, i64 rows, i64 per, int c, float mean, float rstd, float w,
    float b) {
  each_down(rows, per, [&](i64 row) { y[row * y_step + c] = fmaf((x[row * x_step + c] - mean) * rstd, w, b); });
}

KERNEL(COLUMN_THREADS) batchnorm_fwd_f32(
    float* y, float* stats, float* running, const float* parts, const float* x, const float* w, const float* b,
    i64 y_step, i64 stats_step, i64 running_step, i64 x_step, i64 rows, i64 per, int n, float share,
    float unbiased, float momentum, float eps) {
  int c = column_number();
  if (c >= n) return;
  Moments all(parts, gridDim.y, rows, per, n, c, share);
  float rstd = 1 / sqrtf(all.squares * share + eps);
  if (blockIdx.y == 0 && threadIdx.y == 0) {
    stats[c] = all.mean;
    stats[stats_step + c] = rstd;
    if (running != nullptr) {
      float mean = running[c];
      running[c] = fmaf(momentum, all.mean - mean, mean);
      float variance = running[running_step + c];
      running[running_step + c] = fmaf(momentum, all.squares * unbiased - variance, variance);
    }
  }
  normalise(y, x, y_step, x_step, rows, per, c, all.mean, rstd, w[c], b[c]);
}

KERNEL(COLUMN_THREADS) batchnorm_inference_f32(
    float* y, const float* running, const float* x, const float* w, const float* b, i64 y_step, i64 running_step,
    i64 x_step, i64 rows, i64 per, int n, float eps) {
  int c = column_number();
  if (c >= n) return;
  float rstd = 1 / sqrtf(running[running_step + c] + eps);
  normalise(y, x, y_step, x_step, rows, per, c, running[c], rstd, w[c], b[c]);
}

// Σ dy·h and Σ dy of each part; h is the normalised x.
KERNEL(COLUMN_THREADS) batchnorm_bwd_sums_f32(
    float* parts, const float* dy, const float* x, const float* stats, i64 dy_step, i64 x_step, i64 stats_step,
    i64 rows, i64 per, int n) {
  __shared__ float scratch[COLUMN_THREADS];
  int c = column_number();
  float gain = 0;
  float bias = 0;
  if (c < n) {
    float mean = stats[c];
    float rstd = stats[stats_step + c];
    each_down(rows, per, [&](i64 row) {
      float slope = dy[row * dy_step + c];
      gain = fmaf(slope, (x[row * x_step + c] - mean) * rstd, gain);
      bias += slope;
    });
  }
  gain = reduce_down<Sum>(gain, scratch);
  bias = reduce_down<Sum>(bias, scratch);
  if (c >= n || threadIdx.y > 0) return;
  parts[2 * (i64)blockIdx.y * n + c] = gain;
  parts[(2 * (i64)blockIdx.y + 1) * n + c] = bias;
}

// dw, db and dx = w · rstd · (dy − db/R − h · dw/R); any of the three may be absent.
KERNEL(COLUMN_THREADS) batchnorm_bwd_f32(
    float* dx, float* dw, float* db, const float* parts, const float* dy, const float* x, const float* w,
    const float* stats, i64 dx_step, i64 dy_step, i64 x_step, i64 stats_step, i64 rows, i64 per, int n, int count,
    float share, int add_dx, int add_dw, int add_db) {
  int c = column_number();
  if (c >= n) return;
  float gain = 0;
  float bias = 0;
#pragma unroll 1
  for (int part = 0; part < count; part++) {
    gain += parts[2 * (i64)part * n + c];
    bias += parts[(2 * (i64)part + 1) * n + c];
  }
  if (blockIdx.y == 0 && threadIdx.y == 0) {
    if (dw != nullptr) put(dw + c, add_dw, gain);
    if (db != nullptr) put(db + c, add_db, bias);
  }
  if (dx == nullptr) return;
  float mean = stats[c];
  float rstd = stats[stats_step + c];
  float scale = w[c] * rstd;
  gain *= share;
  bias *= share;
  each_down(rows, per, [&](i64 row) {
    float h = (x[row * x_step + c] - mean) * rstd;
    put(dx + row * dx_step + c, add_dx, scale * fmaf(-h, gain, dy[row * dy_step + c] - bias));
  });
}
