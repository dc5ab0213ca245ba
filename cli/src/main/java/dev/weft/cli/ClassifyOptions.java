package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weft.examples.classify.TextClassifier;
import dev.weft.rnn.Vocabulary;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// The options of a command that classifies texts, and its run.
final class ClassifyOptions {
  private static final int SHOWN = 3;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "The folder of the model (${DEFAULT-VALUE}).")
  private Path model;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Changes nothing: classifying draws no numbers.")
  @SuppressWarnings("UnusedVariable") // so that all commands take it
  private long seed;

  @Mixin private DeviceOptions devices;
  @Mixin private JsonOption json;

  ClassifyOptions(Path model) {
    this.model = model;
  }

  /// A class and its probability.
  private record Guess(String name, float probability) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%s %.1f %%", name, 100 * probability);
    }
  }

  /// Tells the likeliest classes of each text.
  ///
  /// @param task that the model must be of
  /// @param names what the texts are called in the answer
  int run(CommandSpec spec, String task, List<String> names, List<String> texts)
      throws IOException {
    List<List<Guess>> guesses;
    try (TextClassifier classifier = open(task)) {
      List<String> classes = classifier.reading().classes();
      tellUnknown(spec, classifier.reading(), names, texts);
      guesses =
          List.of(classifier.probabilities(texts)).stream().map(p -> best(classes, p)).toList();
    }
    PrintWriter out = spec.commandLine().getOut();
    int width = names.stream().mapToInt(String::length).max().orElse(0);
    for (int i = 0; i < names.size(); i++) {
      String told = guesses.get(i).stream().map(Guess::toString).collect(Collectors.joining(", "));
      out.println(names.get(i) + " ".repeat(width - names.get(i).length()) + "  " + told);
    }
    json.print(out, line -> write(line, names, guesses));
    return Failure.OK;
  }

  private TextClassifier open(String task) {
    TextClassifier classifier;
    try {
      classifier = TextClassifier.load(model, devices.open());
    } catch (IOException e) {
      throw Failure.user(
          "--model " + model + " cannot be read: " + Reasons.of(e) + OutFolder.remedy(task, model),
          e);
    } catch (IllegalArgumentException e) {
      throw Failure.user("--model " + model + " cannot be used: " + e.getMessage(), e);
    }
    if (!classifier.reading().task().equals(task)) {
      classifier.close();
      throw Failure.user(
          "--model " + model + " tells " + classifier.reading().task() + ", not " + task);
    }
    return classifier;
  }

  /// A note for each text of which the model knows nothing.
  private static void tellUnknown(
      CommandSpec spec, TextClassifier.Reading reading, List<String> names, List<String> texts) {
    for (int i = 0; i < texts.size(); i++) {
      int[] ids = reading.ids(texts.get(i)); // between start and end
      if (Arrays.stream(ids, 1, ids.length - 1).allMatch(id -> id == Vocabulary.UNK)) {
        spec.commandLine()
            .getErr()
            .println("nothing in '" + names.get(i) + "' is known to the model: it only guesses");
      }
    }
  }

  private static List<Guess> best(List<String> classes, float... probabilities) {
    return IntStream.range(0, probabilities.length)
        .mapToObj(label -> new Guess(classes.get(label), probabilities[label]))
        .sorted(Comparator.comparingDouble((Guess guess) -> -guess.probability))
        .limit(SHOWN)
        .toList();
  }

  private static void write(JsonGenerator line, List<String> names, List<List<Guess>> guesses)
      throws IOException {
    line.writeArrayFieldStart("texts");
    for (int i = 0; i < names.size(); i++) {
      line.writeStartObject();
      line.writeStringField("name", names.get(i));
      line.writeArrayFieldStart("classes");
      for (Guess guess : guesses.get(i)) {
        line.writeStartObject();
        line.writeStringField("class", guess.name);
        line.writeNumberField("probability", guess.probability);
        line.writeEndObject();
      }
      line.writeEndArray();
      line.writeEndObject();
    }
    line.writeEndArray();
  }
}
