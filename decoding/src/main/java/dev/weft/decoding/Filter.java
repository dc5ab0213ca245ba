package dev.weft.decoding;

/// Changes what may come next. A list of filters is applied in the order of the list. A filter sees
/// copies: the model's logits and the history stay as they are.
@FunctionalInterface
public interface Filter {
  /// Changes the candidates' logits, or keeps fewer of them.
  void apply(Candidates candidates, History history);

  /// What a [Decision] calls it: a word or two and the parameter, such as `top-k 40`.
  default String name() {
    return "filter";
  }
}
