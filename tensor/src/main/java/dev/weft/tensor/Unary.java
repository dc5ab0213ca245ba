package dev.weft.tensor;

/// Elementwise functions of one value: name, f, and dx = dy · f'(x). Each row is the definition,
/// exact to the order of its operations; the fast kernels repeat it bit for bit.
public enum Unary {
  NEG {
    @Override
    public double f(Real r, double x) {
      return -x;
    }

    @Override
    public double df(Real r, double dy, double x, double y) {
      return -dy;
    }
  },
  ABS {
    @Override
    public double f(Real r, double x) {
      return Math.abs(x);
    }

    // 0 at 0
    @Override
    public double df(Real r, double dy, double x, double y) {
      return x > 0 ? dy : x < 0 ? -dy : x == 0 ? 0 : Double.NaN;
    }
  },
  SQUARE {
    @Override
    public double f(Real r, double x) {
      return r.mul(x, x);
    }

    @Override
    public double df(Real r, double dy, double x, double y) {
      return r.mul(dy, r.add(x, x));
    }
  },
  SQRT {
    @Override
    public double f(Real r, double x) {
      return r.sqrt(x);
    }

    @Override
    public double df(Real r, double dy, double x, double y) {
      return r.div(dy, r.add(y, y));
    }
  },
  RECIPROCAL {
    @Override
    public double f(Real r, double x) {
      return r.div(1, x);
    }

    @Override
    public double df(Real r, double dy, double x, double y) {
      return -r.mul(dy, r.mul(y, y));
    }
  },
  EXP {
    @Override
    public double f(Real r, double x) {
      return r.exp(x);
    }

    @Override
    public double df(Real r, double dy, double x, double y) {
      return r.mul(dy, y);
    }
  },
  LOG {
    @Override
    public double f(Real r, double x) {
      return r.log(x);
    }

    @Override
    public double df(Real r, double dy, double x, double y) {
      return r.div(dy, x);
    }
  },
  TANH {
    @Override
    public double f(Real r, double x) {
      return r.tanh(x);
    }

    @Override
    public double df(Real r, double dy, double x, double y) {
      return r.mul(dy, r.fma(-y, y, 1));
    }
  },
  SIGMOID {
    @Override
    public double f(Real r, double x) {
      return r.sigmoid(x);
    }

    @Override
    public double df(Real r, double dy, double x, double y) {
      return r.mul(dy, r.mul(y, r.sub(1, y)));
    }
  },
  ERF {
    @Override
    public double f(Real r, double x) {
      return r.erf(x);
    }

    @Override
    public double df(Real r, double dy, double x, double y) {
      return r.mul(dy, r.mul(r.of(TWO_OVER_ROOT_PI), r.exp(-r.mul(x, x))));
    }
  },
  /// max(x, 0).
  RELU {
    @Override
    public double f(Real r, double x) {
      return x > 0 || Double.isNaN(x) ? x : 0;
    }

    @Override
    public double df(Real r, double dy, double x, double y) {
      return x > 0 ? dy : 0;
    }
  },
  /// x · sigmoid(x).
  SILU {
    @Override
    public double f(Real r, double x) {
      return r.mul(x, r.sigmoid(x));
    }

    @Override
    public double df(Real r, double dy, double x, double y) {
      double s = r.sigmoid(x);
      return r.mul(dy, r.fma(r.mul(x, s), r.sub(1, s), s));
    }
  },
  /// ½x (1 + tanh(√(2/π)(x + 0.044715x³))), written as x · sigmoid(2u) — the same function, one
  /// exp. Hendrycks and Gimpel, 2016; GPT-2's activation.
  GELU_TANH {
    @Override
    public double f(Real r, double x) {
      return r.div(x, r.add(1, r.exp(-twoU(r, x))));
    }

    @Override
    public double df(Real r, double dy, double x, double y) {
      double s = r.div(1, r.add(1, r.exp(-twoU(r, x))));
      double slope = r.mul(r.of(TWO_ROOT_2_PI), r.fma(r.of(3 * GELU_CUBE), r.mul(x, x), 1));
      return r.mul(dy, r.fma(r.mul(r.mul(x, s), r.sub(1, s)), slope, s));
    }

    private double twoU(Real r, double x) {
      double cubed = r.mul(r.mul(x, x), x);
      return r.mul(r.of(TWO_ROOT_2_PI), r.fma(r.of(GELU_CUBE), cubed, x));
    }
  },
  /// x Φ(x) = ½x (1 + erf(x/√2)).
  GELU_ERF {
    @Override
    public double f(Real r, double x) {
      return r.mul(r.mul(0.5, x), r.add(1, r.erf(r.mul(x, r.of(ROOT_HALF)))));
    }

    @Override
    public double df(Real r, double dy, double x, double y) {
      double cdf = r.mul(0.5, r.add(1, r.erf(r.mul(x, r.of(ROOT_HALF)))));
      double pdf = r.mul(r.of(ONE_OVER_ROOT_2_PI), r.exp(r.mul(-0.5, r.mul(x, x))));
      return r.mul(dy, r.fma(x, pdf, cdf));
    }
  };

  public static final double TWO_OVER_ROOT_PI = 1.1283791670955126;
  public static final double TWO_ROOT_2_PI = 1.5957691216057308;
  public static final double GELU_CUBE = 0.044715;
  public static final double ROOT_HALF = 0.7071067811865476;
  public static final double ONE_OVER_ROOT_2_PI = 0.3989422804014327;

  /// The value.
  public abstract double f(Real r, double x);

  /// dx, from dy, x and y = f(x).
  public abstract double df(Real r, double dy, double x, double y);
}
