// Packs on the GPU: plain row-major matrices (in, width), width a multiple of 16 columns so that rows
// begin on 16-byte boundaries; columns past `out` are zero. 32 bits hold one k in F32, two in BF16
// and F16, four in I8, the first in the low bits, so `words` counts rows of 32 bits. An I8 pack has a scale
// for each column and 128 k.
//
// And what is taken out of them: columns (embedding rows of a tied head), and all of a pack widened
// to F32 for a product with many rows.
#include "weft.cuh"
#include "half.cuh"

#define GROUP 128

// One thread for each element of the pack, neighbours along n.
KERNEL(256) pack_f32(
    float* pack, const float* matrix, i64 row, i64 column, int in, int out, int width) {
  i64 size = (i64)in * width;
  for (i64 i = thread_number(); i < size; i += thread_count()) {
    int k = (int)(i / width), n = (int)(i % width);
    pack[i] = n < out ? matrix[k * row + n * column] : 0;
  }
}

// One thread for each pair of k.
template <class T>
__device__ __forceinline__ void pack_pairs(
    unsigned* pack, const float* matrix, i64 row, i64 column, int in, int out, int width) {
  i64 size = (i64)((in + 1) / 2) * width;
  for (i64 i = thread_number(); i < size; i += thread_count()) {
    int k = (int)(i / width) * 2, n = (int)(i % width);
    unsigned low = n < out ? bits_of(narrow<T>(matrix[k * row + n * column])) : 0;
    unsigned high = n < out && k + 1 < in ? bits_of(narrow<T>(matrix[(k + 1) * row + n * column])) : 0;
    pack[i] = low | high << 16;
  }
}

// One thread for each column and group of k.
KERNEL(256) pack_i8(
    unsigned* pack, float* scales, const float* matrix, i64 row, i64 column, int in, int out,
    int width) {
  i64 size = (i64)((in + GROUP - 1) / GROUP) * width;
  for (i64 i = thread_number(); i < size; i += thread_count()) {
    int from = (int)(i / width) * GROUP, n = (int)(i % width);
    int to = min(in, from + GROUP);
    float largest = 0;
    for (int k = from; k < to && n < out; k++) {
      float w = fabsf(matrix[k * row + n * column]);
      largest = w > largest || w != w ? w : largest;
    }
    float scale = largest / 127;
    scales[i] = scale;
    for (int k = from; k < to; k += 4) {
      unsigned word = 0;
      for (int j = 0; j < 4 && k + j < to && scale > 0; j++) {
        float value = rintf(matrix[(k + j) * row + n * column] / scale);
        word |= ((unsigned)(int)fminf(fmaxf(value, -127), 127) & 0xff) << 8 * j;
      }
      pack[(i64)(k / 4) * width + n] = word;
    }
  }
}

// y (N, in) = columns ids[i] of a matrix with elements `row` and `column` apart.
KERNEL(256) column_f32(
    float* y, i64 y_row, const float* matrix, i64 row, i64 column, const int* ids, int count, int in) {
  for (i64 i = thread_number(); i < (i64)count * in; i += thread_count()) {
    int r = (int)(i / in), k = (int)(i % in);
    y[r * y_row + k] = matrix[k * row + ids[r] * column];
  }
}

template <class T>
__device__ __forceinline__ void column_of_pairs(
    float* y, i64 y_row, const unsigned* pack, int width, const int* ids, int count, int in) {
  for (i64 i = thread_number(); i < (i64)count * in; i += thread_count()) {
    int r = (int)(i / in), k = (int)(i % in);
    y[r * y_row + k] = widen_of_pair<T>(pack[(i64)(k / 2) * width + ids[r]], k % 2);
  }
}

KERNEL(256) column_i8(
    float* y, i64 y_row, const unsigned* pack, const float* scales, int width, const int* ids,
    int count, int in) {
  for (i64 i = thread_number(); i < (i64)count * in; i += thread_count()) {
    int r = (int)(i / in), k = (int)(i % in);
    signed char value = (signed char)(pack[(i64)(k / 4) * width + ids[r]] >> 8 * (k % 4));
    y[r * y_row + k] = scales[(i64)(k / GROUP) * width + ids[r]] * value;
  }
}

// The whole pack as F32 (in, width), four columns a thread.
template <int K, class F>
__device__ __forceinline__ void widen_pack(float* y, const unsigned* pack, int in, int width, F value) {
  int fours = width / 4;
  i64 size = (i64)((in + K - 1) / K) * fours;
  for (i64 i = thread_number(); i < size; i += thread_count()) {
    int word = (int)(i / fours), n = (int)(i % fours) * 4;
    Four<unsigned> packed = *(const Four<unsigned>*)(pack + (i64)word * width + n);
#pragma unroll
    for (int j = 0; j < K; j++) {
      int k = word * K + j;
      if (k < in) {
        Four<float> row;
#pragma unroll
        for (int c = 0; c < 4; c++) row.v[c] = value(packed.v[c], j, k, n + c);
        *(Four<float>*)(y + (i64)k * width + n) = row;
      }
    }
  }
}

// What there is for the types of which 32 bits hold two.
#define PAIRS(T)                                                                                   \
  KERNEL(256) pack_##T(                                                                            \
      unsigned* pack, const float* matrix, i64 row, i64 column, int in, int out, int width) {      \
    pack_pairs<T>(pack, matrix, row, column, in, out, width);                                      \
  }                                                                                                \
  KERNEL(256) column_##T(                                                                          \
      float* y, i64 y_row, const unsigned* pack, int width, const int* ids, int count, int in) {   \
    column_of_pairs<T>(y, y_row, pack, width, ids, count, in);                                     \
  }                                                                                                \
  KERNEL(256) widen_##T(float* y, const unsigned* pack, int in, int width) {                       \
    widen_pack<2>(y, pack, in, width,                                                              \
                  [](unsigned pair, int j, int, int) -> float { return widen_of_pair<T>(pair, j); }); \
  }
PAIRS(bf16)
PAIRS(f16)

KERNEL(256) widen_i8(float* y, const unsigned* pack, const float* scales, int in, int width) {
  widen_pack<4>(y, pack, in, width, [=](unsigned word, int j, int k, int n) -> float {
    return scales[(i64)(k / GROUP) * width + n] * (signed char)(word >> 8 * j);
  });
}
