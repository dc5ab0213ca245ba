// exp, log, tanh, sigmoid and erf in F32 as dev.weft.tensor.Elementary defines them: the same
// additions, multiplications, divisions and fused multiply-adds in the same order, hence the same
// bits. The coefficients are explained there.
#pragma once

#define EXP_LOW (-87.f)
#define EXP_HIGH 88.72283f
#define LN2_HIGH 0.693359375f
#define LN2_LOW (-2.12194440e-4f)

__device__ __forceinline__ float exp_f32(float x) {
  if (x != x) return NOT_A_NUMBER;
  if (x < EXP_LOW) return 0;
  if (x > EXP_HIGH) return INFINITE;
  float shifted = fmaf(x, 1.44269504f, 12582912.f);
  int exponent = (int)(__float_as_uint(shifted) << 23);
  float n = shifted - 12582912.f;
  float r = fmaf(n, -LN2_HIGH, x);
  r = fmaf(n, -LN2_LOW, r);
  float p = fmaf(0.00019790363f, r, 0.0013944652f);
  p = fmaf(p, r, 0.008333497f);
  p = fmaf(p, r, 0.041666295f);
  p = fmaf(p, r, 0.16666666f);
  p = fmaf(p, r, 0.5f);
  p = fmaf(p, r * r, r + 1);
  return __uint_as_float(__float_as_uint(p) + (unsigned)exponent);
}

__device__ __forceinline__ float log_f32(float x) {
  if (x != x || x < 0) return NOT_A_NUMBER;
  if (x == 0) return -INFINITE;
  if (x == INFINITE) return x;
  bool tiny = x < 1.17549435e-38f;
  int bits = __float_as_int(tiny ? x * 8388608.f : x);
  int shifted = bits - 0x3f3504f3;
  int n = shifted >> 23;
  float f = __int_as_float((int)((unsigned)bits - ((unsigned)n << 23))) - 1;
  float e = (float)n - (tiny ? 23.f : 0.f);
  float p = fmaf(-0.076343104f, f, 0.12761502f);
  p = fmaf(p, f, -0.13160218f);
  p = fmaf(p, f, 0.1420177f);
  p = fmaf(p, f, -0.16623355f);
  p = fmaf(p, f, 0.20001227f);
  p = fmaf(p, f, -0.25000823f);
  p = fmaf(p, f, 0.3333333f);
  float square = f * f;
  float tail = p * f * square;
  tail = fmaf(e, LN2_LOW, tail);
  tail = fmaf(square, -0.5f, tail);
  return fmaf(e, LN2_HIGH, f + tail);
}

__device__ __forceinline__ float tanh_f32(float x) {
  float a = fabsf(x);
  if (a < 0.625f) {
    float t = a * a;
    float p = fmaf(-0.005704996f, t, 0.020639097f);
    p = fmaf(p, t, -0.05373972f);
    p = fmaf(p, t, 0.13331442f);
    p = fmaf(p, t, -0.3333328f);
    return copysignf(fmaf(p * t, a, a), x);
  }
  return copysignf(1 - 2 / (exp_f32(a + a) + 1), x);
}

__device__ __forceinline__ float sigmoid_f32(float x) { return 1 / (1 + exp_f32(-x)); }

__device__ __forceinline__ float erf_f32(float x) {
  float a = fabsf(x);
  if (a < 1) {
    float t = x * x;
    float p = fmaf(-9.641801e-06f, t, 0.00011257055f);
    p = fmaf(p, t, -0.0008482845f);
    p = fmaf(p, t, 0.005220947f);
    p = fmaf(p, t, -0.0268654f);
    p = fmaf(p, t, 0.11283782f);
    p = fmaf(p, t, -0.37612638f);
    return fmaf(p, t, 1.1283792f) * x;
  }
  if (a >= 4) return copysignf(1, x);
  float p = fmaf(-2.0909722e-05f, a, 0.0004323048f);
  p = fmaf(p, a, -0.004160535f);
  p = fmaf(p, a, 0.025091518f);
  p = fmaf(p, a, -0.10823665f);
  p = fmaf(p, a, -0.6333866f);
  p = fmaf(p, a, -1.1294951f);
  p = fmaf(p, a, 0.00017055431f);
  return copysignf(1 - exp_f32(p), x);
}

__device__ __forceinline__ float gelu_two_u(float x) {
  return 1.5957691216057308f * fmaf(0.044715f, x * x * x, x);
}

__device__ __forceinline__ float gelu_tanh_f32(float x) { return x / (1 + exp_f32(-gelu_two_u(x))); }
