// What the hardware can do at best, for benchmarks to be measured against.
#include "weft.cuh"

#define CHAINS 8

// rounds · CHAINS fused multiply-adds in each thread, on registers; `y` gets a value of each, so that
// nothing is left out.
KERNEL(256) fma_f32(float* y, int rounds) {
  float sum[CHAINS];
#pragma unroll
  for (int i = 0; i < CHAINS; i++) sum[i] = (float)(threadIdx.x + i);
#pragma unroll 16
  for (int round = 0; round < rounds; round++) {
#pragma unroll
    for (int i = 0; i < CHAINS; i++) sum[i] = fmaf(sum[i], 0.999f, 0.001f);
  }
  float total = 0;
#pragma unroll
  for (int i = 0; i < CHAINS; i++) total += sum[i];
  y[thread_number()] = total;
}

// Reads n floats from front to back, n a multiple of 4, 16 bytes at a time.
KERNEL(256) read_f32(float* y, const float* x, i64 n) {
  float sum = 0;
#pragma unroll 4
  for (i64 i = thread_number(); i < n / 4; i += thread_count()) {
    Four<float> four = ((const Four<float>*)x)[i];
    sum += four.v[0] + four.v[1] + four.v[2] + four.v[3];
  }
  y[thread_number()] = sum;
}
