// Matrix products. A product of many rows is cuBLAS's where it is installed (Blas.java), else
// `gemm_f32`; a product of a few rows with a packed weight, which is all of decoding, is bound by the
// bytes of the weight, and `linear_…` reads each of them once.
#include "weft.cuh"
#include "elementary.cuh"
#include "half.cuh"

// What follows a product: y = activation(y + bias?) + residual?
struct Finish {
  const float* bias;
  const float* residual;
  i64 residual_row;
  int gelu;

  __device__ __forceinline__ float apply(float value, int row, int column) const {
    if (bias) value = value + bias[column];
    if (gelu) value = gelu_tanh_f32(value);
    if (residual) value = value + residual[row * residual_row + column];
    return value;
  }
};

// ---- few rows, packed weights ---------------------------------------------------------------

// Weights as they are packed (see packs.cu): read as the 32-bit words of four neighbouring columns,
// 16 bytes, which hold K values of k each.
struct PackedF32 {
  static const int K = 1;
  const unsigned* words;

  __device__ __forceinline__ float value(unsigned word, int) const { return __uint_as_float(word); }
  __device__ __forceinline__ float scale(int, int, int) const { return 1; }
};

template <class T>
struct PackedPairs {  // BF16 or F16
  static const int K = 2;
  const unsigned* words;

  __device__ __forceinline__ float value(unsigned word, int j) const { return widen_of_pair<T>(word, j); }
  __device__ __forceinline__ float scale(int, int, int) const { return 1; }
};

struct PackedI8 {
  static const int K = 4;
  const unsigned* words;
  const float* scales;

  // The bits of 2²³ + 128 + the value, less that: exact, and faster than converting.
  __device__ __forceinline__ float value(unsigned word, int j) const {
    return __uint_as_float(0x4b000000u | ((word ^ 0x80808080u) >> 8 * j & 0xff)) - 8388736.0f;
  }
  // Of the 128 k that word number `word` belongs to.
  __device__ __forceinline__ float scale(int word, int width, int n) const {
    return scales[(i64)(word / 32) * width + n];
  }
};

#define AHEAD 4  // words of k that a thread reads at a time; they lie in one group of scales

// The most threads of a block: with more than two rows a thread needs more registers.
#define PRODUCT_THREADS(ROWS) ((ROWS) > 2 ? 384 : 768)
#define PRODUCT_BLOCK(ROWS) PRODUCT_THREADS(ROWS), 1

// y (rows, out) for ROWS rows from blockIdx.y · ROWS on. A block makes 4 · `lanes` columns: a thread
// has four neighbouring columns and AHEAD neighbouring words of k at a time; `lanes` is 2, 4 or 8, so
// that neighbouring threads read whole sectors. Then lanes of a warp that share columns, and last the
// warps, are summed in a fixed order.
template <int ROWS, class W>
__device__ __forceinline__ void linear_rows(
    float* y, i64 y_row, const float* x, i64 x_row, W w, int rows, int in, int out, int width,
    int lanes, Finish finish) {
  __shared__ float partial[PRODUCT_THREADS(ROWS) / WARP][8 * 4][ROWS];
  int lane = threadIdx.x % lanes, part = threadIdx.x / lanes, parts = blockDim.x / lanes;
  int n = (blockIdx.x * lanes + lane) * 4;
  int first = blockIdx.y * ROWS;
  int words = (in + W::K - 1) / W::K;
  // Words that are read AHEAD at a time, with four aligned values of x for each four of k.
  int fours = x_row % 4 == 0 && aligned(x) ? in / (W::K * AHEAD) * AHEAD : 0;
  const float* from[ROWS];  // past the last row, that one again
  float sum[ROWS][4];
#pragma unroll
  for (int r = 0; r < ROWS; r++) {
    from[r] = x + min(first + r, rows - 1) * x_row;
#pragma unroll
    for (int c = 0; c < 4; c++) sum[r][c] = 0;
  }
  if (n < width) {
    const unsigned* column = w.words + n;
#pragma unroll 1
    for (int i = part * AHEAD; i < fours; i += parts * AHEAD) {
      Four<unsigned> four[AHEAD];
#pragma unroll
      for (int u = 0; u < AHEAD; u++) four[u] = *(const Four<unsigned>*)(column + (i64)(i + u) * width);
      float scale[4];
#pragma unroll
      for (int c = 0; c < 4; c++) scale[c] = w.scale(i, width, n + c);
#pragma unroll
      for (int u = 0; u < AHEAD; u += 4 / W::K) {
        Four<float> a[ROWS];
#pragma unroll
        for (int r = 0; r < ROWS; r++) a[r] = *(const Four<float>*)(from[r] + (i + u) * W::K);
#pragma unroll
        for (int j = 0; j < 4; j++) {
#pragma unroll
          for (int c = 0; c < 4; c++) {
            float weight = w.value(four[u + j / W::K].v[c], j % W::K) * scale[c];
#pragma unroll
            for (int r = 0; r < ROWS; r++) sum[r][c] = fmaf(a[r].v[j], weight, sum[r][c]);
          }
        }
      }
    }
#pragma unroll 1
    for (int i = fours + part; i < words; i += parts) {
      Four<unsigned> four = *(const Four<unsigned>*)(column + (i64)i * width);
#pragma unroll
      for (int j = 0; j < W::K; j++) {
        int k = i * W::K + j;
        if (k == in) break;
#pragma unroll
        for (int c = 0; c < 4; c++) {
          float weight = w.value(four.v[c], j) * w.scale(i, width, n + c);
#pragma unroll
          for (int r = 0; r < ROWS; r++) sum[r][c] = fmaf(from[r][k], weight, sum[r][c]);
        }
      }
    }
  }
  // The first two exchanges halve what a lane holds: of four columns two, then one.
  bool upper = threadIdx.x & 16, odd = threadIdx.x & 8;
#pragma unroll
  for (int r = 0; r < ROWS; r++) {
    float kept[2];
#pragma unroll
    for (int c = 0; c < 2; c++) {
      kept[c] = (upper ? sum[r][c + 2] : sum[r][c]) + __shfl_xor_sync(ALL_LANES, upper ? sum[r][c] : sum[r][c + 2], 16);
    }
    float mine = (odd ? kept[1] : kept[0]) + __shfl_xor_sync(ALL_LANES, odd ? kept[0] : kept[1], 8);
#pragma unroll 1
    for (int distance = 4; distance >= lanes; distance /= 2) mine += __shfl_xor_sync(ALL_LANES, mine, distance);
    if (threadIdx.x % 8 < lanes) partial[threadIdx.x / WARP][lane * 4 + 2 * upper + odd][r] = mine;
  }
  __syncthreads();
  for (int i = threadIdx.x; i < lanes * 4 * ROWS; i += blockDim.x) {
    int r = i / (lanes * 4), c = i % (lanes * 4);
    int column = blockIdx.x * lanes * 4 + c;
    if (column < out && first + r < rows) {
      float total = 0;
#pragma unroll 4
      for (int warp = 0; warp < blockDim.x / WARP; warp++) total += partial[warp][c][r];
      y[(first + r) * y_row + column] = finish.apply(total, first + r, column);
    }
  }
}

#define LINEAR(ROWS)                                                                              \
  KERNEL(PRODUCT_BLOCK(ROWS)) linear_f32_##ROWS(                                                      \
      float* y, i64 y_row, const float* x, i64 x_row, const unsigned* words, int rows, int in,    \
      int out, int width, int lanes, const float* bias, int gelu, const float* residual,          \
      i64 residual_row) {                                                                         \
    linear_rows<ROWS>(y, y_row, x, x_row, PackedF32{words}, rows, in, out, width, lanes,          \
                      Finish{bias, residual, residual_row, gelu});                                \
  }                                                                                               \
  KERNEL(PRODUCT_BLOCK(ROWS)) linear_bf16_##ROWS(                                                     \
      float* y, i64 y_row, const float* x, i64 x_row, const unsigned* words, int rows, int in,    \
      int out, int width, int lanes, const float* bias, int gelu, const float* residual,          \
      i64 residual_row) {                                                                         \
    linear_rows<ROWS>(y, y_row, x, x_row, PackedPairs<bf16>{words}, rows, in, out, width, lanes,\
                      Finish{bias, residual, residual_row, gelu});                                \
  }                                                                                               \
  KERNEL(PRODUCT_BLOCK(ROWS)) linear_f16_##ROWS(                                                      \
      float* y, i64 y_row, const float* x, i64 x_row, const unsigned* words, int rows, int in,    \
      int out, int width, int lanes, const float* bias, int gelu, const float* residual,          \
      i64 residual_row) {                                                                         \
    linear_rows<ROWS>(y, y_row, x, x_row, PackedPairs<f16>{words}, rows, in, out, width, lanes,\
                      Finish{bias, residual, residual_row, gelu});                                \
  }                                                                                               \
  KERNEL(PRODUCT_BLOCK(ROWS)) linear_i8_##ROWS(                                                       \
      float* y, i64 y_row, const float* x, i64 x_row, const unsigned* words, const float* scales, \
      int rows, int in, int out, int width, int lanes, const float* bias, int gelu,               \
      const float* residual, i64 residual_row) {                                                  \
    linear_rows<ROWS>(y, y_row, x, x_row, PackedI8{words, scales}, rows, in, out, width, lanes,   \
                      Finish{bias, residual, residual_row, gelu});                                \
  }
LINEAR(1)
LINEAR(2)
LINEAR(4)
LINEAR(8)

// y (rows, out) = activation(y + bias?) + residual?, after a product of many rows.
KERNEL(256) linear_finish_f32(
    float* y, i64 y_row, int rows, int out, const float* bias, int gelu, const float* residual,
    i64 residual_row) {
  Finish finish{bias, residual, residual_row, gelu};
  for (i64 i = thread_number(); i < (i64)rows * out; i += thread_count()) {
    int r = (int)(i / out), n = (int)(i % out);
    float* to = y + r * y_row + n;
    *to = finish.apply(*to, r, n);
  }
}

// ---- many rows ------------------------------------------------------------------------------

#define TILE 64
#define DEEP 16

// c (M, N) = a (M, K) · b (K, N), or c += …, of batch blockIdx.z; a and b in any strides. Each
// element is one chain, k ascending, as the contract defines it. A block makes a tile of 64 × 64, a
// thread 4 × 4 of it, 16 apart, so that neighbours read neighbouring banks.
KERNEL(256) gemm_f32(
    float* c, i64 c_row, i64 c_batch, const float* a, i64 a_row, i64 a_column, i64 a_batch,
    const float* b, i64 b_row, i64 b_column, i64 b_batch, int M, int N, int K, int add) {
  __shared__ float as[DEEP][TILE + 1], bs[DEEP][TILE + 1];
  int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  int m0 = blockIdx.y * TILE, n0 = blockIdx.x * TILE;
  a += blockIdx.z * a_batch;
  b += blockIdx.z * b_batch;
  c += blockIdx.z * c_batch;
  float sum[4][4];
#pragma unroll
  for (int i = 0; i < 4; i++)
#pragma unroll
    for (int j = 0; j < 4; j++) {
      int m = m0 + ty + 16 * i, n = n0 + tx + 16 * j;
      sum[i][j] = add && m < M && n < N ? c[m * c_row + n] : 0;
    }
#pragma unroll 1
  for (int k0 = 0; k0 < K; k0 += DEEP) {
    // Neighbouring threads follow the axis that is contiguous.
#pragma unroll
    for (int i = 0; i < TILE * DEEP / 256; i++) {
      int e = threadIdx.x + 256 * i;
      int m = a_column == 1 ? e / DEEP : e % TILE, k = a_column == 1 ? e % DEEP : e / TILE;
      as[k][m] = m0 + m < M && k0 + k < K ? a[(m0 + m) * a_row + (k0 + k) * a_column] : 0;
      int n = b_column == 1 ? e % TILE : e / DEEP;
      k = b_column == 1 ? e / TILE : e % DEEP;
      bs[k][n] = n0 + n < N && k0 + k < K ? b[(k0 + k) * b_row + (n0 + n) * b_column] : 0;
    }
    __syncthreads();
    int deep = min(DEEP, K - k0);
#pragma unroll 4
    for (int k = 0; k < deep; k++) {
#pragma unroll
      for (int i = 0; i < 4; i++)
#pragma unroll
        for (int j = 0; j < 4; j++) sum[i][j] = fmaf(as[k][ty + 16 * i], bs[k][tx + 16 * j], sum[i][j]);
    }
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < 4; i++)
#pragma unroll
    for (int j = 0; j < 4; j++) {
      int m = m0 + ty + 16 * i, n = n0 + tx + 16 * j;
      if (m < M && n < N) c[m * c_row + n] = sum[i][j];
    }
}
