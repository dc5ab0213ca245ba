package dev.weft.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `weft classify`: one subcommand for each task.
@Command(
    name = "classify",
    synopsisSubcommandLabel = "TASK",
    description = "Say of which class a text is, by a model that `weft train` left.",
    subcommands = {ClassifyNationality.class, ClassifySpam.class})
final class Classify implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
