package dev.weft.tensor;

/// Arithmetic in F32 or F64, with values carried in a double: what the definitions of the ops are
/// written in. In F32 every operation rounds to float; for + − × ÷ √ rounding the double result
/// once more gives exactly the float result, and `fma` is the float one.
public enum Real {
  F32 {
    @Override
    public double of(double value) {
      return (float) value;
    }

    @Override
    public double fma(double a, double b, double c) {
      return Math.fma((float) a, (float) b, (float) c);
    }

    @Override
    public double exp(double x) {
      return Elementary.exp((float) x);
    }

    @Override
    public double log(double x) {
      return Elementary.log((float) x);
    }

    @Override
    public double tanh(double x) {
      return Elementary.tanh((float) x);
    }

    @Override
    public double sigmoid(double x) {
      return Elementary.sigmoid((float) x);
    }

    @Override
    public double erf(double x) {
      return Elementary.erf((float) x);
    }
  },
  F64 {
    @Override
    public double of(double value) {
      return value;
    }

    @Override
    public double fma(double a, double b, double c) {
      return Math.fma(a, b, c);
    }

    @Override
    public double exp(double x) {
      return StrictMath.exp(x);
    }

    @Override
    public double log(double x) {
      return StrictMath.log(x);
    }

    @Override
    public double tanh(double x) {
      return StrictMath.tanh(x);
    }

    @Override
    public double sigmoid(double x) {
      return 1 / (1 + StrictMath.exp(-x));
    }

    @Override
    public double erf(double x) {
      return Elementary.erf(x);
    }
  };

  /// The arithmetic of a computing type.
  public static Real of(DType dtype) {
    return switch (dtype) {
      case F32 -> F32;
      case F64 -> F64;
      case BF16, F16, I8, I32, BOOL ->
          throw new IllegalArgumentException(
              "arithmetic: " + dtype + " does not compute; cast it to F32");
    };
  }

  /// `value` rounded to this type.
  public abstract double of(double value);

  /// a·b + c, rounded once.
  public abstract double fma(double a, double b, double c);

  public abstract double exp(double x);

  public abstract double log(double x);

  public abstract double tanh(double x);

  public abstract double sigmoid(double x);

  public abstract double erf(double x);

  public final double add(double a, double b) {
    return of(a + b);
  }

  public final double sub(double a, double b) {
    return of(a - b);
  }

  public final double mul(double a, double b) {
    return of(a * b);
  }

  public final double div(double a, double b) {
    return of(a / b);
  }

  public final double sqrt(double x) {
    return of(Math.sqrt(x));
  }
}
