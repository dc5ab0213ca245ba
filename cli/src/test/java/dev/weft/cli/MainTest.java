package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;

final class MainTest {
  @Test
  void withoutCommandPrintsTheHelp() {
    Run run = Run.weft();
    assertEquals(0, run.exitCode());
    assertEquals(Run.weft("--help").out(), run.out());
    assertTrue(run.out().contains("Exit codes: 0 done"), run.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"generate", "classify", "score", "doctor", "download", "example"})
  void everyCommandHasHelpAndVersion(String command) {
    Run help = Run.weft(command, "--help");
    assertEquals(0, help.exitCode());
    assertTrue(help.out().startsWith("Usage: weft " + command), help.out());
    assertEquals(Run.weft("--version").out(), Run.weft(command, "--version").out());
  }

  @ParameterizedTest
  @CsvSource({
    "generate --tempature 1, Possible solutions: --temperature",
    "generat, Did you mean: weft generate",
    "generate --top-k x, weft generate: Invalid value for option '--top-k': 'x' is no whole number",
    "generate --top-p x, weft generate: Invalid value for option '--top-p': 'x' is no number",
    "generate --dtype f64, must be f32; bf16; f16 or int8 but is 'f64'",
    "score, specify one of these",
  })
  void mistypedCommandsSayWhatIsPossible(String command, String message) {
    Run run = Run.weft(command.split(" "));
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains(message.replace(';', ',')), run.err());
    assertEquals("", run.out());
    assertFalse(run.err().contains("\tat "), "no stack trace");
    assertEquals(2, run.err().lines().count(), run.err());
  }

  @Test
  void internalFailureIsExitCodeOneAndItsStackTraceIsForDebug() {
    Run run = failing("fail");
    assertEquals(1, run.exitCode());
    assertEquals(
        "weft fail: internal error: java.lang.IllegalStateException: broken (--debug says where)\n",
        run.err());
    run = failing("fail", "--debug");
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("\tat dev.weft.cli.MainTest"), run.err());
  }

  @Test
  void memoryThatRunsOutIsOneSentence() {
    for (String message : new String[] {"Java heap space", "cpu: 9 MiB. A smaller batch"}) {
      StringWriter err = new StringWriter();
      Callable<Integer> hungry =
          new Hungry() {
            @Override
            public Integer call() {
              throw new OutOfMemoryError(message);
            }
          };
      int exitCode = Main.commandLine(hungry).setErr(new PrintWriter(err, true)).execute("hungry");
      assertEquals(1, exitCode);
      assertTrue(err.toString().startsWith("weft hungry: out of memory: " + message), "" + err);
      assertEquals(1, err.toString().lines().count(), "" + err);
    }
  }

  @Command(name = "hungry")
  private abstract static class Hungry implements Callable<Integer> {}

  @Test
  void debugShowsWhereUsersErrorsComeFromToo() {
    Run run = Run.weft("generate", "--top-p", "2", "--debug");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("\tat dev.weft.cli.SamplingFlags"), run.err());
  }

  private static Run failing(String... arguments) {
    StringWriter err = new StringWriter();
    int exitCode =
        Main.commandLine(new Failing()).setErr(new PrintWriter(err, true)).execute(arguments);
    return new Run(exitCode, "", err.toString());
  }

  @Command(name = "fail")
  private static final class Failing implements Callable<Integer> {
    @Override
    public Integer call() {
      throw new IllegalStateException("broken");
    }
  }
}
