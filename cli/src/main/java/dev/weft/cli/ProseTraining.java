package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weft.examples.data.Split;
import dev.weft.nn.Noise;
import dev.weft.nn.Place;
import dev.weft.nn.train.Objective;
import dev.weft.rnn.LanguageModelConfig;
import dev.weft.rnn.LanguageModelFolder;
import dev.weft.rnn.Level;
import dev.weft.rnn.RnnConfig;
import dev.weft.rnn.RnnLanguageModel;
import dev.weft.rnn.Score;
import dev.weft.rnn.TokenStream;
import dev.weft.rnn.TruncatedBptt;
import dev.weft.rnn.Vectorizer;
import dev.weft.rnn.Vocabulary;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Gating;
import dev.weft.tensor.ParameterSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// Trains a recurrent language model on the words of a text, and holds it against n-grams.
///
/// @param text in pieces
/// @param vocabulary most ids
/// @param window steps of a row that an update is made from
/// @param say tells the user a line
record ProseTraining(
    Split<String> text,
    int vocabulary,
    NetworkFlags size,
    int window,
    EpochFlags flags,
    Consumer<String> say) {

  /// How a model finds the words and the ends of the test part's pieces, each read from its start.
  ///
  /// @param loss mean of −ln P
  /// @param unknown share of the test part's words that are not in the vocabulary
  record Report(
      double loss, Ngrams trigrams, Ngrams fourgrams, double unknown, EpochTraining.Result training)
      implements EpochOptions.Report {
    @Override
    public List<String> lines() {
      return List.of(
          String.format(Locale.ROOT, "test part, %.1f %% unknown words  perplexity", 100 * unknown),
          row("this network", StrictMath.exp(loss)),
          row("4-gram", fourgrams.perplexity()),
          row("3-gram", trigrams.perplexity()));
    }

    private static String row(String name, double perplexity) {
      return String.format(Locale.ROOT, "%-30s  %10.2f", name, perplexity);
    }

    @Override
    public void write(JsonGenerator line) throws IOException {
      line.writeNumberField("perplexity", StrictMath.exp(loss));
      line.writeNumberField("loss", loss);
      line.writeNumberField("baseline_perplexity", trigrams.perplexity());
      line.writeNumberField("baseline_4_gram_perplexity", fourgrams.perplexity());
      line.writeNumberField("unknown_share", unknown);
      line.writeNumberField("epochs", training.epochs());
      line.writeNumberField("seconds", training.seconds());
    }
  }

  /// Trains, writes model, log and curves into `out`, and measures on the test part.
  Report train(Device device, Path out) throws IOException {
    Vectorizer words = Vectorizer.fit(Level.WORDS, text.training(), 1, vocabulary);
    Split<int[]> ids = text.map(words::vectorize);
    TokenStream stream = stream(ids.training());
    Noise noise = new Noise(flags.seed());
    try (var parameters = new ParameterSet("lm", device, DType.F32)) {
      RnnLanguageModel model =
          new RnnLanguageModel(Place.in(parameters), config(words.vocabularySize()), noise);
      parameters.allocate(flags.seed());
      say.accept(
          String.format(
              Locale.ROOT,
              "%,d words for training, %,d for validation, %,d for test; vocabulary of %,d;"
                  + " %,d parameters; %s",
              count(ids.training()),
              count(ids.validation()),
              count(ids.test()),
              words.vocabularySize(),
              parameters.count(),
              device.description()));
      EpochTraining.Result result;
      try (var bptt = new TruncatedBptt(model, stream, window, window)) {
        result =
            new EpochTraining(
                    model,
                    parameters,
                    noise,
                    () -> LanguageModelFolder.save(out, model, words, List.of()),
                    flags,
                    say)
                .train(
                    new EpochTraining.Batches(bptt, bptt.windows()),
                    new EpochTraining.Batches(
                        number -> loss(model, ids.validation().get((int) number)),
                        ids.validation().size()),
                    out,
                    "Prose: loss per word");
      }
      return new Report(
          score(model, ids.test()),
          ngrams(3, words, ids),
          ngrams(4, words, ids),
          unknown(ids.test()),
          result);
    }
  }

  private TokenStream stream(List<int[]> pieces) {
    int[] all = pieces.stream().flatMapToInt(Arrays::stream).toArray();
    try {
      return new TokenStream(all, flags.rows());
    } catch (IllegalArgumentException e) {
      throw Failure.user("--batch " + flags.rows() + ": " + e.getMessage(), e);
    }
  }

  private LanguageModelConfig config(int ids) {
    RnnConfig rnn =
        RnnConfig.of(Gating.LSTM, size.hidden(), size.hidden())
            .withLayers(size.layers())
            .withDropout(size.dropout());
    return LanguageModelConfig.of(ids, rnn).withDropout(size.dropout()).withTied(true);
  }

  /// The loss of one piece from its start; one by one, since the logits of all take much memory.
  private static Objective.Batch loss(RnnLanguageModel model, int[] piece) {
    return model.loss(new int[][] {piece}, new int[] {piece.length});
  }

  private static double score(RnnLanguageModel model, List<int[]> pieces) {
    double sum = 0;
    long tokens = 0;
    for (int[] piece : pieces) {
      Score score = Score.of(model, new int[][] {piece});
      sum += score.loss();
      tokens += score.tokens();
    }
    return sum / tokens;
  }

  private static Ngrams ngrams(int order, Vectorizer words, Split<int[]> ids) {
    return Ngrams.score(
        order,
        words.vocabularySize(),
        ids.training().toArray(int[][]::new),
        ids.test().toArray(int[][]::new));
  }

  private static long count(List<int[]> pieces) {
    return pieces.stream().mapToLong(piece -> piece.length - 2).sum(); // without start and end
  }

  private static double unknown(List<int[]> pieces) {
    long unknown =
        pieces.stream().flatMapToInt(Arrays::stream).filter(id -> id == Vocabulary.UNK).count();
    return (double) unknown / count(pieces);
  }
}
