package dev.weft.decoding;

import dev.weft.tensor.Philox;
import dev.weft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/// The calls of a text on sampling, one by one: pure functions over an array of logits, and the two
/// drivers. None changes its input. Whatever these offer, [Generator] offers too, for many rows and
/// with any list of filters.
public final class Sampling {
  /// The k of [#sampleTopK(float[], Philox)].
  public static final int DEFAULT_TOP_K = 10;

  /// The p of [#sampleTopP(float[], Philox)].
  public static final double DEFAULT_TOP_P = 0.9;

  private Sampling() {}

  // ---- one distribution -----------------------------------------------------------------------

  /// The most likely id; of equal ones the smallest. Throws for NaN or nothing but −∞.
  public static int greedySearch(float[] logits) {
    return Sampler.GREEDY.next(candidates(logits), new History(), 0);
  }

  /// logits / temperature, which must be above 0.
  public static float[] applyTemperature(float[] logits, double temperature) {
    return apply(new Temperature(temperature), logits, new History());
  }

  /// logits − freqPenalty · (times that the token stands in `inputIds`). Throws for an id outside
  /// the logits.
  public static float[] applyFreqPenalty(int[] inputIds, float[] logits, double freqPenalty) {
    return apply(new FrequencyPenalty(freqPenalty), logits, new History(inputIds));
  }

  /// A draw from unnormalised log-probabilities; takes one number of `random`.
  public static int sampleBasic(float[] logits, Philox random) {
    return Categorical.draw(candidates(logits), random.nextUniform());
  }

  /// A draw from the `topK` most likely; takes one number of `random`.
  public static int sampleTopK(float[] logits, int topK, Philox random) {
    return sample(new TopK(topK), logits, random);
  }

  /// A draw from the [#DEFAULT_TOP_K] most likely.
  public static int sampleTopK(float[] logits, Philox random) {
    return sampleTopK(logits, DEFAULT_TOP_K, random);
  }

  /// A draw from the nucleus of probability [#DEFAULT_TOP_P].
  public static int sampleTopP(float[] logits, Philox random) {
    return sampleTopP(logits, DEFAULT_TOP_P, random);
  }

  /// A draw from the nucleus of probability `topP`; takes one number of `random`.
  public static int sampleTopP(float[] logits, double topP, Philox random) {
    return sample(new TopP(topP), logits, random);
  }

  /// A draw from the nucleus by a given rule; takes one number of `random`.
  public static int sampleTopP(float[] logits, double topP, NucleusRule rule, Philox random) {
    return sample(new TopP(topP, rule), logits, random);
  }

  /// The logits after one filter; what it removed is −∞.
  public static float[] apply(Filter filter, float[] logits, History history) {
    Candidates candidates = candidates(logits);
    filter.apply(candidates, history);
    return candidates.toLogits();
  }

  private static int sample(Filter filter, float[] logits, Philox random) {
    Candidates candidates = candidates(logits);
    filter.apply(candidates, new History());
    return Categorical.draw(candidates, random.nextUniform());
  }

  private static Candidates candidates(float[] logits) {
    return new Candidates().load(logits, 0, logits.length);
  }

  // ---- probabilities instead of logits --------------------------------------------------------

  /// The probabilities sharpened or flattened by a temperature: p^(1/T), normalised, in double. 0
  /// stays 0, and a temperature of 0 gives the likeliest all. Throws for a negative temperature or
  /// probability, NaN, and a sum more than 0.001 away from 1.
  public static double[] applyTemperature(double[] probabilities, double temperature) {
    return Probabilities.at(probabilities, temperature);
  }

  /// An index drawn by probabilities at a temperature, as [#applyTemperature(double[], double)]
  /// has them; takes one number of `random`.
  public static int sample(double[] probabilities, double temperature, Philox random) {
    return Probabilities.draw(Probabilities.at(probabilities, temperature), random.nextUniform());
  }

  /// The same for floats.
  public static int sample(float[] probabilities, double temperature, Philox random) {
    double[] doubles = new double[probabilities.length];
    Arrays.setAll(doubles, i -> probabilities[i]);
    return sample(doubles, temperature, random);
  }

  /// The same for a list.
  public static int sample(List<Double> probabilities, double temperature, Philox random) {
    double[] doubles = probabilities.stream().mapToDouble(p -> p).toArray();
    return sample(doubles, temperature, random);
  }

  /// The same draw as a one-hot vector: 1 at the index, 0 elsewhere.
  public static int[] sampleOneHot(double[] probabilities, double temperature, Philox random) {
    int[] oneHot = new int[probabilities.length];
    oneHot[sample(probabilities, temperature, random)] = 1;
    return oneHot;
  }

  // ---- a model's next token -------------------------------------------------------------------

  /// The id that follows `inputIds`, with all defaults.
  public static int sampleNextToken(LanguageModel model, int... inputIds) {
    return sampleNextToken(model, inputIds, SamplingOptions.DEFAULT);
  }

  /// The id that follows `inputIds`, from a forward pass over all of them.
  public static int sampleNextToken(LanguageModel model, int[] inputIds, SamplingOptions options) {
    try (LanguageModel.Session session = new Replay(model).open(1)) {
      return next(session, inputIds, options);
    }
  }

  /// The id that follows `inputIds`, an I32 sequence (T).
  public static int sampleNextToken(LanguageModel model, Tensor inputIds, SamplingOptions options) {
    if (inputIds.shape().rank() != 1) {
      throw new IllegalArgumentException(
          "input_ids should be a 1D sequence of token ids but is " + inputIds.shape());
    }
    return sampleNextToken(model, inputIds.toInts(), options);
  }

  /// The id that follows `inputIds`, the whole history: the session, one row of `model`, is fed the
  /// ids that it doesn't hold yet. Throws unless what it holds is a proper prefix.
  public static int sampleNextToken(
      LanguageModel model, int[] inputIds, SamplingOptions options, LanguageModel.Session session) {
    HeldPrefix.requireSameModel(model, session);
    return next(session, inputIds, options);
  }

  private static int next(LanguageModel.Session session, int[] inputIds, SamplingOptions options) {
    return new Generator(options.sampler(), options.seed(), 1)
        .resume(session, inputIds)
        .generated()[0];
  }

  // ---- a model's continuation of a text -------------------------------------------------------

  /// Prompt and continuation, decoded together, with all defaults.
  public static String sampleTokens(LanguageModel model, Tokenizer tokenizer, String initialText) {
    return sampleTokens(model, tokenizer, initialText, SamplingOptions.DEFAULT);
  }

  /// Prompt and continuation, decoded together; every step runs the model over all ids.
  public static String sampleTokens(
      LanguageModel model, Tokenizer tokenizer, String initialText, SamplingOptions options) {
    try (LanguageModel.Session session = new Replay(model).open(1)) {
      return continueText(session, tokenizer, initialText, options);
    }
  }

  /// As [#sampleTokens(LanguageModel, Tokenizer, String, SamplingOptions)], to the bit, with a
  /// session of its own to be faster.
  public static String sampleTokensWithCache(
      LanguageModel model, Tokenizer tokenizer, String initialText, SamplingOptions options) {
    try (LanguageModel.Session session = model.open(1)) {
      return continueText(session, tokenizer, initialText, options);
    }
  }

  /// The same with a session of the caller, one row of `model`, which may hold the beginning of the
  /// text; throws unless what it holds is a proper prefix.
  public static String sampleTokens(
      LanguageModel model,
      Tokenizer tokenizer,
      String initialText,
      SamplingOptions options,
      LanguageModel.Session session) {
    HeldPrefix.requireSameModel(model, session);
    return continueText(session, tokenizer, initialText, options);
  }

  private static String continueText(
      LanguageModel.Session session,
      Tokenizer tokenizer,
      String initialText,
      SamplingOptions options) {
    Generator generator =
        new Generator(options.sampler(), options.seed(), options.maxTokensGenerated())
            .tokenizer(tokenizer, options.skipSpecialTokens())
            .listener(options.listener());
    if (options.stopAtEos()) {
      generator = generator.stop(Stop.endTokens(tokenizer.endOfText()));
    }
    int[] ids = generator.resume(session, tokenizer.encode(initialText)).ids();
    return tokenizer.decode(ids, options.skipSpecialTokens());
  }

  /// The text in double quotes with newlines, control characters, quotes and backslashes escaped,
  /// to be printed on one line.
  public static String repr(String text) {
    StringBuilder escaped = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> escaped.append("\\n");
        case '\r' -> escaped.append("\\r");
        case '\t' -> escaped.append("\\t");
        case '"', '\\' -> escaped.append('\\').append(c);
        default -> {
          if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
            escaped.append(String.format("\\u%04x", (int) c));
          } else {
            escaped.append(c);
          }
        }
      }
    }
    return escaped.append('"').toString();
  }
}
