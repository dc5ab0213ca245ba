package dev.weft.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/// A JVM that measures a benchmark and waits for its turn before each variant. Then it ends a line
/// of its standard output with [#WAITING]; a line on its standard input lets it go on. It leaves
/// its rows in a file.
final class Participant implements AutoCloseable {
  private static final String WAITING = "\u0005"; // "enquiry", which no text has

  private final String program;
  private final Process process;
  private final BufferedReader output;
  private final Path file;
  private boolean waits;

  private Participant(String program, Process process, Path file) {
    this.program = program;
    this.process = process;
    this.file = file;
    output = process.inputReader();
  }

  /// Starts the command that leaves its rows in the file it is given; it waits for its first turn
  /// when this returns, or has ended.
  ///
  /// @throws IOException when it failed
  static Participant start(Function<Path, ProcessBuilder> program) throws IOException {
    Path file = Files.createTempFile("weft-bench", ".json");
    file.toFile().deleteOnExit(); // where this JVM is ended
    ProcessBuilder command = program.apply(file).redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      Process process = command.start();
      Participant started = new Participant(command.command().getFirst(), process, file);
      started.listen();
      return started;
    } catch (IOException e) { // it has ended, or never begun
      Files.delete(file);
      throw e;
    }
  }

  /// Whether there is another variant to measure.
  boolean waits() {
    return waits;
  }

  /// Lets it measure a variant; what it prints appears here.
  ///
  /// @throws IOException when it fails
  void turn() throws IOException {
    try {
      process.outputWriter().write("\n");
      process.outputWriter().flush();
    } catch (IOException e) {
      waits = false; // it has ended: its status says how
    }
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
    FreshJvm.await(program, process);
  }

  /// What it measured, once it no longer waits.
  Measured measured() throws IOException {
    return Measured.read(file);
  }

  /// Ends it, if it has not ended.
  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    Files.deleteIfExists(file);
  }

  /// In that JVM: waits for its turn.
  static void await() {
    System.out.println(WAITING);
    try {
      for (int c = System.in.read(); c != '\n'; c = System.in.read()) {
        if (c < 0) {
          throw new IOException("bench: the command that this JVM measures for has ended");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
