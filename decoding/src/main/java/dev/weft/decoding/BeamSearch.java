package dev.weft.decoding;

import java.util.Arrays;
import java.util.List;

/// The continuations that a model finds likeliest, searched for with a beam: of all one-token
/// continuations of K prefixes the best K go on, step by step (Lowerre, 1976, "The HARPY speech
/// recognition system"). Candidates are walked from the best to the worst: those that end are set
/// aside with their score, the others fill the next beam, and the walk ends when it is full.
///
/// Nothing is random and nothing depends on threads: candidates are totally ordered by score,
/// larger first, then beam, then token id, smaller first. Scores are sums of log-probabilities in
/// double. Logits stay on the device; each row sends its best few tokens, which is enough, as what
/// isn't among a row's best cannot be among the best of all.
///
/// The same search runs with a model's cache or, through [Replay], without, to the same bits.
///
/// ```java
/// List<ScoredSequence> best =
///     new BeamSearch(6, 2, 20).endTokens(tokenizer.endOfText()).search(model, prompt);
/// ```
///
/// Instances don't change; each setting gives a new one.
public final class BeamSearch {
  private final int beams;
  private final int returned;
  private final int maxNewTokens;
  private int[] endTokens = {};
  private int[] banned = {};
  private EarlyStop earlyStop = EarlyStop.RETURNED_COUNT;
  private double lengthPenalty;
  private int groups = 1;
  private double diversityPenalty;
  private int noRepeatNgram;
  private int minNewTokens;
  private boolean includeEos = true;
  private boolean rankAll;
  private BeamListener listener = BeamListener.NONE;

  /// A search with `beams` live prefixes for the `returned` best sequences of at most
  /// `maxNewTokens` tokens after the prompt. Throws unless 1 ≤ returned ≤ beams and maxNewTokens ≥
  /// 1.
  public BeamSearch(int beams, int returned, int maxNewTokens) {
    if (returned < 1 || returned > beams) {
      throw new IllegalArgumentException(
          "beam search: returned sequences must be 1 … beams but are "
              + returned
              + " of "
              + beams
              + " beams");
    }
    this.beams = beams;
    this.returned = returned;
    this.maxNewTokens = atLeast("max new tokens", 1, maxNewTokens);
  }

  private BeamSearch(BeamSearch from) {
    beams = from.beams;
    returned = from.returned;
    maxNewTokens = from.maxNewTokens;
    endTokens = from.endTokens;
    banned = from.banned;
    earlyStop = from.earlyStop;
    lengthPenalty = from.lengthPenalty;
    groups = from.groups;
    diversityPenalty = from.diversityPenalty;
    noRepeatNgram = from.noRepeatNgram;
    minNewTokens = from.minNewTokens;
    includeEos = from.includeEos;
    rankAll = from.rankAll;
    listener = from.listener;
  }

  /// Tokens after which a sequence is finished; none by default.
  public BeamSearch endTokens(int... ids) {
    BeamSearch changed = new BeamSearch(this);
    changed.endTokens = Arrays.stream(ids).sorted().distinct().toArray();
    return changed;
  }

  /// Tokens that no sequence gets; none by default. The scores of the others stay as they are.
  public BeamSearch without(int... ids) {
    BeamSearch changed = new BeamSearch(this);
    changed.banned = Arrays.stream(ids).sorted().distinct().toArray();
    return changed;
  }

  /// When to stop before the limit; [EarlyStop#RETURNED_COUNT] by default.
  public BeamSearch earlyStop(EarlyStop policy) {
    BeamSearch changed = new BeamSearch(this);
    changed.earlyStop = policy;
    return changed;
  }

  /// Ranks results by log-probability / length^penalty, the length being that of the generated
  /// tokens, the end token included: above 0 favours long sequences, below 0 short ones. 0, the
  /// default, is none; Hugging Face's default is 1.
  public BeamSearch lengthPenalty(double penalty) {
    if (!Double.isFinite(penalty)) {
      throw new IllegalArgumentException("length penalty must be finite but is " + penalty);
    }
    BeamSearch changed = new BeamSearch(this);
    changed.lengthPenalty = penalty;
    return changed;
  }

  /// Diverse beam search (Vijayakumar et al., 2018): `groups` beams of K / groups each advance one
  /// after another within a step, and a candidate is ranked lower by `penalty` for each beam of an
  /// earlier group that took the same token in this step (Hamming diversity). The penalty ranks
  /// candidates and enters no score. [EarlyStop]'s last three hold for each group by itself.
  ///
  /// Throws unless `groups` divides the beams and the penalty is at least 0.
  public BeamSearch diverse(int groups, double penalty) {
    if (groups < 1 || beams % groups != 0) {
      throw new IllegalArgumentException(
          "beam search: groups must divide the beams but are " + groups + " for " + beams);
    }
    if (!(penalty >= 0 && penalty < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "diversity penalty must be at least 0 and finite but is " + penalty);
    }
    BeamSearch changed = new BeamSearch(this);
    changed.groups = groups;
    changed.diversityPenalty = penalty;
    return changed;
  }

  /// Lets no sequence, its prompt included, hold any `n` tokens twice in the same order; 0, the
  /// default, is off.
  public BeamSearch noRepeatNgram(int n) {
    BeamSearch changed = new BeamSearch(this);
    changed.noRepeatNgram = atLeast("no-repeat n-gram", 0, n);
    return changed;
  }

  /// Lets no sequence end before it has `count` generated tokens, the end token included; 0 by
  /// default.
  public BeamSearch minNewTokens(int count) {
    if (count > maxNewTokens) {
      throw new IllegalArgumentException(
          "min new tokens must be at most max new tokens but is "
              + count
              + " of at most "
              + maxNewTokens);
    }
    BeamSearch changed = new BeamSearch(this);
    changed.minNewTokens = atLeast("min new tokens", 0, count);
    return changed;
  }

  /// Whether finished sequences are returned with their end token; yes by default. Scores have it
  /// either way.
  public BeamSearch includeEos(boolean include) {
    BeamSearch changed = new BeamSearch(this);
    changed.includeEos = include;
    return changed;
  }

  /// Whether, at the limit, live beams compete with finished sequences by score; by default they
  /// only fill up what finished ones leave.
  public BeamSearch rankAll(boolean all) {
    BeamSearch changed = new BeamSearch(this);
    changed.rankAll = all;
    return changed;
  }

  /// With a listener, which hears of the live beams after each step; none by default.
  public BeamSearch listener(BeamListener hears) {
    BeamSearch changed = new BeamSearch(this);
    changed.listener = hears;
    return changed;
  }

  /// The best continuations of a prompt, by descending score; fewer than asked for only where the
  /// model has no more. Throws for an empty prompt, an id outside the vocabulary, a prompt beyond
  /// the context, and logits that are NaN or +∞.
  ///
  /// A full context ends the search like the limit of tokens.
  public List<ScoredSequence> search(LanguageModel model, int... prompt) {
    return new BeamRun(this, model, prompt, null)
        .run().stream().map(BeamTree.Result::sequence).toList();
  }

  /// As [#search], with everything that was considered on the way.
  public BeamTree trace(LanguageModel model, int... prompt) {
    BeamTrace trace = new BeamTrace();
    List<BeamTree.Result> results = new BeamRun(this, model, prompt, trace).run();
    return new BeamTree(prompt.clone(), trace.nodes(), results);
  }

  /// The best outputs of a decoder that begins with a start token and needs no prompt, such as that
  /// of an encoder–decoder; their [ScoredSequence#generated] is without it.
  public List<ScoredSequence> searchFrom(LanguageModel model, int startToken) {
    return search(model, startToken);
  }

  int beams() {
    return beams;
  }

  int returned() {
    return returned;
  }

  int maxNewTokens() {
    return maxNewTokens;
  }

  int ends() {
    return endTokens.length;
  }

  /// Candidates of a step that a trace shows: the best 2K, so that K can go on where each beam also
  /// has one that ends; more with several end tokens.
  int considered(int width) {
    return width * Math.max(2, 1 + ends());
  }

  BeamListener listener() {
    return listener;
  }

  void requireEndTokensIn(LanguageModel model) {
    for (int id : endTokens) {
      if (id < 0 || id >= model.vocabularySize()) {
        throw new IllegalArgumentException(
            "beam search: end token "
                + id
                + " is outside 0 … "
                + (model.vocabularySize() - 1)
                + " of "
                + model);
      }
    }
  }

  int bans() {
    return banned.length;
  }

  boolean bans(int id) {
    return Arrays.binarySearch(banned, id) >= 0;
  }

  boolean isEnd(int id) {
    return Arrays.binarySearch(endTokens, id) >= 0;
  }

  EarlyStop earlyStop() {
    return earlyStop;
  }

  int groups() {
    return groups;
  }

  double diversityPenalty() {
    return diversityPenalty;
  }

  int noRepeatNgram() {
    return noRepeatNgram;
  }

  int minNewTokens() {
    return minNewTokens;
  }

  boolean includeEos() {
    return includeEos;
  }

  boolean rankAll() {
    return rankAll;
  }

  double lengthPenalty() {
    return lengthPenalty;
  }

  /// What a sequence of `length` generated tokens is ranked by.
  double rank(double logProbability, int length) {
    return lengthPenalty == 0
        ? logProbability
        : logProbability / StrictMath.pow(length, lengthPenalty);
  }

  private static int atLeast(String what, int least, int value) {
    if (value < least) {
      throw new IllegalArgumentException(
          "beam search: " + what + " must be at least " + least + " but is " + value);
    }
    return value;
  }
}
