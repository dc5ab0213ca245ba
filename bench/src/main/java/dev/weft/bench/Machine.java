package dev.weft.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/// The facts of the machine that figures were measured on.
///
/// @param processor as the system calls it
/// @param cores that the JVM sees
/// @param threads of the worker team
/// @param memory MiB
/// @param device Weft's own description, with the vector width
record Machine(
    String processor,
    int cores,
    int threads,
    long memory,
    String system,
    String java,
    String device,
    String date) {

  static Machine here(String device, int threads) {
    return new Machine(
        field(Path.of("/proc/cpuinfo"), "model name"),
        Runtime.getRuntime().availableProcessors(),
        threads,
        kibibytes(field(Path.of("/proc/meminfo"), "MemTotal")) >> 10,
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        device,
        LocalDate.now(ZoneOffset.UTC).toString());
  }

  private static String field(Path file, String name) {
    try {
      List<String> lines = Files.readAllLines(file);
      for (String line : lines) {
        if (line.startsWith(name)) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    } catch (IOException e) {
      return "unknown";
    }
    return "unknown";
  }

  private static long kibibytes(String text) {
    String digits = text.replaceAll("\\D", "");
    return digits.isEmpty() ? 0 : Long.parseLong(digits);
  }
}
