package dev.weft.cli;

import dev.weft.examples.chart.ConfusionChart;
import dev.weft.examples.classify.Classifier;
import dev.weft.examples.classify.NaiveBayes;
import dev.weft.examples.classify.TextClassifier;
import dev.weft.examples.data.Labelled;
import dev.weft.examples.data.LabelledTexts;
import dev.weft.examples.data.Split;
import dev.weft.nn.Noise;
import dev.weft.nn.train.Objective;
import dev.weft.rnn.ClassifierConfig;
import dev.weft.rnn.PaddedBatch;
import dev.weft.rnn.RnnConfig;
import dev.weft.rnn.Vectorizer;
import dev.weft.rnn.Vocabulary;
import dev.weft.tensor.Device;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.CrossEntropy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// Trains a recurrent network on a task and holds it against simpler classifiers.
///
/// @param say tells the user a line
record ClassifierTraining(
    ClassifierTask task, NetworkFlags size, EpochFlags flags, Consumer<String> say) {
  private static final double ALPHA = 0.1; // of naive Bayes
  private static final int HIDING = -5; // the streams' step

  /// Trains, writes model, log and pictures into `out`, and measures on the test part.
  ClassifierReport train(Device device, Path out) throws IOException {
    LabelledTexts data = task.data();
    Split<Labelled> parts = data.parts();
    Vectorizer vectorizer = new Vectorizer(task.level(), vocabulary());
    var reading =
        new TextClassifier.Reading(task.name(), data.classes(), vectorizer, task.longest());
    Noise noise = new Noise(flags.seed());
    try (var classifier = TextClassifier.create(reading, config(reading), device, noise)) {
      say.accept(
          String.format(
              Locale.ROOT,
              "%,d texts for training, %,d for validation, %,d for test; %d classes; %,d symbols;"
                  + " %,d parameters; %s",
              parts.training().size(),
              parts.validation().size(),
              parts.test().size(),
              data.classes().size(),
              vectorizer.vocabularySize(),
              classifier.parameters().count(),
              device.description()));
      var training =
          new EpochTraining(
              classifier.network(),
              classifier.parameters(),
              noise,
              () -> classifier.save(out),
              flags,
              say);
      EpochTraining.Result result =
          training.train(
              part(classifier, parts.training(), true),
              part(classifier, parts.validation(), false),
              out,
              task.title() + ": loss");
      ClassifierReport report =
          new ClassifierReport(
              classifier.confusion(data.classes(), parts.test()),
              naiveBayes().confusion(data.classes(), parts.test()),
              Classifier.majority(parts.training()).confusion(data.classes(), parts.test()),
              task.positive(),
              result);
      new ConfusionChart(task.title() + ": test part, % of each row", report.network())
          .write(out, "confusion");
      return report;
    }
  }

  /// The symbols that training reads often enough.
  private Vocabulary vocabulary() {
    List<List<String>> read =
        task.data().parts().training().stream()
            .map(example -> task.level().split(example.text()))
            .map(symbols -> symbols.subList(0, Math.min(task.longest(), symbols.size())))
            .toList();
    return Vocabulary.count(read, task.minimumCount(), Integer.MAX_VALUE);
  }

  private ClassifierConfig config(TextClassifier.Reading reading) {
    RnnConfig rnn =
        RnnConfig.of(task.gating(), size.embedding(), size.hidden())
            .withLayers(size.layers())
            .withBidirectional(true)
            .withDropout(size.dropout());
    return ClassifierConfig.ofIds(
            reading.vectorizer().vocabularySize(), rnn, reading.classes().size())
        .withPooling(task.pooling())
        .withDropout(size.dropout());
  }

  private NaiveBayes naiveBayes() {
    return NaiveBayes.train(
        task.data().parts().training(), task.data().classes().size(), task.features(), ALPHA);
  }

  private EpochTraining.Part part(
      TextClassifier classifier, List<Labelled> examples, boolean training) {
    int[][] ids = classifier.reading().ids(Labelled.texts(examples));
    int[] labels = Labelled.labels(examples);
    int[] lengths = Arrays.stream(ids).mapToInt(row -> row.length).toArray();
    var options = new CrossEntropy.Options(-100, null, training ? task.smoothing() : 0);
    Device device = classifier.parameters().device();
    return new EpochTraining.Part(
        lengths,
        (chosen, number) -> {
          PaddedBatch batch = PaddedBatch.of(ids, chosen);
          if (training) {
            hide(batch, number);
          }
          Tensor logits = classifier.network().forward(batch).logits().values();
          Tensor targets = Tensor.ids(device, Shape.of(chosen.length), batch.of(labels));
          return new Objective.Batch(Ops.crossEntropy(logits, targets, options), chosen.length);
        });
  }

  /// Takes some symbols for unknown.
  private void hide(PaddedBatch batch, long number) {
    var random = new Philox(flags.seed(), Philox.Purpose.DROPOUT, HIDING, Math.toIntExact(number));
    for (int r = 0; r < batch.rows(); r++) {
      int[] row = batch.ids()[r];
      for (int t = 1; t < batch.lengths()[r] - 1; t++) { // start and end stay
        row[t] = random.nextUniform() < task.hiding() ? Vocabulary.UNK : row[t];
      }
    }
  }
}
