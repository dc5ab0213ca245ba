// exp in double and the probability mass of a logit, as dev.weft.tensor.Elementary defines them.
#pragma once

__device__ __forceinline__ double exp_f64(double x) {
  if (x != x) return x;
  if (x < -700) return 0;
  if (x > 709) return __longlong_as_double(0x7ff0000000000000ll);
  const double rounder = 6755399441055744.0;
  double n = fma(x, 1.4426950408889634, rounder) - rounder;
  double r = fma(n, -1.90821492927058770002e-10, fma(n, -0.693147180369123816490, x));
  double y = fma(1 / 6227020800.0, r, 1 / 479001600.0);
  y = fma(y, r, 1 / 39916800.0);
  y = fma(y, r, 1 / 3628800.0);
  y = fma(y, r, 1 / 362880.0);
  y = fma(y, r, 1 / 40320.0);
  y = fma(y, r, 1 / 5040.0);
  y = fma(y, r, 1 / 720.0);
  y = fma(y, r, 1 / 120.0);
  y = fma(y, r, 1 / 24.0);
  y = fma(y, r, 1 / 6.0);
  y = fma(y, r, 0.5);
  y = fma(y, r, 1.0);
  y = fma(y, r, 1.0);
  return y * __longlong_as_double((i64)((int)n + 1023) << 52);
}

// e^(logit − max) in units of 2^-44, a whole number: masses add up the same in any order.
__device__ __forceinline__ i64 mass(float logit, float max) {
  return (i64)rint(exp_f64((double)logit - max) * 17592186044416.0);
}
