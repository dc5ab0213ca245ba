package dev.weft.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weft.examples.data.MissingDataException;
import dev.weft.rnn.ModelKind;
import dev.weft.tensor.Device;
import java.io.IOException;
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

  private final ModelKind kind;
  private final String left;

  /// @param kind of the model that a training leaves in `out`
  /// @param left what it leaves there, for people
  EpochOptions(Path out, ModelKind kind, EpochFlags epochs, String left) {
    this.out = out;
    this.kind = kind;
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
    Lines lines = new Lines(spec.commandLine().getOut());
    Training training = read(source, lines);
    Device device = devices.open();
    OutFolder.make(out, kind);
    Report report;
    try {
      report = training.train(device, out);
    } catch (IOException e) {
      throw Failure.outside("the training failed: " + Reasons.of(e), e);
    } catch (IllegalArgumentException e) {
      throw Failure.user(e.getMessage(), e);
    }
    report.lines().forEach(lines);
    lines.accept(left + " are in " + out);
    json.print(lines.out(), report::write);
    return Failure.OK;
  }

  private Training read(Source source, Consumer<String> say) {
    try {
      return source.read(epochs, say);
    } catch (MissingDataException e) {
      throw Failure.user(e.getMessage(), e);
    } catch (IOException e) {
      throw Failure.user("--data cannot be used: " + Reasons.of(e), e);
    } catch (IllegalArgumentException e) {
      throw Failure.user("--data cannot be used: " + e.getMessage(), e);
    }
  }
}
