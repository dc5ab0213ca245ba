package dev.weft.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `weft show`: one subcommand for each thing to be seen.
@Command(
    name = "show",
    synopsisSubcommandLabel = "WHAT",
    description = "Show what goes on inside a network.",
    subcommands = ShowGradients.class)
final class Show implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
