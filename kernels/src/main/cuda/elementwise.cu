// Elementwise functions of one and two values: a row for each constant of dev.weft.tensor.Unary and
// Binary, with the operations in the order in which they are defined there.
#include "weft.cuh"
#include "elementary.cuh"

__device__ __forceinline__ float abs_slope(float dy, float x) {
  return x > 0 ? dy : x < 0 ? -dy : x == 0 ? 0 : NOT_A_NUMBER;
}

__device__ __forceinline__ float silu_slope(float x) {
  float s = sigmoid_f32(x);
  return fmaf(x * s, 1 - s, s);
}

__device__ __forceinline__ float gelu_tanh_slope(float x) {
  float s = 1 / (1 + exp_f32(-gelu_two_u(x)));
  float slope = 1.5957691216057308f * fmaf((float)(3 * 0.044715), x * x, 1);
  return fmaf(x * s * (1 - s), slope, s);
}

__device__ __forceinline__ float normal_cdf(float x) {
  return 0.5f * (1 + erf_f32(x * 0.7071067811865476f));
}

__device__ __forceinline__ float gelu_erf_slope(float x) {
  float pdf = 0.3989422804014327f * exp_f32(-0.5f * (x * x));
  return fmaf(x, pdf, normal_cdf(x));
}

// As Java's Math.max and Math.min: NaN when one is, and −0 is smaller than +0.
__device__ __forceinline__ float larger(float a, float b) {
  if (a != a) return a;
  if (a == 0 && b == 0) return __float_as_int(a) == 0 ? a : b;
  return a >= b ? a : b;
}

__device__ __forceinline__ float smaller(float a, float b) {
  if (a != a) return a;
  if (a == 0 && b == 0) return __float_as_int(a) == 0 ? b : a;
  return a <= b ? a : b;
}

__device__ __forceinline__ float cross_entropy_of_logit(float a, float b) {
  return fmaf(-a, b, larger(a, 0)) + log_f32(1 + exp_f32(-fabsf(a)));
}

// y = f(x); dx = dy · f'(x), where y = f(x).
#define UNARY(NAME, F, DF)                                                                        \
  KERNEL(256) unary_fwd_##NAME##_f32(float* to, const float* from, Walk<2> walk, i64 n) {         \
    map(walk, n, false, [](float x) -> float { return F; }, to, from);                            \
  }                                                                                               \
  KERNEL(256) unary_bwd_##NAME##_f32(                                                             \
      float* to, const float* slope, const float* in, const float* out, Walk<4> walk, i64 n, int add) { \
    map(walk, n, add, [](float dy, float x, float y) -> float { return DF; }, to, slope, in, out); \
  }

UNARY(neg, -x, -dy)
UNARY(abs, fabsf(x), abs_slope(dy, x))
UNARY(square, x * x, dy * (x + x))
UNARY(sqrt, sqrtf(x), dy / (y + y))
UNARY(reciprocal, 1 / x, -(dy * (y * y)))
UNARY(exp, exp_f32(x), dy * y)
UNARY(log, log_f32(x), dy / x)
UNARY(tanh, tanh_f32(x), dy * fmaf(-y, y, 1))
UNARY(sigmoid, sigmoid_f32(x), dy * (y * (1 - y)))
UNARY(erf, erf_f32(x), dy * (1.1283791670955126f * exp_f32(-(x * x))))
UNARY(relu, x > 0 || x != x ? x : 0, x > 0 ? dy : 0)
UNARY(silu, x * sigmoid_f32(x), dy * silu_slope(x))
UNARY(gelu_tanh, gelu_tanh_f32(x), dy * gelu_tanh_slope(x))
UNARY(gelu_erf, 0.5f * x * (1 + erf_f32(x * 0.7071067811865476f)), dy * gelu_erf_slope(x))

// y = f(a, b); the gradients of a (left) and b (right).
#define BINARY(NAME, F, DA, DB)                                                                   \
  KERNEL(256) binary_fwd_##NAME##_f32(                                                            \
      float* to, const float* left, const float* right, Walk<3> walk, i64 n) {                    \
    map(walk, n, false, [](float a, float b) -> float { return F; }, to, left, right);            \
  }                                                                                               \
  KERNEL(256) binary_left_##NAME##_f32(                                                           \
      float* to, const float* slope, const float* left, const float* right, const float* out,     \
      Walk<5> walk, i64 n, int add) {                                                             \
    map(walk, n, add, [](float dy, float a, float b, float y) -> float { return DA; }, to, slope, \
        left, right, out);                                                                        \
  }                                                                                               \
  KERNEL(256) binary_right_##NAME##_f32(                                                          \
      float* to, const float* slope, const float* left, const float* right, const float* out,     \
      Walk<5> walk, i64 n, int add) {                                                             \
    map(walk, n, add, [](float dy, float a, float b, float y) -> float { return DB; }, to, slope, \
        left, right, out);                                                                        \
  }

BINARY(add, a + b, dy, dy)
BINARY(sub, a - b, dy, -dy)
BINARY(mul, a * b, dy * b, dy * a)
BINARY(div, a / b, dy / b, -(dy * y / b))
BINARY(max, larger(a, b), a >= b ? dy : 0, a >= b ? 0 : dy)
BINARY(min, smaller(a, b), a <= b ? dy : 0, a <= b ? 0 : dy)
BINARY(bce_with_logits, cross_entropy_of_logit(a, b), dy * (sigmoid_f32(a) - b), -(dy * a))

// Comparisons of F32 and of I32 give BOOL.
#define COMPARISON(NAME, OPERATOR)                                                                \
  KERNEL(256) binary_fwd_##NAME##_f32(                                                            \
      boolean* to, const float* left, const float* right, Walk<3> walk, i64 n) {                  \
    map(walk, n, false, [](float a, float b) -> boolean { return a OPERATOR b; }, to, left, right); \
  }                                                                                               \
  KERNEL(256) binary_fwd_##NAME##_i32(                                                            \
      boolean* to, const int* left, const int* right, Walk<3> walk, i64 n) {                      \
    map(walk, n, false, [](int a, int b) -> boolean { return a OPERATOR b; }, to, left, right);   \
  }

COMPARISON(equal, ==)
COMPARISON(not_equal, !=)
COMPARISON(less, <)
COMPARISON(less_equal, <=)
COMPARISON(greater, >)
COMPARISON(greater_equal, >=)

KERNEL(256) affine_f32(float* y, const float* x, Walk<2> walk, i64 n, int add, float scale, float shift) {
  map(walk, n, add, [=](float value) -> float { return fmaf(scale, value, shift); }, y, x);
}

// Elements of 4 bytes: which type they have does not matter.
KERNEL(256) where_4(
    unsigned* y, const boolean* condition, const unsigned* a, const unsigned* b, Walk<4> walk, i64 n) {
  map(walk, n, false, [](boolean c, unsigned left, unsigned right) -> unsigned { return c ? left : right; }, y,
      condition, a, b);
}

// x = min(max(x, −limit), limit), keeping NaN.
KERNEL(256) clamp_f32(float* x, Walk<2> walk, i64 n, float limit) {
  map(walk, n, false, [=](float value) -> float {
    return value > limit ? limit : value < -limit ? -limit : value;
  }, x, (const float*)x);
}
