package dev.weft.tensor;

/// Elementwise functions of two values: f, and the gradients of both sides. Comparisons give BOOL
/// and have no gradient.
public enum Binary {
  ADD {
    @Override
    public double f(Real r, double a, double b) {
      return r.add(a, b);
    }

    @Override
    public double da(Real r, double dy, double a, double b, double y) {
      return dy;
    }

    @Override
    public double db(Real r, double dy, double a, double b, double y) {
      return dy;
    }
  },
  SUB {
    @Override
    public double f(Real r, double a, double b) {
      return r.sub(a, b);
    }

    @Override
    public double da(Real r, double dy, double a, double b, double y) {
      return dy;
    }

    @Override
    public double db(Real r, double dy, double a, double b, double y) {
      return -dy;
    }
  },
  MUL {
    @Override
    public double f(Real r, double a, double b) {
      return r.mul(a, b);
    }

    @Override
    public double da(Real r, double dy, double a, double b, double y) {
      return r.mul(dy, b);
    }

    @Override
    public double db(Real r, double dy, double a, double b, double y) {
      return r.mul(dy, a);
    }
  },
  DIV {
    @Override
    public double f(Real r, double a, double b) {
      return r.div(a, b);
    }

    @Override
    public double da(Real r, double dy, double a, double b, double y) {
      return r.div(dy, b);
    }

    @Override
    public double db(Real r, double dy, double a, double b, double y) {
      return -r.div(r.mul(dy, y), b);
    }
  },
  /// The larger, NaN when one is; the gradient goes to `a` on ties.
  MAX {
    @Override
    public double f(Real r, double a, double b) {
      return Math.max(a, b);
    }

    @Override
    public double da(Real r, double dy, double a, double b, double y) {
      return a >= b ? dy : 0;
    }

    @Override
    public double db(Real r, double dy, double a, double b, double y) {
      return a >= b ? 0 : dy;
    }
  },
  /// The smaller, NaN when one is; the gradient goes to `a` on ties.
  MIN {
    @Override
    public double f(Real r, double a, double b) {
      return Math.min(a, b);
    }

    @Override
    public double da(Real r, double dy, double a, double b, double y) {
      return a <= b ? dy : 0;
    }

    @Override
    public double db(Real r, double dy, double a, double b, double y) {
      return a <= b ? 0 : dy;
    }
  },
  /// Binary cross entropy of a logit `a` with a target probability `b`:
  /// max(a, 0) − a·b + log(1 + exp(−|a|)).
  BCE_WITH_LOGITS {
    @Override
    public double f(Real r, double a, double b) {
      double linear = r.fma(-a, b, Math.max(a, 0));
      return r.add(linear, r.log(r.add(1, r.exp(-Math.abs(a)))));
    }

    @Override
    public double da(Real r, double dy, double a, double b, double y) {
      return r.mul(dy, r.sub(r.sigmoid(a), b));
    }

    @Override
    public double db(Real r, double dy, double a, double b, double y) {
      return -r.mul(dy, a);
    }
  },
  EQUAL(true) {
    @Override
    public double f(Real r, double a, double b) {
      return a == b ? 1 : 0;
    }
  },
  NOT_EQUAL(true) {
    @Override
    public double f(Real r, double a, double b) {
      return a != b ? 1 : 0;
    }
  },
  LESS(true) {
    @Override
    public double f(Real r, double a, double b) {
      return a < b ? 1 : 0;
    }
  },
  LESS_EQUAL(true) {
    @Override
    public double f(Real r, double a, double b) {
      return a <= b ? 1 : 0;
    }
  },
  GREATER(true) {
    @Override
    public double f(Real r, double a, double b) {
      return a > b ? 1 : 0;
    }
  },
  GREATER_EQUAL(true) {
    @Override
    public double f(Real r, double a, double b) {
      return a >= b ? 1 : 0;
    }
  };

  private final boolean comparison;

  Binary() {
    this(false);
  }

  Binary(boolean comparison) {
    this.comparison = comparison;
  }

  /// Whether the result is BOOL.
  public boolean comparison() {
    return comparison;
  }

  /// The value; 1 or 0 for a comparison.
  public abstract double f(Real r, double a, double b);

  /// The gradient of the left side.
  public double da(Real r, double dy, double a, double b, double y) {
    throw new IllegalStateException(this + " has no gradient");
  }

  /// The gradient of the right side.
  public double db(Real r, double dy, double a, double b, double y) {
    throw new IllegalStateException(this + " has no gradient");
  }
}
