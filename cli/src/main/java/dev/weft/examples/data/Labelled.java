package dev.weft.examples.data;

import java.util.List;

/// A text and its class.
///
/// @param label counted from 0
public record Labelled(String text, int label) {
  /// The texts of a list.
  public static List<String> texts(List<Labelled> examples) {
    return examples.stream().map(Labelled::text).toList();
  }

  /// The labels of a list.
  public static int[] labels(List<Labelled> examples) {
    return examples.stream().mapToInt(Labelled::label).toArray();
  }
}
