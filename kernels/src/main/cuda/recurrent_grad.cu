// Recurrent layers backward, one launch for each step: the product that ends the gradient of its
// state and, in the same threads, the gradients of its gates. (GRU_RESET_FIRST has two products,
// hence two launches.) dev.weft.tensor.Kernels has the formulas; the bits are the definition's.
#include "recurrent.cuh"

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
