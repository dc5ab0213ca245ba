package dev.weft.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Starts a program in a JVM like this one.
final class FreshJvm {
  private FreshJvm() {}

  /// What a program printed.
  ///
  /// @param line the only one
  /// @param seconds from its start until the line was there
  record Printed(String line, double seconds) {}

  /// Runs a program of this class path, which prints one line, to its end.
  ///
  /// @throws IOException when it fails, or prints anything else
  static Printed line(Class<?> program, String... arguments) throws IOException {
    ProcessBuilder command = command(program, List.of(), arguments);
    long start = System.nanoTime();
    Process process = command.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    process.getOutputStream().close();
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      String line = reader.readLine();
      double seconds = (System.nanoTime() - start) * 1e-9;
      long more = reader.lines().count();
      await(program.getSimpleName(), process);
      if (line == null || more > 0) {
        long lines = line == null ? 0 : 1 + more;
        throw new IOException(
            "bench: " + program.getSimpleName() + " printed " + lines + " lines instead of one");
      }
      return new Printed(line, seconds);
    }
  }

  /// A program of this class path.
  static ProcessBuilder command(Class<?> program, List<String> options, String... arguments) {
    List<String> command = new ArrayList<>(List.of(java()));
    command.addAll(options());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /// The options of this JVM.
  static List<String> options() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments();
  }

  /// Runs a command to its end.
  ///
  /// @throws IOException when it fails
  static void run(ProcessBuilder command) throws IOException {
    Process process = command.inheritIO().redirectInput(ProcessBuilder.Redirect.PIPE).start();
    process.getOutputStream().close(); // what comes in is for this JVM
    await(command.command().getFirst(), process);
  }

  /// Waits for the end of a process.
  ///
  /// @throws IOException when its status isn't 0
  static void await(String program, Process process) throws IOException {
    try {
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException(
            "bench: " + program + " ended with status " + status + "; its message stands above");
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("bench: interrupted while " + program + " ran", e);
    }
  }
}
