package dev.weft.cli;

import dev.weft.decoding.BeamSearch;
import dev.weft.decoding.EarlyStop;
import dev.weft.decoding.ScoredSequence;
import dev.weft.examples.chart.LineChart;
import dev.weft.examples.chart.LineChart.Line;
import dev.weft.examples.data.Reversals;
import dev.weft.nn.Place;
import dev.weft.nn.optim.Adam;
import dev.weft.nn.optim.EarlyStopping;
import dev.weft.nn.optim.Schedule;
import dev.weft.nn.train.Objective;
import dev.weft.nn.train.ProgressLine;
import dev.weft.nn.train.StepLog;
import dev.weft.nn.train.Trainer;
import dev.weft.rnn.EncodedSource;
import dev.weft.rnn.EncoderDecoder;
import dev.weft.rnn.EncoderDecoderConfig;
import dev.weft.rnn.EncoderDecoderFolder;
import dev.weft.rnn.Forcing;
import dev.weft.rnn.Level;
import dev.weft.rnn.PaddedBatch;
import dev.weft.rnn.StepLosses;
import dev.weft.rnn.Vectorizer;
import dev.weft.rnn.Vocabulary;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Gating;
import dev.weft.tensor.ParameterSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/// An encoder–decoder and the words that it learns to write backwards.
final class Seq2seqTraining implements AutoCloseable {
  private static final int EMBEDDING = 32;
  private static final int EVALUATIONS = 20;
  private static final int PATIENCE = 6;

  /// Words that [#searched] looks at.
  static final int SEARCHED = 200;

  private final Reversals words;
  private final Vectorizer vectorizer;
  private final ParameterSet parameters;
  private final EncoderDecoder model;

  /// How a training ended.
  ///
  /// @param steps that were done
  /// @param loss of the last one
  record Result(long steps, double loss) {}

  /// @param hidden units of the LSTM on either side
  Seq2seqTraining(Device device, Reversals words, int hidden, long seed) {
    this.words = words;
    vectorizer = new Vectorizer(Level.CHARACTERS, Vocabulary.of(words.alphabet()));
    parameters = new ParameterSet("seq2seq", device, DType.F32);
    int size = vectorizer.vocabularySize();
    EncoderDecoderConfig config = EncoderDecoderConfig.of(Gating.LSTM, size, EMBEDDING, hidden);
    model = new EncoderDecoder(Place.in(parameters), config, null);
    parameters.allocate(seed);
  }

  /// Numbers that are trained.
  long count() {
    return parameters.count();
  }

  /// Trains, keeps the weights of the best validation, and leaves model, log and curves in `out`.
  Result train(int steps, int rows, double rate, Forcing forcing, Path out) throws IOException {
    int warmUp = Math.min(100, steps - 1);
    Curves curves = new Curves();
    try (EarlyStopping stopping = new EarlyStopping(parameters, PATIENCE, 0)) {
      Trainer trainer =
          new Trainer(
                  model,
                  new Adam(parameters),
                  Schedule.cosine(rate, rate / 10, warmUp, steps),
                  number -> loss(words.batch((int) number, rows), forcing, number))
              .clip(1)
              .evaluate(
                  _ -> loss(words.validation(), Forcing.ALWAYS, 0),
                  1,
                  Math.max(1, steps / EVALUATIONS))
              .stopEarly(stopping)
              .listen(StepLog.csv(out.resolve("train.csv")))
              .listen(curves)
              .listen(new BestKept(stopping, () -> save(out)))
              .listen(new ProgressLine());
      Trainer.Result result = trainer.train(steps);
      trainer.restoreBest();
      save(out);
      curves.write(out, "Reversing words: loss with teacher forcing");
      return new Result(result.steps(), result.loss());
    }
  }

  private void save(Path out) throws IOException {
    EncoderDecoderFolder.save(out, model, vectorizer, vectorizer);
  }

  private Objective.Batch loss(List<String> batch, Forcing forcing, long step) {
    PaddedBatch targets = targets(batch);
    long ids = IntStream.of(targets.lengths()).sum() - (long) targets.rows();
    return new Objective.Batch(model.loss(sources(batch), targets, forcing, step), ids);
  }

  private PaddedBatch sources(List<String> batch) {
    return PaddedBatch.of(batch.stream().map(vectorizer::ids).toArray(int[][]::new));
  }

  private PaddedBatch targets(List<String> batch) {
    return PaddedBatch.of(
        batch.stream()
            .map(word -> vectorizer.vectorize(Reversals.reversed(word)))
            .toArray(int[][]::new));
  }

  /// What the model writes for each word, running free.
  List<String> written(List<String> batch) {
    int longest = batch.stream().mapToInt(String::length).max().orElse(0);
    return vectorizer.texts(model.generate(sources(batch), 2 * longest + 1));
  }

  /// The share of the test words that come out backwards, every letter right.
  double exact() {
    List<String> written = written(words.test());
    ToIntFunction<Integer> right =
        i -> written.get(i).equals(Reversals.reversed(words.test().get(i))) ? 1 : 0;
    return IntStream.range(0, written.size()).boxed().mapToInt(right).average().orElse(0);
  }

  /// What searching wider gives.
  ///
  /// @param beams live sequences; 1 is greedy
  /// @param logProbability of what is found, the mean over the words
  /// @param exact share of the words that come out backwards
  record Searched(int beams, double logProbability, double exact) {}

  /// The first test words, each written by a search of `beams` beams.
  Searched searched(int beams) {
    List<String> some = words.test().subList(0, Math.min(SEARCHED, words.test().size()));
    double logProbability = 0;
    double exact = 0;
    for (String word : some) {
      BeamSearch search =
          new BeamSearch(beams, 1, 2 * word.length() + 1)
              .endTokens(Vocabulary.END)
              .earlyStop(EarlyStop.NEVER); // the first word to end needn't be the likeliest
      try (EncodedSource decoder = model.given(vectorizer.ids(word))) {
        ScoredSequence best = search.searchFrom(decoder, Vocabulary.START).get(0);
        String written = vectorizer.decode(best.generated(), true);
        logProbability += best.logProbability() / some.size();
        exact += written.equals(Reversals.reversed(word)) ? 1.0 / some.size() : 0;
      }
    }
    return new Searched(beams, logProbability, exact);
  }

  /// Forced and free loss on the test words.
  StepLosses losses() {
    return StepLosses.of(model, sources(words.test()), targets(words.test()));
  }

  /// Draws them as `steps.png` and `steps.svg`.
  static void draw(StepLosses losses, Path folder) throws IOException {
    double[] steps = IntStream.rangeClosed(1, losses.forced().length).asDoubleStream().toArray();
    List<Line> lines =
        List.of(
            new Line("told the truth", steps, losses.forced()),
            new Line("free running", steps, losses.free()));
    new LineChart("Loss of each written letter", "letter", "loss", true, lines)
        .write(folder, "steps");
  }

  @Override
  public void close() {
    parameters.close();
  }
}
