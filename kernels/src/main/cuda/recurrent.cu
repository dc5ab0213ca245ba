// Recurrent layers forward, one launch for each step: the recurrent product and, in the same threads,
// the gates. (GRU_RESET_FIRST has two products in a row, hence two launches.)
// dev.weft.tensor.Recurrence has the formulas; the bits are the definition's.
#include "recurrent.cuh"
#include "half.cuh"

// Packed weights; packs.cu says how they lie.
template <class T>  // bf16 or f16
struct WeightPairs {
  static const bool SCALED = false;
  const T* first;
  int width;

  __device__ __forceinline__ float value(int k, int n) const {
    return widen(first[((i64)(k / 2) * width + n) * 2 + k % 2]);
  }
  __device__ __forceinline__ float scale(int, int) const { return 1; }
  __device__ __forceinline__ bool along_k() const { return false; }
};

struct WeightI8 {
  static const bool SCALED = true;
  const signed char* first;
  const float* scales;
  int width;

  __device__ __forceinline__ float value(int k, int n) const {
    return (float)first[((i64)(k / 4) * width + n) * 4 + k % 4];
  }
  __device__ __forceinline__ float scale(int k, int n) const { return scales[(i64)(k / GROUP) * width + n]; }
  __device__ __forceinline__ bool along_k() const { return false; }
};

// Tensors of a run, step t, and the step before it: `from` is its number, −1 at the first.
struct Forward {
  float *h, *c, *gates, *hidden;
  const float *bias, *h0, *c0;
  const boolean* mask;
  int t, from, rows, units, relu;

  __device__ __forceinline__ i64 at(int step, const Place& p) const {
    return ((i64)step * rows + p.row) * units + p.unit;
  }

  // All rows of the state before, null for zeros; one unit of it, and of the cell's.
  __device__ __forceinline__ const float* states() const {
    return from >= 0 ? h + (i64)from * rows * units : h0;
  }
  __device__ __forceinline__ float before(const Place& p) const {
    const float* all = states();
    return all == nullptr ? 0 : all[(i64)p.row * units + p.unit];
  }
  __device__ __forceinline__ float cell(const Place& p) const {
    if (from >= 0) return c[at(from, p)];
    return c0 == nullptr ? 0 : c0[(i64)p.row * units + p.unit];
  }

  __device__ __forceinline__ float* gate(int blocks, const Place& p) const {
    return gates + ((i64)t * rows + p.row) * blocks * units + p.unit;
  }

  __device__ __forceinline__ bool masked(const Place& p) const {
    return mask != nullptr && mask[(i64)t * rows + p.row] == 0;
  }

  __device__ __forceinline__ float biased(float product, int block, const Place& p) const {
    return bias == nullptr ? product : product + bias[block * units + p.unit];
  }
};

// RELU when `relu`, else TANH.
template <class W>
__device__ __forceinline__ void step_plain(const Forward& run, W w) {
  Place p(run.rows, run.units);
  float sums[1] = {};
  if (run.states() != nullptr) chain(sums, run.states(), run.units, run.units, w, 0, run.units, p);
  if (!p.inside) return;
  float* h = run.h + run.at(run.t, p);
  if (run.masked(p)) {
    *h = run.before(p);
    return;
  }
  float a = *run.gate(1, p) + run.biased(sums[0], 0, p);
  *h = !run.relu ? tanh_f32(a) : a > 0 || a != a ? a : 0;
}

template <class W>
__device__ __forceinline__ void step_lstm(const Forward& run, W w) {
  Place p(run.rows, run.units);
  float sums[4] = {};
  if (run.states() != nullptr) chain(sums, run.states(), run.units, run.units, w, 0, run.units, p);
  if (!p.inside) return;
  i64 at = run.at(run.t, p);
  float cell = run.cell(p);
  if (run.masked(p)) {
    run.h[at] = run.before(p);
    run.c[at] = cell;
    return;
  }
  float* gate = run.gate(4, p);
  float value[4];
#pragma unroll
  for (int g = 0; g < 4; g++) {
    float a = gate[g * run.units] + run.biased(sums[g], g, p);
    value[g] = g == 2 ? tanh_f32(a) : sigmoid_f32(a);
    gate[g * run.units] = value[g];
  }
  float next = fmaf(value[1], cell, value[0] * value[2]);
  run.c[at] = next;
  run.h[at] = value[3] * tanh_f32(next);
}

template <class W>
__device__ __forceinline__ void step_gru(const Forward& run, W w) {
  Place p(run.rows, run.units);
  float sums[3] = {};
  if (run.states() != nullptr) chain(sums, run.states(), run.units, run.units, w, 0, run.units, p);
  if (!p.inside) return;
  i64 at = run.at(run.t, p);
  float before = run.before(p);
  if (run.masked(p)) {
    run.h[at] = before;
    run.hidden[at] = 0;
    return;
  }
  float* gate = run.gate(3, p);
  float reset = sigmoid_f32(gate[0] + run.biased(sums[0], 0, p));
  float update = sigmoid_f32(gate[run.units] + run.biased(sums[1], 1, p));
  float product = run.biased(sums[2], 2, p);
  float next = tanh_f32(fmaf(reset, product, gate[2 * run.units]));
  gate[0] = reset;
  gate[run.units] = update;
  gate[2 * run.units] = next;
  run.hidden[at] = product;
  run.h[at] = fmaf(update, before - next, next);
}

// GRU_RESET_FIRST: the gates r and z, and q = r · h.
template <class W>
__device__ __forceinline__ void step_reset(const Forward& run, W w) {
  Place p(run.rows, run.units);
  float sums[2] = {};
  if (run.states() != nullptr) chain(sums, run.states(), run.units, run.units, w, 0, run.units, p);
  if (!p.inside) return;
  i64 at = run.at(run.t, p);
  if (run.masked(p)) {
    run.hidden[at] = 0;
    return;
  }
  float* gate = run.gate(3, p);
  float reset = sigmoid_f32(gate[0] + run.biased(sums[0], 0, p));
  gate[0] = reset;
  gate[run.units] = sigmoid_f32(gate[run.units] + run.biased(sums[1], 1, p));
  run.hidden[at] = reset * run.before(p);
}

// GRU_RESET_FIRST: n from q, and the state.
template <class W>
__device__ __forceinline__ void step_new(const Forward& run, W w) {
  Place p(run.rows, run.units);
  float sums[1] = {};
  const float* q = run.hidden + (i64)run.t * run.rows * run.units;
  chain(sums, q, run.units, run.units, w, 2 * run.units, run.units, p);
  if (!p.inside) return;
  i64 at = run.at(run.t, p);
  float before = run.before(p);
  if (run.masked(p)) {
    run.h[at] = before;
    return;
  }
  float* gate = run.gate(3, p);
  float next = tanh_f32(gate[2 * run.units] + run.biased(sums[0], 2, p));
  gate[2 * run.units] = next;
  run.h[at] = fmaf(gate[run.units], before - next, next);
}

#define RUN                                                                                        \
  float *h, float *c, float *gates, float *hidden, const float *bias, const float *h0, const float *c0, \
      const boolean *mask, int t, int from, int rows, int units, int relu
#define FORWARD {h, c, gates, hidden, bias, h0, c0, mask, t, from, rows, units, relu}

// The kernels of a kind of weight, whose parameters and value follow its name.
#define STEPS(NAME, PARAMETERS, WEIGHT)                                                            \
  KERNEL(STEP_BLOCK) recurrent_plain_##NAME(RUN, PARAMETERS) { step_plain(FORWARD, WEIGHT); }    \
  KERNEL(STEP_BLOCK) recurrent_lstm_##NAME(RUN, PARAMETERS) { step_lstm(FORWARD, WEIGHT); }      \
  KERNEL(STEP_BLOCK) recurrent_gru_##NAME(RUN, PARAMETERS) { step_gru(FORWARD, WEIGHT); }        \
  KERNEL(STEP_BLOCK) recurrent_reset_##NAME(RUN, PARAMETERS) { step_reset(FORWARD, WEIGHT); }    \
  KERNEL(STEP_BLOCK) recurrent_new_##NAME(RUN, PARAMETERS) { step_new(FORWARD, WEIGHT); }
#define COMMA ,
STEPS(f32, const float* w COMMA i64 w_row COMMA i64 w_column, WeightF32{w COMMA w_row COMMA w_column})
STEPS(bf16, const bf16* w COMMA int width, WeightPairs<bf16>{w COMMA width})
STEPS(f16, const f16* w COMMA int width, WeightPairs<f16>{w COMMA width})
STEPS(i8, const signed char* w COMMA const float* scales COMMA int width, WeightI8{w COMMA scales COMMA width})
