package dev.weft.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Locale;

/// A figure of the report: Weft's, and beside it one peer's.
///
/// @param value the median over the JVMs
/// @param spread the worst JVM's distance from it, as a share
/// @param limit what the machine could do, in the same unit; null where none is known
/// @param ratio share of the limit that was reached
/// @param roof place under the roofline; null where it isn't counted
/// @param peer null: nobody else does this
/// @param peerValue the peer's median
/// @param peerSpread and its worst JVM's distance
/// @param peerRatio how many times better Weft is: the median over the rounds
@JsonInclude(JsonInclude.Include.ALWAYS)
record Figure(
    String benchmark,
    String variant,
    double value,
    String unit,
    double spread,
    Double limit,
    Double ratio,
    Row.Roof roof,
    String peer,
    Double peerValue,
    Double peerSpread,
    Double peerRatio) {

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
            "%-8s %-40s %10.1f %-9s ±%3.0f %%",
            benchmark,
            variant,
            value,
            unit,
            100 * spread);
    if (limit != null) {
      line += String.format(Locale.ROOT, "  limit %10.1f  ratio %5.2f", limit, ratio);
    }
    if (peer != null) {
      line += String.format(Locale.ROOT, "  %s %10.1f: %5.2f x", peer, peerValue, peerRatio);
    }
    return line;
  }
}
