package dev.weft.rnn;

/// The shape of a [SequenceClassifier].
///
/// @param vocabulary ids of the embedding, whose rows have `rnn.input` values; 0: there is none,
///     and the classifier reads float vectors
/// @param frozen whether the embedding is left as it is
/// @param rnn the recurrent layers
/// @param pooling what the head sees of the states
/// @param dropout share of the pooled vector dropped in training; in [0, 1)
/// @param classes at least 2
public record ClassifierConfig(
    int vocabulary, boolean frozen, RnnConfig rnn, Pooling pooling, double dropout, int classes) {
  /// Checks the sizes.
  public ClassifierConfig {
    if (vocabulary < 0 || classes < 2) {
      throw new IllegalArgumentException(
          "classifier: a vocabulary of 0 or more and 2 classes or more are wanted, not "
              + vocabulary
              + " and "
              + classes);
    }
    if (frozen && vocabulary == 0) {
      throw new IllegalArgumentException("classifier: there is no embedding to freeze");
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException(
          "classifier: dropout must lie in [0, 1) but is " + dropout);
    }
  }

  /// Reads ids; pools the last state, drops nothing.
  public static ClassifierConfig ofIds(int vocabulary, RnnConfig rnn, int classes) {
    return new ClassifierConfig(vocabulary, false, rnn, Pooling.LAST, 0, classes);
  }

  /// Reads float vectors, a time series say; pools the last state, drops nothing.
  public static ClassifierConfig ofVectors(RnnConfig rnn, int classes) {
    return new ClassifierConfig(0, false, rnn, Pooling.LAST, 0, classes);
  }

  /// The same with another pooling.
  public ClassifierConfig withPooling(Pooling other) {
    return new ClassifierConfig(vocabulary, frozen, rnn, other, dropout, classes);
  }

  /// The same with another share dropped.
  public ClassifierConfig withDropout(double share) {
    return new ClassifierConfig(vocabulary, frozen, rnn, pooling, share, classes);
  }

  /// The same with the embedding frozen or trained.
  public ClassifierConfig withFrozen(boolean asItIs) {
    return new ClassifierConfig(vocabulary, asItIs, rnn, pooling, dropout, classes);
  }
}
