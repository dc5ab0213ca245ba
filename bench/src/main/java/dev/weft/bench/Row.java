package dev.weft.bench;

import java.util.Locale;

/// One figure of one engine, and the limit it is near.
///
/// @param benchmark `gemm`, `decode` …
/// @param variant the element type, then what was measured: `f32 512x768x3072`
/// @param value the median
/// @param worst of the runs: the lowest rate, the longest time
/// @param unit `GFLOP/s`, `tokens/s`, `ms`, `us` …
/// @param limit what the machine could do in the same run, in the same unit; NaN where none is
///     known
/// @param roof where it lies under the roofline; null where bytes or operations aren't counted
record Row(
    String benchmark,
    String variant,
    double value,
    double worst,
    String unit,
    double limit,
    Roof roof) {

  /// A place under the roofline.
  ///
  /// @param intensity operations for each byte that has to be read or written
  /// @param gigaflops operations per nanosecond that were reached
  record Roof(double intensity, double gigaflops) {}

  Row(String benchmark, String variant, double value, double worst, String unit, double limit) {
    this(benchmark, variant, value, worst, unit, limit, null);
  }

  /// The same figure; what it counts, or times, takes so many operations and bytes.
  Row taking(double flops, double bytes) {
    double perSecond =
        switch (unit) {
          case "s" -> 1 / value;
          case "ms" -> 1e3 / value;
          case "us" -> 1e6 / value;
          default -> value;
        };
    Roof place = new Roof(flops / bytes, perSecond * flops / 1e9);
    return new Row(benchmark, variant, value, worst, unit, limit, place);
  }

  /// The same figure as a part of another benchmark.
  Row named(String benchmark, String variant) {
    return new Row(benchmark, variant, value, worst, unit, limit, roof);
  }

  /// A rate from sorted seconds, each of which did `work`.
  static Row rate(
      String benchmark, String variant, double work, double[] seconds, String unit, double limit) {
    double slowest = seconds[seconds.length - 1];
    return new Row(
        benchmark, variant, work / Stopwatch.median(seconds), work / slowest, unit, limit);
  }

  /// A time from sorted seconds, in a unit of which a second has `each`.
  static Row time(
      String benchmark, String variant, double each, double[] seconds, String unit, double limit) {
    double slowest = seconds[seconds.length - 1];
    return new Row(
        benchmark, variant, each * Stopwatch.median(seconds), each * slowest, unit, limit);
  }

  /// A figure that was found once, without a limit.
  static Row single(String benchmark, String variant, double value, String unit) {
    return new Row(benchmark, variant, value, value, unit, Double.NaN);
  }

  /// What names the figure, whoever reached it.
  String key() {
    return benchmark + " " + variant;
  }

  /// Share of the limit that was reached: value / limit for a rate, limit / value for a time.
  double ratio() {
    return lessIsBetter() ? limit / value : value / limit;
  }

  /// Times and memory.
  boolean lessIsBetter() {
    return switch (unit) {
      case "s", "ms", "us", "MiB" -> true;
      default -> false;
    };
  }

  /// One line of the table.
  @Override
  public String toString() {
    String line =
        String.format(
            Locale.ROOT,
            "%-8s %-40s %10s %-9s worst %10s",
            benchmark,
            variant,
            number(value),
            unit,
            number(worst));
    return Double.isNaN(limit)
        ? line
        : line + String.format(Locale.ROOT, "  limit %10s  ratio %5.2f", number(limit), ratio());
  }

  /// Three digits at least, for people.
  static String number(double value) {
    double size = Math.abs(value);
    String format = size < 1 ? "%.3f" : size < 10 ? "%.2f" : "%,.1f";
    return String.format(Locale.ROOT, format, value);
  }
}
