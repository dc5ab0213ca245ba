// BF16 and F16 as bits: they store, F32 computes.
#pragma once
#include <cuda_fp16.h>

struct bf16 {
  unsigned short bits;
};

struct f16 {
  __half value;
};

__device__ __forceinline__ float widen(float x) { return x; }
__device__ __forceinline__ float widen(bf16 x) { return __uint_as_float((unsigned)x.bits << 16); }
__device__ __forceinline__ float widen(f16 x) { return __half2float(x.value); }

template <class T>
__device__ __forceinline__ T narrow(float x);

template <>
__device__ __forceinline__ float narrow<float>(float x) {
  return x;
}

// To nearest, halves to even; NaN stays NaN.
template <>
__device__ __forceinline__ bf16 narrow<bf16>(float x) {
  unsigned bits = __float_as_uint(x);
  if (x != x) return {(unsigned short)(bits >> 16 | 0x40)};
  return {(unsigned short)(bits + 0x7fff + (bits >> 16 & 1) >> 16)};
}

template <>
__device__ __forceinline__ f16 narrow<f16>(float x) {
  return {__float2half_rn(x)};
}

__device__ __forceinline__ unsigned bits_of(bf16 x) { return x.bits; }
__device__ __forceinline__ unsigned bits_of(f16 x) { return __half_as_ushort(x.value); }

// Of two in 32 bits the one in the low half (j = 0) or in the high half.
template <class T>
__device__ __forceinline__ float widen_of_pair(unsigned pair, int j);

template <>
__device__ __forceinline__ float widen_of_pair<bf16>(unsigned pair, int j) {
  return __uint_as_float(j ? pair & 0xffff0000u : pair << 16);
}

template <>
__device__ __forceinline__ float widen_of_pair<f16>(unsigned pair, int j) {
  return __half2float(__ushort_as_half((unsigned short)(j ? pair >> 16 : pair)));
}
