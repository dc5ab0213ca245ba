package dev.weft.cli;

import dev.weft.rnn.ModelKind;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;

/// The options of a command that trains a classifier of texts, and its run.
final class ClassifierOptions {
  @Mixin private final EpochOptions epochs;
  @Mixin private final NetworkFlags size;

  ClassifierOptions(Path out, NetworkFlags size, EpochFlags epochs) {
    this.epochs =
        new EpochOptions(
            out,
            ModelKind.CLASSIFIER,
            epochs,
            "model, train.csv, curves and confusion (.png, .svg)");
    this.size = size;
  }

  /// Reads the data of a task, split by a seed.
  @FunctionalInterface
  interface Source {
    ClassifierTask read(long seed) throws IOException;
  }

  /// Trains, and tells the figures.
  int run(CommandSpec spec, Source source) throws IOException {
    size.check();
    return epochs.run(
        spec,
        (flags, say) -> new ClassifierTraining(source.read(flags.seed()), size, flags, say)::train);
  }
}
