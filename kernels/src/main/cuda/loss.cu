// Cross entropy of logits (R, n) against targets, with weights of classes and label smoothing: one
// pass over the logits forward (two with smoothing) and one backward.
#include "rows.cuh"

__device__ __forceinline__ float weight_of(const float* weights, int j) { return weights == nullptr ? 1 : weights[j]; }

// `hard` is 1 − ε and `soft` ε / n in the tensor's type; `smooth` says whether ε is not 0.
KERNEL(ROW_THREADS) cross_entropy_fwd_f32(
    float* losses, float* stats, const float* logits, const int* targets, const float* weights, i64 stats_step,
    i64 logits_step, i64 rows, int n, float hard, float soft, int smooth, int ignore) {
  __shared__ float scratch[ROW_WARPS];
  i64 row = row_number();
  if (row >= rows) return;
  logits += row * logits_step;
  stats += row * stats_step;
  int target = targets[row];
  if (target == ignore) {
    if (threadIdx.x == 0) losses[row] = stats[0] = stats[1] = 0;
    return;
  }
  ExpSum all = fold<ExpSum>(n, logits).joined<AcrossRow>(scratch);
  if (all.max == -INFINITE) all.sum = NOT_A_NUMBER;
  float log_sum_exp = all.max + log_f32(all.sum);
  float weight = weight_of(weights, target);
  float surprise = log_sum_exp - logits[target];
  float loss = weight * surprise;
  if (smooth) {
    float spread = 0;
    each(n, [&](int j, float x) { spread = fmaf(weight_of(weights, j), log_sum_exp - x, spread); }, logits);
    loss = hard * weight * surprise + soft * reduce_block<Sum>(spread, scratch);
  }
  if (threadIdx.x == 0) {
    losses[row] = loss;
    stats[0] = all.max;
    stats[1] = all.sum;
  }
}

KERNEL(ROW_THREADS) cross_entropy_bwd_f32(
    float* d_logits, const float* d_losses, const float* logits, const float* stats, const int* targets,
    const float* weights, i64 d_step, i64 logits_step, i64 stats_step, i64 rows, int n, float hard, float soft,
    int smooth, int ignore, int add) {
  __shared__ float scratch[ROW_WARPS];
  i64 row = row_number();
  if (row >= rows) return;
  d_logits += row * d_step;
  logits += row * logits_step;
  stats += row * stats_step;
  int target = targets[row];
  if (target == ignore) {
    map_row(n, add, [](int j) { return 0.f; }, d_logits);
    return;
  }
  float max = stats[0];
  float inverse = 1 / stats[1];
  float d_loss = d_losses[row];
  if (!smooth) {
    float scale = d_loss * weight_of(weights, target);
    map_row(n, add, [=](int j, float x) {
      return scale * (exp_f32(x - max) * inverse - (j == target ? 1.f : 0.f));
    }, d_logits, logits);
    return;
  }
  float total = n;
  if (weights != nullptr) {
    float sum = 0;
    each(n, [&](int j, float weight) { sum += weight; }, weights);
    total = reduce_block<Sum>(sum, scratch);
  }
  float a = hard * weight_of(weights, target);
  float c = a + soft * total;
  map_row(n, add, [=](int j, float x) {
    float wanted = soft * weight_of(weights, j) + (j == target ? a : 0.f);
    return d_loss * (exp_f32(x - max) * inverse * c - wanted);
  }, d_logits, logits);
}
