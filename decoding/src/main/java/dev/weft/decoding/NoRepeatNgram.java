package dev.weft.decoding;

/// Makes impossible what would repeat n ids in a row of the history, prompt included: when the last
/// n − 1 ids stood there before, the id that followed them. Paulus, Xiong and Socher, "A deep
/// reinforced model for abstractive summarization", 2018, with n = 3.
///
/// With n = 1 no id may come twice. A prompt that holds a needed phrase, such as a name of several
/// tokens, bans it from the answer.
///
/// @param n at least 1
public record NoRepeatNgram(int n) implements Filter {
  public NoRepeatNgram {
    if (n < 1) {
      throw new IllegalArgumentException("no repeated n-gram: n must be at least 1 but is " + n);
    }
  }

  @Override
  public void apply(Candidates candidates, History history) {
    if (n == 1) {
      TokenCounts counts = history.counts(PenaltyScope.ALL);
      for (int i = 0; i < counts.size(); i++) {
        candidates.ban(counts.id(i));
      }
      return;
    }
    NgramIndex ngrams = history.ngrams(n);
    for (int at = ngrams.newest(history); at >= 0; at = ngrams.older(history, at)) {
      candidates.ban(history.id(at));
    }
  }

  @Override
  public String name() {
    return "no repeated " + n + "-gram";
  }
}
