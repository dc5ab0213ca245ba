package dev.weft.tensor;

/// The elementwise definitions.
final class ReferenceElementwise {
  private ReferenceElementwise() {}

  static void fill(Tensor x, double value) {
    Elements xs = Elements.of(x);
    for (long i = 0; i < x.size(); i++) {
      xs.set(i, value);
    }
  }

  static void copy(Grad y, Tensor x) {
    Elements ys = Elements.of(y);
    Elements xs = Elements.of(x);
    for (long i = 0; i < x.size(); i++) {
      ys.put(i, xs.get(i));
    }
  }

  static void unary(Unary f, Tensor y, Tensor x) {
    Real r = Real.of(x.dtype());
    Elements ys = Elements.of(y);
    Elements xs = Elements.of(x);
    for (long i = 0; i < x.size(); i++) {
      ys.set(i, f.f(r, xs.get(i)));
    }
  }

  static void unaryGrad(Unary f, Grad dx, Tensor dy, Tensor x, Tensor y) {
    Real r = Real.of(x.dtype());
    Elements dxs = Elements.of(dx);
    Elements dys = Elements.of(dy);
    Elements xs = Elements.of(x);
    Elements ys = Elements.of(y);
    for (long i = 0; i < x.size(); i++) {
      dxs.put(i, f.df(r, dys.get(i), xs.get(i), ys.get(i)));
    }
  }

  static void binary(Binary f, Tensor y, Tensor a, Tensor b) {
    // Comparisons of ids round nothing: doubles hold every I32.
    Real r = f.comparison() ? Real.F64 : Real.of(y.dtype());
    Elements ys = Elements.of(y);
    Elements as = Elements.of(a);
    Elements bs = Elements.of(b);
    for (long i = 0; i < y.size(); i++) {
      ys.set(i, f.f(r, as.get(i), bs.get(i)));
    }
  }

  static void binaryGrad(Binary f, boolean left, Grad d, Tensor dy, Tensor a, Tensor b, Tensor y) {
    Real r = Real.of(y.dtype());
    Elements ds = Elements.of(d);
    Elements dys = Elements.of(dy);
    Elements as = Elements.of(a);
    Elements bs = Elements.of(b);
    Elements ys = Elements.of(y);
    for (long i = 0; i < y.size(); i++) {
      double gradient =
          left
              ? f.da(r, dys.get(i), as.get(i), bs.get(i), ys.get(i))
              : f.db(r, dys.get(i), as.get(i), bs.get(i), ys.get(i));
      ds.put(i, gradient);
    }
  }

  static void affine(Grad y, Tensor x, double scale, double shift) {
    Real r = Real.of(x.dtype());
    Elements ys = Elements.of(y);
    Elements xs = Elements.of(x);
    for (long i = 0; i < x.size(); i++) {
      ys.put(i, r.fma(r.of(scale), xs.get(i), r.of(shift)));
    }
  }

  static void where(Tensor y, Tensor condition, Tensor a, Tensor b) {
    Elements ys = Elements.of(y);
    Elements conditions = Elements.of(condition);
    Elements as = Elements.of(a);
    Elements bs = Elements.of(b);
    for (long i = 0; i < y.size(); i++) {
      ys.set(i, conditions.get(i) != 0 ? as.get(i) : bs.get(i));
    }
  }

  static void dropout(Grad y, Tensor x, double p, long seed, int step, int sequence) {
    Real r = Real.of(x.dtype());
    Elements ys = Elements.of(y);
    Elements xs = Elements.of(x);
    double scale = r.of(1 / (1 - p));
    double threshold = p * 0x1p32;
    int purpose = Philox.Purpose.DROPOUT.word();
    int[] words = new int[4];
    for (long i = 0; i < x.size(); i++) {
      int word = (int) (i % 4);
      if (word == 0) {
        Philox.words(
            step,
            sequence + (int) (i >>> 34),
            purpose,
            (int) (i >>> 2),
            (int) seed,
            (int) (seed >>> 32),
            words);
      }
      boolean kept = Integer.toUnsignedLong(words[word]) >= threshold;
      ys.put(i, kept ? r.mul(xs.get(i), scale) : 0);
    }
  }

  static void clamp(Tensor x, double limit) {
    double bound = Real.of(x.dtype()).of(limit);
    Elements xs = Elements.of(x);
    for (long i = 0; i < x.size(); i++) {
      xs.set(i, Math.min(Math.max(xs.get(i), -bound), bound));
    }
  }
}
