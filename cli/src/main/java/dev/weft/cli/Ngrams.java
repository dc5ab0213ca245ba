package dev.weft.cli;

import dev.weft.decoding.NgramModel;

/// How an n-gram model with back-off finds texts that it never saw: what a network is held against.
///
/// @param order tokens of an n-gram
/// @param loss mean of −ln P over the tokens behind the start of each text
record Ngrams(int order, double loss) {
  /// Counts in the texts of `training`, and scores those of `test`; each begins with its start,
  /// which is given.
  static Ngrams score(int order, int vocabulary, int[][] training, int[][] test) {
    NgramModel model = NgramModel.train(training, vocabulary, order);
    double sum = 0;
    long tokens = 0;
    for (int[] text : test) {
      sum -= model.logProbabilityOf(text, 1);
      tokens += text.length - 1;
    }
    return new Ngrams(order, sum / tokens);
  }

  double bits() {
    return loss / StrictMath.log(2);
  }

  double perplexity() {
    return StrictMath.exp(loss);
  }
}
