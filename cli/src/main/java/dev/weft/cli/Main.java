package dev.weft.cli;

import dev.weft.decoding.NoTokenException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/// The `weft` command.
///
/// Exit codes: 0 done, 1 Weft or the machine failed, 2 the command as given cannot work. An error
/// is one sentence on standard error; `--debug` adds the stack trace.
@Command(
    name = "weft",
    version = "weft 0.1.0-SNAPSHOT",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    description = "A tensor engine for Java: train GPT-2 and recurrent networks, and use them.",
    subcommands = {
      Generate.class,
      Beams.class,
      Explain.class,
      Compare.class,
      Train.class,
      Reverse.class,
      Classify.class,
      Sample.class,
      Score.class,
      Doctor.class,
      Download.class,
      Show.class,
      RunExample.class
    },
    footer = {
      "",
      "`weft COMMAND --help` explains a command; `weft bench` measures.",
      "Exit codes: 0 done, 1 Weft or the machine failed, 2 the command as given cannot work."
    })
final class Main implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "After an error, print the stack trace too.")
  private boolean debug;

  public static void main(String[] args) {
    System.exit(run(args));
  }

  private static int run(String[] args) {
    CommandLine command = commandLine();
    // Text from a model is UTF-8 whatever the locale says; the terminal sees it when it is flushed.
    command.setOut(new PrintWriter(System.out, false, StandardCharsets.UTF_8));
    command.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    int exitCode = command.execute(args);
    if (command.getOut().checkError() && exitCode == Failure.OK) {
      command.getErr().println("weft: standard output could not be written to the end");
      return Failure.FAILED;
    }
    return exitCode;
  }

  /// The command with all its parts and `more`, writing to `getOut()` and `getErr()`.
  static CommandLine commandLine(Object... more) {
    CommandLine weft = new CommandLine(new Main());
    for (Object command : more) {
      weft.addSubcommand(command);
    }
    for (CommandLine command : weft.getSubcommands().values()) {
      // Options as they stand in the class; the footer is inherited with --help and --debug.
      command.getCommandSpec().usageMessage().sortOptions(false).footer();
    }
    return weft.setUsageHelpWidth(100)
        .setExecutionStrategy(Main::execute)
        .setParameterExceptionHandler(Main::refuse)
        .setExecutionExceptionHandler(Main::report);
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /// Runs the command; memory that runs out is told like any other failure.
  private static int execute(ParseResult parsed) {
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (OutOfMemoryError e) {
      CommandLine command = parsed.commandSpec().commandLine();
      while (parsed.hasSubcommand()) {
        parsed = parsed.subcommand();
        command = parsed.commandSpec().commandLine();
      }
      String sentence = "out of memory: " + e.getMessage();
      if (sentence.contains("heap space")) {
        sentence += "; WEFT_JAVA_OPTS=-Xmx8g, say, allows more";
      }
      throw new CommandLine.ExecutionException(command, sentence, Failure.outside(sentence, e));
    }
  }

  /// Where nothing can be drawn, the options forbid too much.
  private static Exception asFailure(Exception error) {
    return error instanceof NoTokenException
        ? Failure.user(error.getMessage() + ": forbid fewer tokens, or allow more", error)
        : error;
  }

  private static int refuse(ParameterException error, String[] args) {
    CommandLine command = error.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println(name + ": " + sentence(error.getMessage()));
    if (!UnmatchedArgumentException.printSuggestions(error, command.getErr())) {
      command.getErr().println("Try '" + name + " --help'.");
    }
    return Failure.USAGE;
  }

  private static int report(Exception error, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    command.getOut().flush();
    Main main = (Main) command.getCommandSpec().root().userObject();
    if (asFailure(error) instanceof Failure failure) {
      err.println(name + ": " + failure.getMessage());
      if (main.debug) {
        error.printStackTrace(err);
      }
      return failure.exitCode();
    }
    err.println(name + ": internal error: " + error + (main.debug ? "" : " (--debug says where)"));
    if (main.debug) {
      error.printStackTrace(err);
    }
    return Failure.FAILED;
  }

  /// Picocli's message in our words, without the class names it adds for converters that fail.
  private static String sentence(String message) {
    return message
        .replaceFirst("^Error: ", "")
        .replaceFirst(" \\(?java\\.[\\w.]+Exception:.*", "")
        .replaceFirst(" is not a double$", " is no number")
        .replaceFirst(" is not an? (int|long)$", " is no whole number");
  }
}
