package dev.weft.decoding;

import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Generates continuations with any model. Rows that finish are dropped and cost nothing more.
///
/// The random number of a draw is a function of the seed, the row's sequence number and the
/// position of the token alone, so that a batch gives what its rows give one by one.
///
/// @param sampler from logits to ids
/// @param stops the first that says so ends a row; a full context always does
/// @param seed of all draws
/// @param tokenizer for text and stop strings, or null
/// @param skipSpecialTokens leaves `<|endoftext|>` and the like out of the text
/// @param listener hears of each token
public record Generator(
    Sampler sampler,
    List<Stop> stops,
    long seed,
    Tokenizer tokenizer,
    boolean skipSpecialTokens,
    Listener listener) {
  public Generator {
    stops = List.copyOf(stops);
  }

  /// A generator of at most `maxTokens` tokens, without text.
  public Generator(Sampler sampler, long seed, int maxTokens) {
    this(sampler, List.of(Stop.maxTokens(maxTokens)), seed, null, false, Listener.NONE);
  }

  /// With one more stop rule, asked before the others.
  public Generator stop(Stop stop) {
    List<Stop> more = new ArrayList<>(stops);
    more.add(0, stop);
    return new Generator(sampler, more, seed, tokenizer, skipSpecialTokens, listener);
  }

  /// With text: `tokenizer` decodes what is generated.
  public Generator tokenizer(Tokenizer tokenizer, boolean skipSpecialTokens) {
    return new Generator(sampler, stops, seed, tokenizer, skipSpecialTokens, listener);
  }

  /// With a listener.
  public Generator listener(Listener listener) {
    return new Generator(sampler, stops, seed, tokenizer, skipSpecialTokens, listener);
  }

  /// The continuation of one prompt, which is sequence number 0.
  public Continuation generate(LanguageModel model, int... prompt) {
    return generate(model, prompt, 1).get(0);
  }

  /// `n` continuations of one prompt, sequences 0 … n − 1; the prompt is computed once.
  public List<Continuation> generate(LanguageModel model, int[] prompt, int n) {
    if (n < 1) {
      throw new IllegalArgumentException("generate: n must be at least 1 but is " + n);
    }
    int[][] prompts = new int[n][];
    Arrays.fill(prompts, prompt);
    try (GeneratorRun run = new GeneratorRun(this, model, prompts)) {
      if (run.going()) {
        try (LanguageModel.Session session = model.open(1)) {
          run.draw(session.feed(new int[][] {prompt}));
          run.continueFrom(session);
        }
      }
      return run.results();
    }
  }

  /// Of `n` continuations of one prompt the one of the largest mean log-probability a token; of
  /// equal ones the first. "Best of n" in the report on GPT-2 (Radford et al., 2019).
  public Continuation bestOf(LanguageModel model, int[] prompt, int n) {
    Continuation best = null;
    for (Continuation other : generate(model, prompt, n)) {
      boolean better = best == null || other.meanLogProbability() > best.meanLogProbability();
      best = better ? other : best;
    }
    return best;
  }

  /// Draws generated token number `token` (from 0) of a continuation again, alone: what it is
  /// depends on the seed, the number of the sequence and the ids before it only.
  public int drawAgain(LanguageModel model, Continuation of, int token, int sequence) {
    Objects.checkIndex(token, of.generated().length);
    History history = new History(Arrays.copyOf(of.ids(), of.promptLength()));
    for (int i = 0; i < token; i++) {
      history.append(of.ids()[of.promptLength() + i]);
    }
    try (Scope _ = Scope.noGrad();
        Drawing drawing = new Drawing(sampler, seed, model.vocabularySize())) {
      Tensor logits = model.logits(new int[][] {history.toArray()});
      return drawing.draw(logits, List.of(history), new int[] {sequence}).ids()[0];
    }
  }

  /// Why each token of a continuation was drawn: its decisions, made again. The model must be the
  /// one that wrote it, and this the generator.
  ///
  /// @param sequence the number of the continuation's sequence
  /// @param best how many of the likeliest tokens each record shows, beside the chosen one and the
  ///     runner-up
  public List<Decision> explain(LanguageModel model, Continuation of, int sequence, int best) {
    List<Decision> decisions = new ArrayList<>();
    int[] prompt = Arrays.copyOf(of.ids(), of.promptLength());
    History history = new History(prompt);
    try (Drawing drawing = new Drawing(sampler, seed, model.vocabularySize());
        LanguageModel.Session session = model.open(1)) {
      int[] next = prompt;
      for (int id : of.generated()) {
        Tensor logits = session.feed(new int[][] {next});
        Decision decision = drawing.decide(logits, history, sequence, best);
        if (decision.chosen() != id) {
          throw new IllegalArgumentException(
              "explain: at position "
                  + history.length()
                  + " the continuation has id "
                  + id
                  + " but this model and generator draw "
                  + decision.chosen()
                  + " for sequence "
                  + sequence);
        }
        decisions.add(decision);
        history.append(id);
        next = new int[] {id};
      }
    }
    return decisions;
  }

  /// One continuation of each prompt, side by side; prompt number r is sequence r.
  public List<Continuation> generateAll(LanguageModel model, int[][] prompts) {
    try (GeneratorRun run = new GeneratorRun(this, model, prompts)) {
      if (run.going()) {
        try (LanguageModel.Session session = model.open(run.prompts().length)) {
          run.draw(session.feed(run.prompts()));
          run.continueIn(session);
        }
      }
      return run.results();
    }
  }

  /// Goes on in a session of one row, whose ids must be a proper prefix of `history`; throws with
  /// both lists otherwise. Afterwards the session holds all ids but the last.
  public Continuation resume(LanguageModel.Session session, int... history) {
    int[] missing = HeldPrefix.missing(session, history);
    try (GeneratorRun run = new GeneratorRun(this, session.model(), new int[][] {history})) {
      if (run.going()) {
        run.draw(session.feed(new int[][] {missing}));
        run.continueIn(session);
      }
      return run.results().get(0);
    }
  }
}
