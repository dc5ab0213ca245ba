package dev.weft.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Locale;

/// A figure of the report: Weft's, and beside it one peer's.
///
/// @param value the median over the JVMs
/// @param spread the worst JVM's distance from it, as a share
/// @param rounds how many JVMs measured it
/// @param limit what the machine could do, in the same unit; null where none is known
/// @param ratio share of the limit that was reached
/// @param roof place under the roofline; null where it isn't counted
/// @param peer null: nobody else does this
/// @param peerValue the peer's median
/// @param peerSpread and its worst JVM's distance
/// @param peerRounds how many JVMs measured it in rounds that Weft has, too
/// @param peerRatio how many times better Weft is: the median over the rounds
/// @param peerRatioLow the same of the round that was worst for Weft
/// @param peerRatioHigh and of the one that was best
@JsonInclude(JsonInclude.Include.ALWAYS)
record Figure(
    String benchmark,
    String variant,
    double value,
    String unit,
    double spread,
    int rounds,
    Double limit,
    Double ratio,
    Row.Roof roof,
    String peer,
    Double peerValue,
    Double peerSpread,
    Integer peerRounds,
    Double peerRatio,
    Double peerRatioLow,
    Double peerRatioHigh) {

  /// What names it, whoever is beside it.
  String key() {
    return benchmark + " " + variant;
  }

  /// One line of the table.
  @Override
  public String toString() {
    String line =
        String.format(
            Locale.ROOT,
            "%-8s %-40s %10s %-9s ±%3.0f %%",
            benchmark,
            variant,
            Row.number(value),
            unit,
            100 * spread);
    if (limit != null) {
      line += String.format(Locale.ROOT, "  limit %10s  ratio %5.2f", Row.number(limit), ratio);
    }
    if (peer != null) {
      line += "  " + peer + " " + Row.number(peerValue) + ": " + advantage();
    }
    return line;
  }

  /// How many times better Weft is, with the lowest and the highest of the rounds.
  String advantage() {
    String ratio = String.format(Locale.ROOT, "%.2f ×", peerRatio);
    return peerRounds == 1
        ? ratio
        : ratio + String.format(Locale.ROOT, " (%.2f – %.2f)", peerRatioLow, peerRatioHigh);
  }
}
