// Kernels without a fault: what the emulator's own tests expect to run, and to run alike on every device.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#define FULL 0xffffffffu

extern "C" __global__ void __launch_bounds__(256)
vec_add(float* __restrict__ sum, const float* __restrict__ a, const float* __restrict__ b, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) sum[i] = a[i] + __ldg(b + i);
}

template <class T>
__device__ __forceinline__ T warp_sum(T value) {
  for (int offset = 16; offset > 0; offset >>= 1) value += __shfl_xor_sync(FULL, value, offset);
  return value;
}

// One block sums a row.
template <class T>
__device__ void row_sum(T* out, const T* in, int columns) {
  __shared__ T part[32];
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, warps = (blockDim.x + 31) >> 5;
  T sum = 0;
  for (int i = threadIdx.x; i < columns; i += blockDim.x) sum += in[(size_t)blockIdx.x * columns + i];
  sum = warp_sum(sum);
  if (lane == 0) part[warp] = sum;
  __syncthreads();
  if (warp == 0) {
    sum = warp_sum(lane < warps ? part[lane] : 0);
    if (lane == 0) out[blockIdx.x] = sum;
  }
}
extern "C" __global__ void __launch_bounds__(256, 2) row_sum_f32(float* out, const float* in, int columns) {
  row_sum(out, in, columns);
}
extern "C" __global__ void __launch_bounds__(256, 2) row_sum_f64(double* out, const double* in, int columns) {
  row_sum(out, in, columns);
}

// Made by a macro.
#define SCALE(name, factor) \
  extern "C" __global__ void name(float* x, int n) { \
    const int i = blockIdx.x * blockDim.x + threadIdx.x; \
    if (i < n) x[i] *= factor; \
  }
SCALE(twice, 2.0f)
SCALE(thrice, 3.0f)

// A tree within one warp, each step of it ordered by __syncwarp.
extern "C" __global__ void warp_tree(float* x) {
  __shared__ float part[32];
  const int t = threadIdx.x;
  part[t] = x[t];
  __syncwarp();
  for (int offset = 16; offset > 0; offset >>= 1) {
    const float value = t < offset ? part[t] + part[t + offset] : 0.0f;
    __syncwarp();
    if (t < offset) part[t] = value;
    __syncwarp();
  }
  if (t == 0) x[0] = part[0];
}

extern "C" __global__ void reverse(float* x) {
  extern __shared__ __align__(16) unsigned char dyn_smem[];
  float* copy = reinterpret_cast<float*>(dyn_smem);
  copy[threadIdx.x] = x[threadIdx.x];
  __syncthreads();
  x[threadIdx.x] = copy[blockDim.x - 1 - threadIdx.x];
}

extern "C" __global__ void count_blocks(int* count) {
  if (threadIdx.x == 0) atomicAdd(count, 1);
}

// The last block to come adds up what all have written.
extern "C" __global__ void last_block_adds(float* sum, float* parts, unsigned* arrived, const float* x) {
  __shared__ bool last;
  if (threadIdx.x == 0) {
    parts[blockIdx.x] = x[blockIdx.x];
    __threadfence();
    last = atomicAdd(arrived, 1u) == gridDim.x - 1;
  }
  __syncthreads();
  if (last && threadIdx.x == 0) {
    __threadfence();
    float total = 0;
    for (int i = 0; i < gridDim.x; ++i) total += parts[i];
    *sum = total;
  }
}

// Ballot, votes of a block, counts of bits.
extern "C" __global__ void votes(unsigned* out, const int* x) {
  const int value = x[threadIdx.x];
  const unsigned ballot = __ballot_sync(FULL, value > 0);
  const int any = __syncthreads_or(value > 1000), all = __syncthreads_and(value > -1000);
  const int count = __syncthreads_count(value > 0);
  if (threadIdx.x == 0) {
    out[0] = ballot;
    out[1] = any;
    out[2] = all;
    out[3] = count;
    out[4] = __popc(ballot);
    out[5] = __clz(value);
    out[6] = __umulhi(0xffffffffu, 0xffffffffu);
    out[7] = __any_sync(1u, value > 0);
  }
}

// Half precision and vectors: y[4i .. 4i+3] = x[4i .. 4i+3] + h[i] + b[i].
extern "C" __global__ void mixed(float4* y, const float4* x, const __half* h, const __nv_bfloat16* b, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const float add = __half2float(h[i]) + __bfloat162float(b[i]);
  float4 v = x[i];
  v.x += add;
  v.y += add;
  v.z += add;
  v.w += add;
  y[i] = v;
}

struct Slice {
  const float* from;
  float* to;
  long long steps[300];  // more than 2 KiB
  int count;
};
extern "C" __global__ void gather(const Slice slice) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < slice.count) slice.to[i] = slice.from[slice.steps[i]];
}

// A chain whose bits depend on every fmaf being one rounding.
extern "C" __global__ void horner(float* y, const float* x, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float sum = 1.0f;
  for (int k = 0; k < 20; ++k) sum = fmaf(sum, x[i], 1.0f / (float)(k + 1));
  y[i] = sqrtf(fabsf(sum)) / 3.0f - sum * 0.1f;
}
