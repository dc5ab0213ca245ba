package dev.weft.decoding;

/// Leaves one id as the only candidate at one place of the generated text, with a logit of 0, even
/// where a filter before it had cut that id.
///
/// @param place generated tokens before it, from 0
/// @param id the forced id
public record ForcedToken(int place, int id) implements Filter {
  public ForcedToken {
    if (place < 0) {
      throw new IllegalArgumentException("forced token: the place must be ≥ 0 but is " + place);
    }
  }

  /// As the first generated token.
  public static ForcedToken first(int id) {
    return new ForcedToken(0, id);
  }

  /// As the last of at most `maxTokens` generated tokens, at least 1.
  public static ForcedToken last(int id, int maxTokens) {
    return new ForcedToken(maxTokens - 1, id);
  }

  /// Throws for an id outside the vocabulary.
  @Override
  public void apply(Candidates candidates, History history) {
    candidates.requireInVocabulary("forced token", id);
    if (history.generated() == place) {
      candidates.keepOnly(id);
    }
  }

  @Override
  public String name() {
    return "forced token " + id;
  }
}
