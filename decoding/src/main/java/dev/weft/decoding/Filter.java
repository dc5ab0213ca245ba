package dev.weft.decoding;

/// Changes what may come next. A list of filters is applied in the order of the list.
@FunctionalInterface
public interface Filter {
  /// Changes the candidates' logits, or keeps fewer of them.
  void apply(Candidates candidates, History history);
}
