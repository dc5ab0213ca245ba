package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weft.examples.classify.Confusion;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// How a trained classifier does on the test part, beside simpler ones.
///
/// @param positive the class that precision, recall and F1 are told of; −1: none
record ClassifierReport(
    Confusion network,
    Confusion naiveBayes,
    Confusion majority,
    int positive,
    EpochTraining.Result training)
    implements EpochOptions.Report {

  @Override
  public List<String> lines() {
    String head = "test part              accuracy  macro-F1";
    return List.of(
        positive < 0 ? head : head + "  precision  recall      F1",
        row("this network", network),
        row("naive Bayes", naiveBayes),
        row("the most frequent class", majority));
  }

  private String row(String name, Confusion counts) {
    String row =
        String.format(
            Locale.ROOT,
            "%-23s %6.2f %%  %6.2f %%",
            name,
            100 * counts.accuracy(),
            100 * counts.macroF1());
    return positive < 0
        ? row
        : row
            + String.format(
                Locale.ROOT,
                "   %6.2f %% %6.2f %% %6.2f %%",
                100 * counts.precision(positive),
                100 * counts.recall(positive),
                100 * counts.f1(positive));
  }

  @Override
  public void write(JsonGenerator line) throws IOException {
    write(line, "", network);
    write(line, "baseline_", naiveBayes);
    line.writeNumberField("majority_accuracy", majority.accuracy());
    line.writeNumberField("epochs", training.epochs());
    line.writeNumberField("seconds", training.seconds());
  }

  private void write(JsonGenerator line, String prefix, Confusion counts) throws IOException {
    line.writeNumberField(prefix + "accuracy", counts.accuracy());
    line.writeNumberField(prefix + "macro_f1", counts.macroF1());
    if (positive >= 0) {
      line.writeNumberField(prefix + "precision", counts.precision(positive));
      line.writeNumberField(prefix + "recall", counts.recall(positive));
      line.writeNumberField(prefix + "f1", counts.f1(positive));
    }
  }
}
