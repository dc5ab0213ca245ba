// Kernels over rows of contiguous values. The threads of a block along x share one row; where a row
// is a single warp's work, a block holds several rows along y, and nothing in it waits for another.
#pragma once
#include "weft.cuh"
#include "elementary.cuh"
#include "half.cuh"

__device__ __forceinline__ i64 row_number() { return (i64)blockIdx.x * blockDim.y + threadIdx.y; }

// A gradient's finished value.
__device__ __forceinline__ void put(float* to, bool add, float value) { *to = add ? *to + value : value; }

template <class F, class... X>
__device__ __forceinline__ void each_four(F& f, unsigned j, const Four<X>&... x) {
#pragma unroll
  for (int k = 0; k < 4; k++) f(j + k, widen(x.v[k])...);
}

// f(j, x[j] …) for this thread's share of n values; four at a time where everything is aligned.
template <class F, class... X>
__device__ __forceinline__ void each(int n, F f, const X*... x) {
  unsigned j = threadIdx.x;
  if ((true && ... && aligned(x))) {
    unsigned fours = n / 4;
#pragma unroll 1
    for (unsigned q = j; q < fours; q += blockDim.x) each_four(f, 4 * q, ((const Four<X>*)x)[q]...);
    j += fours * 4;
  }
#pragma unroll 1
  for (; j < n; j += blockDim.x) f(j, widen(x[j])...);
}

template <class F, class Y, class... X>
__device__ __forceinline__ void map_row_four(bool add, F& f, unsigned j, Four<Y>* y, const Four<X>&... x) {
  Four<Y> values;
#pragma unroll
  for (int k = 0; k < 4; k++) values.v[k] = narrow<Y>(f(j + k, widen(x.v[k])...));
  if (add) {
    Four<Y> old = *y;
#pragma unroll
    for (int k = 0; k < 4; k++) values.v[k] = sum(old.v[k], values.v[k]);
  }
  *y = values;
}

// y[j] = f(j, x[j] …), or y[j] += f(j, x[j] …), for this thread's share of n values.
template <class F, class Y, class... X>
__device__ __forceinline__ void map_row(int n, bool add, F f, Y* y, const X*... x) {
  unsigned j = threadIdx.x;
  if (aligned(y) && (true && ... && aligned(x))) {
    unsigned fours = n / 4;
#pragma unroll 1
    for (unsigned q = j; q < fours; q += blockDim.x) {
      map_row_four(add, f, 4 * q, (Four<Y>*)y + q, ((const Four<X>*)x)[q]...);
    }
    j += fours * 4;
  }
#pragma unroll 1
  for (; j < n; j += blockDim.x) {
    Y value = narrow<Y>(f(j, widen(x[j])...));
    y[j] = add ? sum(y[j], value) : value;
  }
}

// Joins what the threads of a row hold; DownColumn of columns.cuh does it for a column.
struct AcrossRow {
  template <class Op>
  static __device__ __forceinline__ float reduce(float value, float* scratch) {
    return reduce_block<Op>(value, scratch);
  }
};

// The largest of some values and Σ exp(x − largest), found in one pass: the sum is scaled down
// whenever a larger value turns up. (Milakov and Gimelshein, "Online normalizer calculation for
// softmax", 2018.) While all values are −∞ the sum stays 0.
struct ExpSum {
  float max = -INFINITE;
  float sum = 0;

  template <class T, int N>
  __device__ __forceinline__ void add(const T (&x)[N]) {
    float top = max;
#pragma unroll
    for (int k = 0; k < N; k++) top = Max::join(top, widen(x[k]));
    if (top != max) sum *= exp_f32(max - top);
    max = top;
    if (top == -INFINITE) return;
#pragma unroll
    for (int k = 0; k < N; k++) sum += exp_f32(widen(x[k]) - top);
  }

  __device__ __forceinline__ float sum_below(float top) const { return max == top ? sum : sum * exp_f32(max - top); }

  __device__ __forceinline__ void join(ExpSum other) {
    float top = Max::join(max, other.max);
    sum = sum_below(top) + other.sum_below(top);
    max = top;
  }

  // What several threads hold together, in each of them.
  template <class Threads>
  __device__ __forceinline__ ExpSum joined(float* scratch) const {
    float top = Threads::template reduce<Max>(max, scratch);
    return {top, Threads::template reduce<Sum>(sum_below(top), scratch)};
  }
};

// What this thread sees of n values.
template <class Seen, class T>
__device__ __forceinline__ Seen fold(int n, const T* x) {
  Seen seen;
  unsigned j = threadIdx.x;
  if (aligned(x)) {
    unsigned fours = n / 4;
#pragma unroll 1
    for (unsigned q = j; q < fours; q += blockDim.x) seen.add(((const Four<T>*)x)[q].v);
    j += fours * 4;
  }
#pragma unroll 1
  for (; j < n; j += blockDim.x) {
    T one[] = {x[j]};
    seen.add(one);
  }
  return seen;
}
