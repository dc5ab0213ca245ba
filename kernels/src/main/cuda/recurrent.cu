// Recurrent layers, one launch for each step: the recurrent product and, in the same threads, the
// gates. (GRU_RESET_FIRST has two products in a row, hence two launches.) dev.weft.tensor.Recurrence
// and Kernels have the formulas; chains run as they do there, so the bits are the definition's.
//
// A block has 8 units and 32 rows of the batch, a thread one unit of one row with all of its gates.
#include "weft.cuh"
#include "elementary.cuh"

#define STEP_THREADS 256
#define STEP_BLOCK STEP_THREADS, 1  // all the registers there are: none is spilt
#define UNITS 8
#define ROWS 32
#define DEPTH 64               // k of a tile
#define TILE_STEP (DEPTH + 4)  // of a row in a tile: rows start in different banks
#define GROUP 128              // k that share a scale of an I8 pack

// ---- weights ----------------------------------------------------------------------------------

// Element (k, n) of a weight, as it is or packed (see packs.cu).
struct WeightF32 {
  static const bool SCALED = false;
  const float* first;
  i64 row, column;

  __device__ __forceinline__ float value(int k, int n) const { return first[k * row + n * column]; }
  __device__ __forceinline__ float scale(int, int) const { return 1; }
  __device__ __forceinline__ bool along_k() const { return row == 1; }
};

struct WeightBf16 {
  static const bool SCALED = false;
  const unsigned short* first;
  int width;

  __device__ __forceinline__ float value(int k, int n) const {
    return __uint_as_float((unsigned)first[((i64)(k / 2) * width + n) * 2 + k % 2] << 16);
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

// ---- forward --------------------------------------------------------------------------------

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
STEPS(bf16, const unsigned short* w COMMA int width, WeightBf16{w COMMA width})
STEPS(i8, const signed char* w COMMA const float* scales COMMA int width, WeightI8{w COMMA scales COMMA width})

// ---- backward -------------------------------------------------------------------------------

// A step in reverse. Its launch ends the gradient e of its state, a chain over the gates' gradients
// of step `after` (−1: there is none), then turns its own gates into their gradients and leaves what
// the gradient of the state before it starts from, where that will stand. t = −1 stands for the state
// before the first step, which has no gates.
struct Backward {
  float *dh, *dh0;
  const float* dc_in;  // of the cell state after the step; null for zeros
  float* dc;           // of the one before it
  const float* dy;
  float *gates, *hidden;
  const float *h, *c, *h0, *c0;
  const boolean* mask;
  int t, before, after, rows, units, relu;

  __device__ __forceinline__ i64 row(int step, const Place& p) const { return (i64)step * rows + p.row; }
  __device__ __forceinline__ i64 at(int step, const Place& p) const { return row(step, p) * units + p.unit; }

  // Where the gradient of a step's state stands; null where nobody wants it.
  __device__ __forceinline__ float* slope(int step, const Place& p) const {
    if (step >= 0) return dh + at(step, p);
    return dh0 == nullptr ? nullptr : dh0 + (i64)p.row * units + p.unit;
  }

  __device__ __forceinline__ float old(const float* states, const float* first, const Place& p) const {
    if (before >= 0) return states[at(before, p)];
    return first == nullptr ? 0 : first[(i64)p.row * units + p.unit];
  }

  __device__ __forceinline__ bool masked(int step, const Place& p) const {
    return mask != nullptr && mask[row(step, p)] == 0;
  }

  __device__ __forceinline__ float* gate(int blocks, const Place& p) const {
    return gates + row(t, p) * blocks * units + p.unit;
  }

  // e: the chain goes over the gradients of the first `chained` of `blocks` blocks of gates and, if
  // `kept`, over that of hidden. All threads of the block call it; the value counts where the place
  // is inside.
  __device__ __forceinline__ float whole(
      int blocks, int chained, bool kept, WeightF32 w, const Place& p) const {
    float e[1] = {};
    if (p.inside) e[0] = after >= 0 ? *slope(t, p) : dy[at(t, p)];
    if (after < 0) return e[0];
    float start = e[0];
    // The chain runs along the columns of the weight.
    WeightF32 turned = {w.first, w.column, w.row};
    i64 first = (i64)after * rows;
    chain(e, gates + first * blocks * units, (i64)blocks * units, chained * units, turned, 0, 0, p);
    if (kept) {
      turned.first += (i64)chained * units * w.column;
      chain(e, hidden + first * units, units, units, turned, 0, 0, p);
    }
    return p.inside && masked(after, p) ? start : e[0];
  }

  // What the gradient of the state before starts from, but for a share of e.
  __device__ __forceinline__ float start(const Place& p) const { return before >= 0 ? dy[at(before, p)] : 0; }

  __device__ __forceinline__ void leave(float value, const Place& p) const {
    float* to = slope(before, p);
    if (to != nullptr) *to = value;
  }

  // What a masked step does: no gradient of its gates, all of e to the state before.
  __device__ __forceinline__ void pass(int blocks, float e, const Place& p) const {
    float* gate = this->gate(blocks, p);
    for (int g = 0; g < blocks; g++) gate[g * units] = 0;
    leave(start(p) + e, p);
  }
};

__device__ __forceinline__ float sigmoid_slope(float dy, float y) { return dy * (y * (1 - y)); }
__device__ __forceinline__ float tanh_slope(float dy, float y) { return dy * fmaf(-y, y, 1); }

__device__ __forceinline__ void back_plain(const Backward& run, WeightF32 w) {
  Place p(run.rows, run.units);
  float e = run.whole(1, 1, false, w, p);
  if (!p.inside) return;
  *run.slope(run.t, p) = e;
  if (run.t < 0) return;
  if (run.masked(run.t, p)) {
    run.pass(1, e, p);
    return;
  }
  float y = run.h[run.at(run.t, p)];
  *run.gate(1, p) = !run.relu ? tanh_slope(e, y) : y > 0 ? e : 0;
  run.leave(run.start(p), p);
}

__device__ __forceinline__ void back_lstm(const Backward& run, WeightF32 w) {
  Place p(run.rows, run.units);
  float e = run.whole(4, 4, false, w, p);
  if (!p.inside) return;
  *run.slope(run.t, p) = e;
  if (run.t < 0) return;
  i64 own = (i64)p.row * run.units + p.unit;
  float dc = run.dc_in == nullptr ? 0 : run.dc_in[own];
  if (run.masked(run.t, p)) {
    run.dc[own] = dc;
    run.pass(4, e, p);
    return;
  }
  float* gate = run.gate(4, p);
  int units = run.units;
  float in = gate[0], forget = gate[units], g = gate[2 * units], out = gate[3 * units];
  float tanh = tanh_f32(run.c[run.at(run.t, p)]);
  float d = fmaf(e * out, fmaf(-tanh, tanh, 1), dc);
  gate[0] = sigmoid_slope(d * g, in);
  gate[units] = sigmoid_slope(d * run.old(run.c, run.c0, p), forget);
  gate[2 * units] = tanh_slope(d * in, g);
  gate[3 * units] = sigmoid_slope(e * tanh, out);
  run.dc[own] = d * forget;
  run.leave(run.start(p), p);
}

// The gradients of z and n of either GRU in place of the gates; the gradient of n.
__device__ __forceinline__ float back_update(const Backward& run, float e, const Place& p) {
  float* gate = run.gate(3, p);
  float update = gate[run.units], next = gate[2 * run.units];
  run.leave(fmaf(e, update, run.start(p)), p);
  gate[run.units] = sigmoid_slope(e * (run.old(run.h, run.h0, p) - next), update);
  float dn = tanh_slope(e * (1 - update), next);
  gate[2 * run.units] = dn;
  return dn;
}

__device__ __forceinline__ void back_gru(const Backward& run, WeightF32 w) {
  Place p(run.rows, run.units);
  float e = run.whole(3, 2, true, w, p);
  if (!p.inside) return;
  *run.slope(run.t, p) = e;
  if (run.t < 0) return;
  i64 at = run.at(run.t, p);
  if (run.masked(run.t, p)) {
    run.hidden[at] = 0;
    run.pass(3, e, p);
    return;
  }
  float dn = back_update(run, e, p);
  float* gate = run.gate(3, p);
  float reset = gate[0];
  gate[0] = sigmoid_slope(dn * run.hidden[at], reset);
  run.hidden[at] = dn * reset;
}

// GRU_RESET_FIRST: the gradients of z and n.
__device__ __forceinline__ void back_reset(const Backward& run, WeightF32 w) {
  Place p(run.rows, run.units);
  float e = run.whole(3, 2, false, w, p);
  if (!p.inside) return;
  *run.slope(run.t, p) = e;
  if (run.t < 0) return;
  if (run.masked(run.t, p)) {
    run.pass(3, e, p);
    return;
  }
  back_update(run, e, p);
}

// GRU_RESET_FIRST: the gradient of q from that of n, and of r.
__device__ __forceinline__ void back_new(const Backward& run, WeightF32 w) {
  Place p(run.rows, run.units);
  int units = run.units;
  WeightF32 turned = {w.first + 2 * units * w.column, w.column, w.row};
  float dq[1] = {};
  const float* dn = run.gates + (i64)run.t * run.rows * 3 * units + 2 * units;
  chain(dq, dn, (i64)3 * units, units, turned, 0, 0, p);
  if (!p.inside || run.masked(run.t, p)) return;
  float* gate = run.gate(3, p);
  float reset = gate[0];
  float* to = run.slope(run.before, p);
  if (to != nullptr) *to = fmaf(dq[0], reset, *to);
  gate[0] = sigmoid_slope(dq[0] * run.old(run.h, run.h0, p), reset);
}

#define BACK(NAME, ...)                                                                            \
  KERNEL(STEP_BLOCK) recurrent_bwd_##NAME##_f32(                                                 \
      float* dh, float* dh0, const float* dc_in, float* dc, const float* dy, float* gates, float* hidden,         \
      const float* h, const float* c, const float* h0, const float* c0, const boolean* mask, int t, int before,    \
      int after, int rows, int units, int relu, const float* w, i64 w_row, i64 w_column) {         \
    Backward run = {dh, dh0, dc_in, dc, dy, gates, hidden, h, c, h0, c0, mask, t, before, after, rows, units, \
        relu};                                                                                     \
    __VA_ARGS__;                                                                                   \
  }
#define WEIGHT {w, w_row, w_column}
BACK(plain, back_plain(run, WEIGHT))
BACK(lstm, back_lstm(run, WEIGHT))
BACK(gru, back_gru(run, WEIGHT))
BACK(reset, back_reset(run, WEIGHT))
BACK(new, back_new(run, WEIGHT))
