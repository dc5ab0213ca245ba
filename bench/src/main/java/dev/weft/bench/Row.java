package dev.weft.bench;

/// One figure and the limit it is near.
///
/// @param benchmark `gemm`, `decode` …
/// @param variant the element type, then what was measured: `f32 512x768x3072`
/// @param value the median
/// @param worst of the runs: the lowest rate, the longest time
/// @param unit `GFLOP/s`, `tokens/s`, `ms`, `us` …
/// @param limit what the machine could do in the same run, in the same unit; NaN where none is
///     known
record Row(
    String benchmark, String variant, double value, double worst, String unit, double limit) {

  /// Share of the limit that was reached: value / limit for a rate, limit / value for a time.
  double ratio() {
    return time() ? limit / value : value / limit;
  }

  /// Whether less is better.
  boolean time() {
    return unit.equals("ms") || unit.equals("us") || unit.equals("MiB");
  }

  /// One line of the table.
  @Override
  public String toString() {
    String line =
        "%-8s %-32s %10.1f %-9s worst %10.1f".formatted(benchmark, variant, value, unit, worst);
    return Double.isNaN(limit)
        ? line
        : line + "  limit %10.1f  ratio %5.2f".formatted(limit, ratio());
  }
}
