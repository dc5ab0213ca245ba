package dev.weft.examples.data;

import java.util.List;

/// A data set for classification.
///
/// @param classes their names by label
/// @param parts for training, validation and test
public record LabelledTexts(List<String> classes, Split<Labelled> parts) {
  public LabelledTexts {
    classes = List.copyOf(classes);
  }
}
