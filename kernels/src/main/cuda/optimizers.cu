// Optimizer steps over flat buffers, one pass each, and the norm of one. Scalars were rounded by the
// host.
#include "weft.cuh"

// f(p, g, m, v) for all n elements, four at a time where every buffer is aligned. MOMENTS says how
// many of m and v there are; a `fresh` moment is not read.
template <int MOMENTS, class F>
__device__ __forceinline__ void descend(F f, i64 n, float* p, const float* g, float* m, float* v, bool fresh) {
  i64 i = thread_number();
  if (aligned(p) && aligned(g) && (MOMENTS < 1 || aligned(m)) && (MOMENTS < 2 || aligned(v))) {
    i64 fours = n / 4;
#pragma unroll 1
    for (i64 q = i; q < fours; q += thread_count()) {
      Four<float> ps = ((const Four<float>*)p)[q];
      Four<float> gs = ((const Four<float>*)g)[q];
      Four<float> ms = {}, vs = {};
      if (MOMENTS > 0 && !fresh) ms = ((const Four<float>*)m)[q];
      if (MOMENTS > 1) vs = ((const Four<float>*)v)[q];
#pragma unroll
      for (int k = 0; k < 4; k++) f(ps.v[k], gs.v[k], ms.v[k], vs.v[k]);
      ((Four<float>*)p)[q] = ps;
      if (MOMENTS > 0) ((Four<float>*)m)[q] = ms;
      if (MOMENTS > 1) ((Four<float>*)v)[q] = vs;
    }
    i += fours * 4;
  }
#pragma unroll 1
  for (; i < n; i += thread_count()) {
    float pi = p[i], mi = 0, vi = 0;
    if (MOMENTS > 0 && !fresh) mi = m[i];
    if (MOMENTS > 1) vi = v[i];
    f(pi, g[i], mi, vi);
    p[i] = pi;
    if (MOMENTS > 0) m[i] = mi;
    if (MOMENTS > 1) v[i] = vi;
  }
}

KERNEL(256) sgd_f32(float* p, const float* g, i64 n, float minus_rate, float decay) {
  descend<0>([=](float& pi, float gi, float&, float&) {
    pi = fmaf(minus_rate, fmaf(decay, pi, gi), pi);
  }, n, p, g, (float*)nullptr, (float*)nullptr, false);
}

KERNEL(256) sgd_momentum_f32(
    float* p, const float* g, float* m, i64 n, float minus_rate, float momentum, int nesterov, float decay, int first) {
  descend<1>([=](float& pi, float gi, float& mi, float&) {
    float d = fmaf(decay, pi, gi);
    mi = first ? d : fmaf(momentum, mi, d);
    pi = fmaf(minus_rate, nesterov ? fmaf(momentum, mi, d) : mi, pi);
  }, n, p, g, m, (float*)nullptr, first != 0);
}

// `shrink` is 1 − rate · decay, `correction` 1 / √c2 and `minus_rate` −rate / c1.
KERNEL(256) adam_f32(
    float* p, const float* g, float* m, float* v, i64 n, float beta1, float rest1, float beta2, float rest2,
    float minus_rate, float correction, float eps, int decoupled, float shrink, float decay) {
  descend<2>([=](float& pi, float gi, float& mi, float& vi) {
    float old = decoupled ? pi * shrink : pi;
    float gradient = decoupled ? gi : gi + decay * pi;
    mi = fmaf(beta1, mi, rest1 * gradient);
    vi = fmaf(beta2, vi, rest2 * gradient * gradient);
    pi = fmaf(minus_rate, mi / (sqrtf(vi) * correction + eps), old);
  }, n, p, g, m, v, false);
}

KERNEL(256) rmsprop_f32(
    float* p, const float* g, float* v, i64 n, float minus_rate, float alpha, float rest, float eps) {
  descend<1>([=](float& pi, float gi, float& vi, float&) {
    vi = fmaf(alpha, vi, rest * gi * gi);
    pi = fmaf(minus_rate, gi / (sqrtf(vi) + eps), pi);
  }, n, p, g, v, (float*)nullptr, false);
}

KERNEL(256) adagrad_f32(float* p, const float* g, float* v, i64 n, float minus_rate, float eps) {
  descend<1>([=](float& pi, float gi, float& vi, float&) {
    vi = fmaf(gi, gi, vi);
    pi = fmaf(minus_rate, gi / (sqrtf(vi) + eps), pi);
  }, n, p, g, v, (float*)nullptr, false);
}

#define SQUARES_BLOCK 4096
#define SQUARES_LANES 16

// y[b] = Σ x² of elements 4,096 b …: half a warp is the sixteen lanes of the definition, so that this
// sum, too, has its bits. The host adds the few y.
KERNEL(256) sum_of_squares_f32(float* y, const float* x, i64 n) {
  i64 block = thread_number() / SQUARES_LANES;
  int lane = threadIdx.x % SQUARES_LANES;
  i64 end = min(n, (block + 1) * SQUARES_BLOCK);
  float sum = 0;
#pragma unroll 16
  for (i64 i = block * SQUARES_BLOCK + lane; i < end; i += SQUARES_LANES) sum = fmaf(x[i], x[i], sum);
#pragma unroll
  for (int distance = SQUARES_LANES / 2; distance > 0; distance /= 2) {
    sum += __shfl_xor_sync(ALL_LANES, sum, distance);
  }
  if (lane == 0 && block * SQUARES_BLOCK < n) y[block] = sum;
}
