package dev.weft.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The `weft` command.
@Command(
    name = "weft",
    version = "weft 0.1.0-SNAPSHOT",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "A tensor engine for Java: recurrent networks, GPT-2 and every way to decode.",
    footer = {"", "`weft bench` measures; see `weft bench --help`."})
final class Main implements Runnable {

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }
}
