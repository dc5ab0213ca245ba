package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weft.examples.data.Labelled;
import dev.weft.examples.data.LabelledTexts;
import dev.weft.examples.data.Split;
import dev.weft.nn.Noise;
import dev.weft.nn.Place;
import dev.weft.rnn.LanguageModelConfig;
import dev.weft.rnn.LanguageModelFolder;
import dev.weft.rnn.Level;
import dev.weft.rnn.PaddedBatch;
import dev.weft.rnn.RnnConfig;
import dev.weft.rnn.RnnInference;
import dev.weft.rnn.RnnLanguageModel;
import dev.weft.rnn.Score;
import dev.weft.rnn.Vectorizer;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Gating;
import dev.weft.tensor.ParameterSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/// Trains a model of family names, given their language, and holds it against n-grams.
///
/// @param say tells the user a line
record SurnameTraining(
    LabelledTexts data, NetworkFlags size, EpochFlags flags, Consumer<String> say) {
  private static final int MINIMUM_COUNT = 2;
  private static final int SAMPLED = 1000;
  private static final double TEMPERATURE = 0.8;

  /// How a model does on the test part, each name's end counted as a character.
  ///
  /// @param bits per character
  /// @param trigrams what has to be beaten
  /// @param fivegrams a stronger baseline
  /// @param fresh share of names drawn at temperature 0.8 that the training part doesn't have
  record Report(
      double bits, Ngrams trigrams, Ngrams fivegrams, double fresh, EpochTraining.Result training)
      implements EpochOptions.Report {
    @Override
    public List<String> lines() {
      return List.of(
          "test part         bits per character",
          row("this network", bits),
          row("5-gram", fivegrams.bits()),
          row("3-gram", trigrams.bits()),
          String.format(
              Locale.ROOT,
              "%.1f %% of %,d names drawn at temperature %.1f are not in the training part",
              100 * fresh,
              SAMPLED,
              TEMPERATURE));
    }

    private static String row(String name, double bits) {
      return String.format(Locale.ROOT, "%-16s  %.4f", name, bits);
    }

    @Override
    public void write(JsonGenerator line) throws IOException {
      line.writeNumberField("bits_per_character", bits);
      line.writeNumberField("baseline_bits_per_character", trigrams.bits());
      line.writeNumberField("baseline_5_gram_bits_per_character", fivegrams.bits());
      line.writeNumberField("new_share", fresh);
      line.writeNumberField("epochs", training.epochs());
      line.writeNumberField("seconds", training.seconds());
    }
  }

  /// Trains, writes model, log and curves into `out`, and measures on the test part.
  Report train(Device device, Path out) throws IOException {
    Split<Labelled> parts = data.parts();
    List<String> known = Labelled.texts(parts.training());
    Vectorizer letters = Vectorizer.fit(Level.CHARACTERS, known, MINIMUM_COUNT, Integer.MAX_VALUE);
    Noise noise = new Noise(flags.seed());
    try (var parameters = new ParameterSet("surnames", device, DType.F32)) {
      RnnLanguageModel model =
          new RnnLanguageModel(Place.in(parameters), config(letters.vocabularySize()), noise);
      parameters.allocate(flags.seed());
      say.accept(
          String.format(
              Locale.ROOT,
              "%,d names for training, %,d for validation, %,d for test; %d languages; %d symbols;"
                  + " %,d parameters; %s",
              parts.training().size(),
              parts.validation().size(),
              parts.test().size(),
              data.classes().size(),
              letters.vocabularySize(),
              parameters.count(),
              device.description()));
      EpochTraining.Result result =
          new EpochTraining(
                  model,
                  parameters,
                  noise,
                  () -> LanguageModelFolder.save(out, model, letters, data.classes()),
                  flags,
                  say)
              .train(
                  part(model, letters, parts.training()),
                  part(model, letters, parts.validation()),
                  out,
                  "Surnames: loss per character");
      int[][] test = rows(letters, parts.test());
      Score score = Score.of(model, test, Labelled.labels(parts.test()));
      return new Report(
          score.bitsPer(score.tokens()),
          ngrams(3, letters, test),
          ngrams(5, letters, test),
          fresh(model, letters, Set.copyOf(known)),
          result);
    }
  }

  private LanguageModelConfig config(int vocabulary) {
    RnnConfig rnn =
        RnnConfig.of(Gating.LSTM, size.embedding(), size.hidden())
            .withLayers(size.layers())
            .withDropout(size.dropout());
    return LanguageModelConfig.of(vocabulary, rnn)
        .withDropout(size.dropout())
        .withClasses(data.classes().size());
  }

  private static int[][] rows(Vectorizer letters, List<Labelled> names) {
    return names.stream().map(name -> letters.vectorize(name.text())).toArray(int[][]::new);
  }

  private static EpochTraining.Part part(
      RnnLanguageModel model, Vectorizer letters, List<Labelled> names) {
    int[][] rows = rows(letters, names);
    int[] languages = Labelled.labels(names);
    return new EpochTraining.Part(
        Arrays.stream(rows).mapToInt(row -> row.length).toArray(),
        (chosen, _) -> {
          PaddedBatch batch = PaddedBatch.of(rows, chosen);
          return model.loss(batch, batch.of(languages));
        });
  }

  private Ngrams ngrams(int order, Vectorizer letters, int[][] test) {
    int[][] training = rows(letters, data.parts().training());
    return Ngrams.score(order, letters.vocabularySize(), training, test);
  }

  private double fresh(RnnLanguageModel model, Vectorizer letters, Set<String> known) {
    try (RnnInference inference = RnnInference.of(model, DType.F32)) {
      NameModel drawn = new NameModel(inference, letters, data.classes());
      List<String> names =
          drawn.names(TEMPERATURE, flags.seed(), drawn.languages(SAMPLED, flags.seed()));
      return names.stream().filter(name -> !known.contains(name)).count() / (double) SAMPLED;
    }
  }
}
