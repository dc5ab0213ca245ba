package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A JVM for a program that needs flags of its own: a device has one size of team and one vector
/// width in each process.
public final class FreshJvm {
  /// What the CPU device needs.
  public static final List<String> VECTORS =
      List.of("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED");

  private FreshJvm() {}

  /// [#VECTORS] and more.
  public static List<String> vectorsAnd(String... flags) {
    List<String> all = new ArrayList<>(VECTORS);
    all.addAll(List.of(flags));
    return all;
  }

  /// What the `main` of `program` prints, without space around it; fails when it ends with an error
  /// or not within two minutes.
  public static String output(Class<?> program, List<String> flags, String... arguments)
      throws Exception {
    Path output = Files.createTempFile("weft", ".out");
    Path errors = Files.createTempFile("weft", ".err");
    try {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(flags);
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
      command.addAll(List.of(arguments));
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile())
              .start();
      boolean ended = process.waitFor(2, TimeUnit.MINUTES);
      process.destroyForcibly();
      String said = Files.readString(errors);
      assertTrue(ended, said);
      assertEquals(0, process.exitValue(), said);
      return Files.readString(output).strip();
    } finally {
      Files.delete(output);
      Files.delete(errors);
    }
  }
}
