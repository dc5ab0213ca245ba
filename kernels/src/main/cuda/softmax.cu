// Softmax, its logarithm, and their gradients: one launch each, a row for the threads of a block.
#include "rows.cuh"

KERNEL(ROW_THREADS) softmax_fwd_f32(
    float* y, const float* x, i64 y_step, i64 x_step, i64 rows, int n) {
  __shared__ float scratch[ROW_WARPS];
  i64 row = row_number();
  if (row >= rows) return;
  x += row * x_step;
  ExpSum all = fold<ExpSum>(n, x).joined<AcrossRow>(scratch);
  float scale = 1 / all.sum;
  map_row(n, false, [=](int j, float x) { return exp_f32(x - all.max) * scale; }, y + row * y_step, x);
}

KERNEL(ROW_THREADS) log_softmax_fwd_f32(
    float* y, const float* x, i64 y_step, i64 x_step, i64 rows, int n) {
  __shared__ float scratch[ROW_WARPS];
  i64 row = row_number();
  if (row >= rows) return;
  x += row * x_step;
  ExpSum all = fold<ExpSum>(n, x).joined<AcrossRow>(scratch);
  float log_sum = log_f32(all.sum);
  map_row(n, false, [=](int j, float x) { return x - all.max - log_sum; }, y + row * y_step, x);
}

KERNEL(ROW_THREADS) softmax_bwd_f32(
    float* dx, const float* dy, const float* y, i64 dx_step, i64 dy_step, i64 y_step, i64 rows, int n, int add) {
  __shared__ float scratch[ROW_WARPS];
  i64 row = row_number();
  if (row >= rows) return;
  dy += row * dy_step;
  y += row * y_step;
  float s = 0;
  each(n, [&](int j, float dy, float y) { s = fmaf(dy, y, s); }, dy, y);
  s = reduce_block<Sum>(s, scratch);
  map_row(n, add, [=](int j, float dy, float y) { return y * (dy - s); }, dx + row * dx_step, dy, y);
}

KERNEL(ROW_THREADS) log_softmax_bwd_f32(
    float* dx, const float* dy, const float* y, i64 dx_step, i64 dy_step, i64 y_step, i64 rows, int n, int add) {
  __shared__ float scratch[ROW_WARPS];
  i64 row = row_number();
  if (row >= rows) return;
  dy += row * dy_step;
  y += row * y_step;
  float s = 0;
  each(n, [&](int j, float dy) { s += dy; }, dy);
  s = reduce_block<Sum>(s, scratch);
  map_row(n, add, [=](int j, float dy, float y) { return fmaf(-exp_f32(y), s, dy); }, dx + row * dx_step, dy, y);
}
