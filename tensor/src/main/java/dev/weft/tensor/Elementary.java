package dev.weft.tensor;

/// exp, log, tanh, sigmoid and erf in F32: the one definition, made of IEEE additions,
/// multiplications, divisions and fused multiply-adds only, so that every device, compiler and
/// vector width gives the same bits. The vector and CUDA kernels repeat these operations in this
/// order; the coefficients are ours, fitted to minimise the largest relative error (named at each
/// function).
///
/// Largest errors measured: exp 1.3 ulp, log 0.9, tanh 1.4, erf 2.5, sigmoid 3.2; exp and sigmoid
/// are 0 instead of subnormal, from −87 and from −88.73 on down. NaN in, NaN out.
public final class Elementary {
  /// 1.5 · 2^23: adding it rounds a float to the nearest integer, in the low bits of the sum.
  public static final float ROUNDER = 12582912f;

  public static final float LOG2_E = 1.44269504f;

  /// ln 2 in two parts, the first exact in its upper bits (Cody and Waite, 1980).
  public static final float LN2_HIGH = 0.693359375f;

  public static final float LN2_LOW = -2.12194440e-4f;

  /// Below this exp is exactly 0, so that a masked score of −∞ adds exactly nothing.
  public static final float EXP_LOW = -87f;

  /// Above this exp is +∞; the largest float whose exp is finite.
  public static final float EXP_HIGH = 88.72283f;

  /// exp(r) = 1 + r + r²·(E0 + E1 r + … + E5 r⁵) for |r| ≤ ln 2 / 2.
  public static final float E0 = 0.5f;

  public static final float E1 = 0.16666666f;
  public static final float E2 = 0.041666295f;
  public static final float E3 = 0.008333497f;
  public static final float E4 = 0.0013944652f;
  public static final float E5 = 0.00019790363f;

  /// log(1 + f) = f − f²/2 + f³·(L0 + … + L7 f⁷) for √½ ≤ 1 + f < √2.
  public static final float L0 = 0.3333333f;

  public static final float L1 = -0.25000823f;
  public static final float L2 = 0.20001227f;
  public static final float L3 = -0.16623355f;
  public static final float L4 = 0.1420177f;
  public static final float L5 = -0.13160218f;
  public static final float L6 = 0.12761502f;
  public static final float L7 = -0.076343104f;

  /// tanh x = x + x³·(T0 + T1 x² + … + T4 x⁸) for |x| < TANH_SMALL.
  public static final float TANH_SMALL = 0.625f;

  public static final float T0 = -0.3333328f;
  public static final float T1 = 0.13331442f;
  public static final float T2 = -0.05373972f;
  public static final float T3 = 0.020639097f;
  public static final float T4 = -0.005704996f;

  /// erf x = x·(S0 + S1 x² + … + S7 x¹⁴) for |x| < ERF_SMALL.
  public static final float ERF_SMALL = 1f;

  public static final float S0 = 1.1283792f;
  public static final float S1 = -0.37612638f;
  public static final float S2 = 0.11283782f;
  public static final float S3 = -0.0268654f;
  public static final float S4 = 0.005220947f;
  public static final float S5 = -0.0008482845f;
  public static final float S6 = 0.00011257055f;
  public static final float S7 = -9.641801e-06f;

  /// log erfc x = C0 + C1 x + … + C7 x⁷ for ERF_SMALL ≤ x < ERF_ONE; erf is 1 from there on.
  public static final float ERF_ONE = 4f;

  public static final float C0 = 0.00017055431f;
  public static final float C1 = -1.1294951f;
  public static final float C2 = -0.6333866f;
  public static final float C3 = -0.10823665f;
  public static final float C4 = 0.025091518f;
  public static final float C5 = -0.004160535f;
  public static final float C6 = 0.0004323048f;
  public static final float C7 = -2.0909722e-05f;

  // For exp in double.
  public static final double LOG2_E_DOUBLE = 1.4426950408889634;
  public static final double LN2_HIGH_DOUBLE = 0.693147180369123816490; // 33 bits
  public static final double LN2_LOW_DOUBLE = 1.90821492927058770002e-10;
  public static final double ROUNDER_DOUBLE = 0x1.8p52; // adding it rounds to an integer

  /// The [#mass] of the largest logit.
  public static final double MASS = 0x1p44;

  public static final int MOST_MASSES = (1 << 19) - 1;

  private Elementary() {}

  /// e^x: 0 below [#EXP_LOW], +∞ above [#EXP_HIGH].
  public static float exp(float x) {
    if (Float.isNaN(x)) {
      return Float.NaN;
    }
    if (x < EXP_LOW) {
      return 0;
    }
    if (x > EXP_HIGH) {
      return Float.POSITIVE_INFINITY;
    }
    float shifted = Math.fma(x, LOG2_E, ROUNDER);
    int exponent = Float.floatToRawIntBits(shifted) << 23;
    float n = shifted - ROUNDER;
    float r = Math.fma(n, -LN2_HIGH, x);
    r = Math.fma(n, -LN2_LOW, r);
    float p = Math.fma(E5, r, E4);
    p = Math.fma(p, r, E3);
    p = Math.fma(p, r, E2);
    p = Math.fma(p, r, E1);
    p = Math.fma(p, r, E0);
    p = Math.fma(p, r * r, r + 1);
    return Float.intBitsToFloat(Float.floatToRawIntBits(p) + exponent);
  }

  /// e^x in double, to 4 ulp: 0 below −700, +∞ above 709. Taylor's series to the 13th power of
  /// what is left of x after n · ln 2, |r| ≤ ln 2 / 2.
  public static double exp(double x) {
    if (Double.isNaN(x)) {
      return Double.NaN;
    }
    if (x < -700) {
      return 0;
    }
    if (x > 709) {
      return Double.POSITIVE_INFINITY;
    }
    double n = Math.fma(x, LOG2_E_DOUBLE, ROUNDER_DOUBLE) - ROUNDER_DOUBLE;
    double r = Math.fma(n, -LN2_LOW_DOUBLE, Math.fma(n, -LN2_HIGH_DOUBLE, x));
    double y = Math.fma(1 / 6227020800.0, r, 1 / 479001600.0); // 1/13!, 1/12! …
    y = Math.fma(y, r, 1 / 39916800.0);
    y = Math.fma(y, r, 1 / 3628800.0);
    y = Math.fma(y, r, 1 / 362880.0);
    y = Math.fma(y, r, 1 / 40320.0);
    y = Math.fma(y, r, 1 / 5040.0);
    y = Math.fma(y, r, 1 / 720.0);
    y = Math.fma(y, r, 1 / 120.0);
    y = Math.fma(y, r, 1 / 24.0);
    y = Math.fma(y, r, 1 / 6.0);
    y = Math.fma(y, r, 0.5);
    y = Math.fma(y, r, 1);
    y = Math.fma(y, r, 1);
    return y * Double.longBitsToDouble((long) ((int) n + 1023) << 52);
  }

  /// The probability mass of a logit in fixed point: e^(logit − max) · [#MASS], rounded to the
  /// nearest integer, halves to even, for a `max` that is no smaller. Integers add up the same in
  /// any order, so a nucleus is the same on every device; up to [#MOST_MASSES] of them cannot
  /// overflow a long. 0 for −∞ and from about −31.2 below the maximum on; 0 for NaN, too.
  public static long mass(float logit, float max) {
    return (long) Math.rint(exp((double) logit - max) * MASS);
  }

  /// ln x: NaN below 0, −∞ at 0.
  public static float log(float x) {
    if (Float.isNaN(x) || x < 0) {
      return Float.NaN;
    }
    if (x == 0) {
      return Float.NEGATIVE_INFINITY;
    }
    if (x == Float.POSITIVE_INFINITY) {
      return x;
    }
    boolean tiny = x < Float.MIN_NORMAL;
    int bits = Float.floatToRawIntBits(tiny ? x * 0x1p23f : x);
    // n such that x / 2^n lies in [√½, √2): 0x3f3504f3 is √½
    int shifted = bits - 0x3f3504f3;
    int n = shifted >> 23;
    float f = Float.intBitsToFloat(bits - (n << 23)) - 1;
    float e = (float) n - (tiny ? 23f : 0f);
    float p = Math.fma(L7, f, L6);
    p = Math.fma(p, f, L5);
    p = Math.fma(p, f, L4);
    p = Math.fma(p, f, L3);
    p = Math.fma(p, f, L2);
    p = Math.fma(p, f, L1);
    p = Math.fma(p, f, L0);
    float square = f * f;
    float tail = p * f * square;
    tail = Math.fma(e, LN2_LOW, tail);
    tail = Math.fma(square, -0.5f, tail);
    return Math.fma(e, LN2_HIGH, f + tail);
  }

  /// tanh x = sign · (1 − 2 / (exp 2|x| + 1)) where |x| ≥ [#TANH_SMALL].
  public static float tanh(float x) {
    float a = Math.abs(x);
    if (a < TANH_SMALL) {
      float t = a * a;
      float p = Math.fma(T4, t, T3);
      p = Math.fma(p, t, T2);
      p = Math.fma(p, t, T1);
      p = Math.fma(p, t, T0);
      return Math.copySign(Math.fma(p * t, a, a), x);
    }
    return Math.copySign(1 - 2 / (exp(a + a) + 1), x);
  }

  /// 1 / (1 + exp(−x)).
  public static float sigmoid(float x) {
    return 1 / (1 + exp(-x));
  }

  /// The error function.
  public static float erf(float x) {
    float a = Math.abs(x);
    if (a < ERF_SMALL) {
      float t = x * x;
      float p = Math.fma(S7, t, S6);
      p = Math.fma(p, t, S5);
      p = Math.fma(p, t, S4);
      p = Math.fma(p, t, S3);
      p = Math.fma(p, t, S2);
      p = Math.fma(p, t, S1);
      return Math.fma(p, t, S0) * x;
    }
    if (a >= ERF_ONE) {
      return Math.copySign(1f, x);
    }
    float p = Math.fma(C7, a, C6);
    p = Math.fma(p, a, C5);
    p = Math.fma(p, a, C4);
    p = Math.fma(p, a, C3);
    p = Math.fma(p, a, C2);
    p = Math.fma(p, a, C1);
    p = Math.fma(p, a, C0);
    return Math.copySign(1 - exp(p), x);
  }

  /// The error function in double, to about 1e-15: Σ of Abramowitz and Stegun 7.1.6 below 3, the
  /// continued fraction of erfc, 7.1.14, above.
  public static double erf(double x) {
    double a = Math.abs(x);
    if (a < 3) {
      double term = a;
      double sum = a;
      for (int n = 1; term > sum * 1e-17; n++) {
        term *= 2 * a * a / (2 * n + 1);
        sum += term;
      }
      return Math.copySign(2 / StrictMath.sqrt(StrictMath.PI) * StrictMath.exp(-a * a) * sum, x);
    }
    if (a >= 6) {
      return Double.isNaN(x) ? x : Math.copySign(1.0, x);
    }
    double fraction = 0;
    for (int n = 60; n >= 1; n--) {
      fraction = n / 2.0 / (a + fraction);
    }
    double erfc = StrictMath.exp(-a * a) / StrictMath.sqrt(StrictMath.PI) / (a + fraction);
    return Math.copySign(1 - erfc, x);
  }
}
