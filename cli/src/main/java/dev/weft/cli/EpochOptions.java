package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weft.examples.data.MissingDataException;
import dev.weft.tensor.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// The options of a command that trains by epochs, and its run: refusals, training, figures.
final class EpochOptions {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the model goes (${DEFAULT-VALUE}).")
  private Path out;

  @Mixin private final EpochFlags epochs;
  @Mixin private DeviceOptions devices;
  @Mixin private JsonOption json;

  private final String left;

  /// @param left what a training leaves in `out`, for people
  EpochOptions(Path out, EpochFlags epochs, String left) {
    this.out = out;
    this.epochs = epochs;
    this.left = left;
  }

  /// What a training tells in the end.
  interface Report {
    /// A table for people.
    List<String> lines();

    /// The fields of `--json`.
    void write(JsonGenerator line) throws IOException;
  }

  /// A training whose data has been read.
  @FunctionalInterface
  interface Training {
    /// Trains, and measures on the test part.
    ///
    /// @param out takes model, log and curves
    Report train(Device device, Path out) throws IOException;
  }

  /// Reads the data.
  @FunctionalInterface
  interface Source {
    /// The training of the data that the options name.
    ///
    /// @param say tells the user a line
    Training read(EpochFlags flags, Consumer<String> say) throws IOException;
  }

  /// Trains, and tells the figures.
  int run(CommandSpec spec, Source source) throws IOException {
    epochs.check();
    PrintWriter writer = spec.commandLine().getOut();
    Training training = read(source, line -> say(writer, line));
    try {
      Files.createDirectories(out);
    } catch (IOException e) {
      throw Failure.user("--out " + out + " cannot be used: " + Reasons.of(e), e);
    }
    Report report;
    try {
      report = training.train(devices.open(), out);
    } catch (IOException e) {
      throw Failure.outside("the training failed: " + Reasons.of(e), e);
    }
    report.lines().forEach(line -> say(writer, line));
    say(writer, left + " are in " + out);
    json.print(writer, report::write);
    return Failure.OK;
  }

  private Training read(Source source, Consumer<String> say) {
    try {
      return source.read(epochs, say);
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
