package dev.weft.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A JVM that measures a benchmark and waits for its turn before each variant. Then it ends a line
/// of its standard output with [#WAITING]; a line on its standard input lets it go on. It leaves
/// its rows in a file.
final class Participant implements AutoCloseable {
  private static final String WAITING = "\u0005"; // "enquiry", which no text has

  private static final BufferedReader STANDARD_INPUT =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));

  private final String program;
  private final Process process;
  private final BufferedReader output;
  private final Path file;
  private boolean waits;

  private Participant(ProcessBuilder command, Path file) throws IOException {
    this.file = file;
    program = command.command().getFirst();
    process = command.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    output = process.inputReader();
  }

  /// Starts a command that leaves its rows in `file`; it waits for its first turn when this
  /// returns, or has ended.
  ///
  /// @throws IOException when it failed
  static Participant start(ProcessBuilder command, Path file) throws IOException {
    Participant started = new Participant(command, file);
    started.listen();
    return started;
  }

  /// Whether there is another variant to measure.
  boolean waits() {
    return waits;
  }

  /// Lets it measure a variant; what it prints appears here.
  ///
  /// @throws IOException when it fails
  void turn() throws IOException {
    process.outputWriter().write("\n");
    process.outputWriter().flush();
    listen();
  }

  private void listen() throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      waits = line.endsWith(WAITING);
      String text = waits ? line.substring(0, line.length() - WAITING.length()) : line;
      if (!text.isEmpty()) {
        System.out.println(text);
      }
      if (waits) {
        return;
      }
    }
    waits = false;
    FreshJvm.requireSuccess(program, process);
  }

  /// What it measured, once it no longer waits.
  List<Row> rows() throws IOException {
    return Figures.readRows(file);
  }

  /// Ends it, if it has not ended.
  @Override
  public void close() throws IOException {
    process.destroy();
    Files.deleteIfExists(file);
  }

  /// In that JVM: waits for its turn.
  static void await() {
    System.out.println(WAITING);
    try {
      if (STANDARD_INPUT.readLine() == null) {
        throw new IOException("bench: the command that this JVM measures for has ended");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
