package dev.weft.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import picocli.CommandLine;

/// What a command did, run in this process.
record Run(int exitCode, String out, String err) {

  static Run weft(String... arguments) {
    CommandLine command = Main.commandLine();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
    Download download = command.getSubcommands().get("download").getCommand();
    download.pause(Duration.ofMillis(1));
    int exitCode = command.execute(arguments);
    command.getOut().flush();
    return new Run(exitCode, out.toString(), err.toString());
  }

  /// The last line of standard output.
  String lastLine() {
    return out.lines().reduce((first, second) -> second).orElse("");
  }
}
