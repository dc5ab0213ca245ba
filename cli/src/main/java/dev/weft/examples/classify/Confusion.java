package dev.weft.examples.classify;

import java.util.Arrays;
import java.util.List;

/// How often each class was taken for each, and the measures that follow.
///
/// A measure whose denominator is 0 (the precision of a class that was never predicted) is 0.
///
/// @param classes their names by label
/// @param counts (actual, predicted)
public record Confusion(List<String> classes, int[][] counts) {
  public Confusion {
    classes = List.copyOf(classes);
    counts = Arrays.stream(counts).map(int[]::clone).toArray(int[][]::new);
    for (int[] row : counts) {
      if (row.length != classes.size() || counts.length != classes.size()) {
        throw new IllegalArgumentException(
            "confusion: there are "
                + classes.size()
                + " classes but the counts are "
                + counts.length
                + " rows, one of "
                + row.length);
      }
    }
  }

  /// Counts pairs of labels.
  public static Confusion of(List<String> classes, int[] actual, int[] predicted) {
    if (actual.length != predicted.length) {
      throw new IllegalArgumentException(
          "confusion: " + actual.length + " labels but " + predicted.length + " predictions");
    }
    int[][] counts = new int[classes.size()][classes.size()];
    for (int i = 0; i < actual.length; i++) {
      counts[actual[i]][predicted[i]]++;
    }
    return new Confusion(classes, counts);
  }

  /// Examples in all.
  public int total() {
    return Arrays.stream(counts).flatMapToInt(Arrays::stream).sum();
  }

  /// Share of the examples whose class was found.
  public double accuracy() {
    int right = 0;
    for (int label = 0; label < counts.length; label++) {
      right += counts[label][label];
    }
    return share(right, total());
  }

  /// Share of those taken for a class that are of it.
  public double precision(int label) {
    return share(counts[label][label], predicted(label));
  }

  /// Share of those of a class that were taken for it.
  public double recall(int label) {
    return share(counts[label][label], actual(label));
  }

  /// Harmonic mean of precision and recall.
  public double f1(int label) {
    return share(2.0 * counts[label][label], predicted(label) + actual(label));
  }

  /// Mean of [#f1] over the classes, each counting alike.
  public double macroF1() {
    double sum = 0;
    for (int label = 0; label < counts.length; label++) {
      sum += f1(label);
    }
    return share(sum, counts.length);
  }

  private int actual(int label) {
    return Arrays.stream(counts[label]).sum();
  }

  private int predicted(int label) {
    return Arrays.stream(counts).mapToInt(row -> row[label]).sum();
  }

  private static double share(double part, int whole) {
    return whole == 0 ? 0 : part / whole;
  }
}
