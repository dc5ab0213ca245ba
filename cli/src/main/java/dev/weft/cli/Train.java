package dev.weft.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `weft train`: one subcommand for each kind of model.
@Command(
    name = "train",
    synopsisSubcommandLabel = "MODEL",
    description = "Train a model.",
    subcommands = {
      TrainGpt2.class,
      TrainLm.class,
      TrainSurnames.class,
      TrainNationality.class,
      TrainSpam.class,
      TrainSeq2seq.class
    })
final class Train implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
