package dev.weft.examples.classify;

import dev.weft.examples.data.Labelled;
import java.util.List;

/// Gives a text one of the classes.
@FunctionalInterface
public interface Classifier {
  /// The label of a text.
  int classify(String text);

  /// Classifies examples and counts.
  ///
  /// @param classes their names by label
  default Confusion confusion(List<String> classes, List<Labelled> examples) {
    int[] predicted = examples.stream().mapToInt(example -> classify(example.text())).toArray();
    return Confusion.of(classes, Labelled.labels(examples), predicted);
  }

  /// The label that most examples have (the lowest of several), whatever the text.
  static Classifier majority(List<Labelled> training) {
    int[] counts = new int[1 + training.stream().mapToInt(Labelled::label).max().orElseThrow()];
    training.forEach(example -> counts[example.label()]++);
    int best = 0;
    for (int label = 1; label < counts.length; label++) {
      best = counts[label] > counts[best] ? label : best;
    }
    int label = best;
    return text -> label;
  }
}
