package dev.weft.cli;

import dev.weft.examples.data.MissingDataException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// The options of a command that trains a classifier of texts, and its run.
final class ClassifierOptions {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the model goes (${DEFAULT-VALUE}).")
  private Path out;

  @Mixin private final NetworkFlags size;
  @Mixin private final EpochFlags epochs;
  @Mixin private DeviceOptions devices;
  @Mixin private JsonOption json;

  ClassifierOptions(Path out, NetworkFlags size, EpochFlags epochs) {
    this.out = out;
    this.size = size;
    this.epochs = epochs;
  }

  /// Reads the data of a task, split by a seed.
  @FunctionalInterface
  interface Source {
    ClassifierTask read(long seed) throws IOException;
  }

  /// Trains, and tells the figures.
  int run(CommandSpec spec, Source source) throws IOException {
    size.check();
    epochs.check();
    ClassifierTask task = task(source);
    try {
      Files.createDirectories(out);
    } catch (IOException e) {
      throw Failure.user("--out " + out + " cannot be used: " + Reasons.of(e), e);
    }
    PrintWriter writer = spec.commandLine().getOut();
    var training = new ClassifierTraining(task, size, epochs, line -> say(writer, line));
    ClassifierReport report;
    try {
      report = training.train(devices.open(), out);
    } catch (IOException e) {
      throw Failure.outside("the training failed: " + Reasons.of(e), e);
    }
    report.lines().forEach(line -> say(writer, line));
    say(writer, "model, train.csv, curves and confusion (.png, .svg) are in " + out);
    json.print(writer, report::write);
    return Failure.OK;
  }

  private ClassifierTask task(Source source) {
    try {
      return source.read(epochs.seed());
    } catch (MissingDataException e) {
      throw Failure.user(e.getMessage(), e);
    } catch (IOException e) {
      throw Failure.user("--data cannot be used: " + Reasons.of(e), e);
    }
  }

  private static void say(PrintWriter writer, String line) {
    writer.println(line);
    writer.flush();
  }
}
