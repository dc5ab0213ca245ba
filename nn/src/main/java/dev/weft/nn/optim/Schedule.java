package dev.weft.nn.optim;

/// The learning rate of each step; steps count from 0.
@FunctionalInterface
public interface Schedule {
  /// The rate of this step.
  double at(long step);

  /// Always `rate`.
  static Schedule constant(double rate) {
    return step -> rate;
  }

  /// `rate` times `factor` for every `every` steps that have passed.
  static Schedule step(double rate, long every, double factor) {
    requirePositive("every", every);
    return step -> {
      long falls = step / every;
      return rate * StrictMath.pow(factor, (double) falls);
    };
  }

  /// Up to `rate` linearly over `warmUp` steps (the last of them at `rate`), then down to `floor`
  /// along half a cosine, reached at step `total`. Loshchilov and Hutter, 2017.
  static Schedule cosine(double rate, double floor, long warmUp, long total) {
    if (warmUp < 0 || total <= warmUp) {
      throw new IllegalArgumentException(
          "schedule: the warm-up, "
              + warmUp
              + ", must be at least 0 and shorter than the total, "
              + total);
    }
    return step -> {
      if (step < warmUp) {
        return rate * (step + 1) / warmUp;
      }
      double share = Math.min(1, (double) (step - warmUp) / (total - warmUp));
      return annealed(rate, floor, share);
    };
  }

  /// One cycle: from peak / 25 up to `peak` over the first `rise` share of `total` steps, then down
  /// to peak / 250,000 at the last, both along half a cosine. Smith and Topin, 2018, as in PyTorch.
  static Schedule oneCycle(double peak, long total, double rise) {
    if (!(rise * total > 1 && rise < 1)) {
      throw new IllegalArgumentException(
          "schedule: rise must be below 1 and more than one of the "
              + total
              + " steps but is "
              + rise);
    }
    double start = peak / 25;
    double end = start / 1e4;
    double top = rise * total - 1;
    return step -> {
      if (step <= top) {
        return annealed(start, peak, step / top);
      }
      return annealed(peak, end, Math.min(1, (step - top) / (total - 1 - top)));
    };
  }

  /// Half a cosine from `from` at share 0 to `to` at share 1.
  private static double annealed(double from, double to, double share) {
    return to + (from - to) * (1 + StrictMath.cos(StrictMath.PI * share)) / 2;
  }

  private static void requirePositive(String what, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "schedule: " + what + " must be at least 1 but is " + value);
    }
  }
}
