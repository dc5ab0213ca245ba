package dev.weft.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `weft sample`: one subcommand for each thing that models make up.
@Command(
    name = "sample",
    synopsisSubcommandLabel = "THING",
    description = "Draw made-up things from a trained model.",
    subcommands = {SampleSurnames.class})
final class Sample implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
