// Dropout: the mask is drawn, not kept. One thread draws the four words of a Philox block and does
// the four elements that they are for.
#include "weft.cuh"
#include "half.cuh"
#include "philox.cuh"

// `threshold` is p · 2^32, rounded up.
template <class T>
__device__ __forceinline__ void dropout(
    T* y, const T* x, i64 n, int add, float scale, i64 threshold, u64 seed, int step, int sequence) {
  bool whole = aligned(y) && aligned(x);
#pragma unroll 1
  for (i64 q = thread_number(); q < (n + 3) / 4; q += thread_count()) {
    Words words =
        philox((unsigned)step, (unsigned)sequence + (unsigned)(q >> 32), PURPOSE_DROPOUT, (unsigned)q, seed);
    if (whole && 4 * q + 4 <= n) {
      Four<T> in = ((const Four<T>*)x)[q];
      Four<T> out;
#pragma unroll
      for (int k = 0; k < 4; k++) {
        out.v[k] = narrow<T>((i64)words.v[k] >= threshold ? widen(in.v[k]) * scale : 0);
      }
      if (add) {
        Four<T> old = ((const Four<T>*)y)[q];
#pragma unroll
        for (int k = 0; k < 4; k++) out.v[k] = sum(old.v[k], out.v[k]);
      }
      ((Four<T>*)y)[q] = out;
    } else {
#pragma unroll
      for (int k = 0; k < 4; k++) {
        i64 i = 4 * q + k;
        if (i < n) {
          T value = narrow<T>((i64)words.v[k] >= threshold ? widen(x[i]) * scale : 0);
          y[i] = add ? sum(y[i], value) : value;
        }
      }
    }
  }
}

KERNEL(256) dropout_f32(
    float* y, const float* x, i64 n, int add, float scale, i64 threshold, u64 seed, int step, int sequence) {
  dropout(y, x, n, add, scale, threshold, seed, step, sequence);
}
