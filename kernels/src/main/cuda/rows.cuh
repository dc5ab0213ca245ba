// Kernels over rows of contiguous values. The threads of a block along x share one row; where a row
// is a single warp's work, a block holds several rows along y, and nothing in it waits for another.
#pragma once
#include "weft.cuh"
#include "elementary.cuh"
#include "half.cuh"

__device__ __forceinline__ i64 row_number() { return (i64)blockIdx.x * blockDim.y + threadIdx.y; }

// A gradient's finished value.
__device__ __forceinline__ void put(float* to, bool add, float value) { *to = add ? *to + value : value; }

// How n values are walked through: four at a time from the first boundary that all operands reach
// together, if any, and the `rest` one at a time. (Of rows of 50,257 only each fourth is aligned.)
struct Span {
  unsigned head;
  unsigned fours;
  unsigned rest;

  template <class A, class... X>
  __device__ __forceinline__ Span(unsigned n, const A* a, const X*... x) {
    head = (unsigned)((0 - (u64)a) / sizeof(A)) % 4;
    bool together = head <= n && (aligned(a + head) && ... && aligned(x + head));
    fours = together ? (n - head) / 4 : 0;
    rest = n - 4 * fours;
  }

  // The index of value k of the rest.
  __device__ __forceinline__ unsigned single(unsigned k) const { return k < head ? k : k + 4 * fours; }

  template <class T>
  __device__ __forceinline__ Four<T>* four(T* x, unsigned q) const {
    return (Four<T>*)(x + head) + q;
  }

  template <class T>
  __device__ __forceinline__ const Four<T>& four(const T* x, unsigned q) const {
    return ((const Four<T>*)(x + head))[q];
  }
};

template <class F, class... X>
__device__ __forceinline__ void each_four(F& f, unsigned j, const Four<X>&... x) {
#pragma unroll
  for (int k = 0; k < 4; k++) f(j + k, widen(x.v[k])...);
}

// f(j, x[j] …) for this thread's share of n values.
template <class F, class... X>
__device__ __forceinline__ void each(int n, F f, const X*... x) {
  Span span(n, x...);
#pragma unroll 1
  for (unsigned q = threadIdx.x; q < span.fours; q += blockDim.x) each_four(f, span.head + 4 * q, span.four(x, q)...);
#pragma unroll 1
  for (unsigned k = threadIdx.x; k < span.rest; k += blockDim.x) {
    unsigned j = span.single(k);
    f(j, widen(x[j])...);
  }
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
  Span span(n, (const Y*)y, x...);
#pragma unroll 1
  for (unsigned q = threadIdx.x; q < span.fours; q += blockDim.x) {
    map_row_four(add, f, span.head + 4 * q, span.four(y, q), span.four(x, q)...);
  }
#pragma unroll 1
  for (unsigned k = threadIdx.x; k < span.rest; k += blockDim.x) {
    unsigned j = span.single(k);
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
  Span span(n, x);
#pragma unroll 1
  for (unsigned q = threadIdx.x; q < span.fours; q += blockDim.x) seen.add(span.four(x, q).v);
#pragma unroll 1
  for (unsigned k = threadIdx.x; k < span.rest; k += blockDim.x) {
    T one[] = {x[span.single(k)]};
    seen.add(one);
  }
  return seen;
}
