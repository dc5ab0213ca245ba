package dev.weft.examples.data;

import java.util.List;

/// A data set for classification.
///
/// @param classes their names by label
/// @param parts for training, validation and test; training has a text of each class
public record LabelledTexts(List<String> classes, Split<Labelled> parts) {
  /// Checks that there is something to learn of each class.
  public LabelledTexts {
    classes = List.copyOf(classes);
    for (int label = 0; label < classes.size(); label++) {
      int wanted = label;
      if (parts.training().stream().noneMatch(text -> text.label() == wanted)) {
        throw new IllegalArgumentException(
            "none of the "
                + parts.training().size()
                + " texts for training is "
                + classes.get(label));
      }
    }
  }
}
