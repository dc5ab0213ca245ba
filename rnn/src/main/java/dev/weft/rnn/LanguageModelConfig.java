package dev.weft.rnn;

/// The shape of an [RnnLanguageModel].
///
/// @param vocabulary V: ids are 0 … V − 1
/// @param rnn the recurrent layers, forward only; they read embeddings of `rnn.input` values
/// @param dropout share of the embeddings, and of the last layer's states, dropped in training; in
///     [0, 1)
/// @param tied whether the head's matrix is the embedding's, whose rows then have as many values as
///     a layer has units. Press and Wolf, 2017
/// @param classes of sequences, each with a first state of its own that is learnt; 0: there are
///     none, and `rnn.first` says what a sequence begins with
public record LanguageModelConfig(
    int vocabulary, RnnConfig rnn, double dropout, boolean tied, int classes) {
  /// Checks the sizes.
  public LanguageModelConfig {
    if (vocabulary < 2 || classes < 0) {
      throw new IllegalArgumentException(
          "language model: a vocabulary of 2 or more and 0 classes or more are wanted, not "
              + vocabulary
              + " and "
              + classes);
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException(
          "language model: dropout must lie in [0, 1) but is " + dropout);
    }
    if (rnn.bidirectional()) {
      throw new IllegalArgumentException(
          "language model: a bidirectional network has read the token that it is to predict; make"
              + " it run forward only");
    }
    if (tied && rnn.input() != rnn.hidden()) {
      throw new IllegalArgumentException(
          "language model: a tied head needs embeddings of the size of the states, but they have "
              + rnn.input()
              + " and "
              + rnn.hidden()
              + " values; make the sizes equal, or do not tie");
    }
  }

  /// With a head of its own, no dropout, no classes.
  public static LanguageModelConfig of(int vocabulary, RnnConfig rnn) {
    return new LanguageModelConfig(vocabulary, rnn, 0, false, 0);
  }

  /// The same with another share dropped.
  public LanguageModelConfig withDropout(double share) {
    return new LanguageModelConfig(vocabulary, rnn, share, tied, classes);
  }

  /// The same with the head tied to the embedding, or not.
  public LanguageModelConfig withTied(boolean one) {
    return new LanguageModelConfig(vocabulary, rnn, dropout, one, classes);
  }

  /// The same with another number of classes.
  public LanguageModelConfig withClasses(int count) {
    return new LanguageModelConfig(vocabulary, rnn, dropout, tied, count);
  }
}
