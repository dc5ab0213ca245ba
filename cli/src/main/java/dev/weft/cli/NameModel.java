package dev.weft.cli;

import dev.weft.rnn.NameSampler;
import dev.weft.rnn.RnnInference;
import dev.weft.rnn.Vectorizer;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Scope;
import java.util.List;

/// A model of names of several languages, to draw names from.
///
/// @param letters from names to ids and back
/// @param languages by the number of their class
record NameModel(RnnInference model, Vectorizer letters, List<String> languages) {
  private static final int LONGEST = 40;
  private static final int DRAWN = -6; // the streams' step

  /// A language for each of `count` names, all equally likely.
  int[] languages(int count, long seed) {
    Philox random = new Philox(seed, Philox.Purpose.SHUFFLE, DRAWN, 0);
    int[] drawn = new int[count];
    for (int i = 0; i < count; i++) {
      drawn[i] = random.nextInt(languages.size());
    }
    return drawn;
  }

  /// One name of each of these languages, of at most 40 letters that the model knows.
  List<String> names(double temperature, long seed, int... ofLanguages) {
    try (Scope _ = Scope.noGrad()) {
      return new NameSampler(model, OpenModel.ORDINARY_ONLY, temperature, seed)
          .names(model.firstOf(ofLanguages), 0, LONGEST, letters);
    }
  }
}
