package dev.weft.decoding;

import java.util.List;

/// Why a token was chosen: what each stage did, and who was cut by what. Plain data, made by
/// [Sampler#decide].
///
/// @param step the position of the token: ids before it, prompt included
/// @param uniform the random number of the draw, in [0, 1)
/// @param chosen the id that was drawn, as [Sampler#next] draws it
/// @param runnerUp of the others the likeliest at the end, or −1 where nothing else was possible
/// @param stages in the order in which they ran
/// @param skipped what was asked for and not done, [Sampler#skipped]
/// @param tokens the likeliest for the model, and beside them the chosen one and the runner-up, by
///     rank
public record Decision(
    int step,
    double uniform,
    int chosen,
    int runnerUp,
    List<Stage> stages,
    List<String> skipped,
    List<Token> tokens) {
  /// One filter.
  ///
  /// @param name [Filter#name]
  /// @param before tokens that were possible before it
  /// @param after tokens that were possible after it
  /// @param keptMass which share of the probability, by the logits before it, those hold that it
  ///     left; 1 where it cut nothing
  public record Stage(String name, int before, int after, double keptMass) {}

  /// One token.
  ///
  /// @param id in the vocabulary
  /// @param rank how many tokens the model finds likelier; of equal ones the smaller id is first
  /// @param logit the model's
  /// @param modelProbability by the model's logits alone
  /// @param logits after each stage; those of a token that was cut end before the stage that cut it
  ///     for good
  /// @param probability at the end; exactly 0 for one that was cut
  /// @param cutBy the name of the stage that cut it, or null
  public record Token(
      int id,
      int rank,
      double logit,
      double modelProbability,
      List<Double> logits,
      double probability,
      String cutBy) {
    public Token {
      logits = List.copyOf(logits);
    }
  }

  public Decision {
    stages = List.copyOf(stages);
    skipped = List.copyOf(skipped);
    tokens = List.copyOf(tokens);
  }

  /// The token of an id among those shown; throws for another.
  public Token token(int id) {
    return tokens.stream()
        .filter(token -> token.id() == id)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "decision: id " + id + " is not among the tokens shown; ask for more"));
  }

  /// Two tables: the stages with what they left, and the tokens with their logit after each stage,
  /// numbered as above, or the number of the stage that cut them.
  public String toText(Tokenizer tokenizer) {
    return new DecisionText(this, tokenizer).toString();
  }
}
