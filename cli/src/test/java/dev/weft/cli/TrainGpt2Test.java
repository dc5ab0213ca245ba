package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainGpt2Test {
  private static final List<String> SMALL =
      List.of(
          "--steps",
          "6",
          "--batch",
          "2",
          "--length",
          "16",
          "--layers",
          "1",
          "--width",
          "16",
          "--heads",
          "2",
          "--context",
          "16",
          "--vocabulary",
          "300",
          "--evaluate",
          "3",
          "--dropout",
          "0.1");

  @TempDir Path folder;
  private Path data;

  @BeforeEach
  void writeText() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 6000; i++) {
      text.append(i % 7 == 0 ? "the sea " : "a ship ")
          .append(i % 10)
          .append(i % 13 == 0 ? ".\n" : " ");
    }
    data = Files.writeString(folder.resolve("data.txt"), text);
  }

  @Test
  void leavesAModelThatGenerates() throws IOException {
    Path out = folder.resolve("out");
    Run run = train(out, "--test", data.toString(), "--json");
    assertEquals(0, run.exitCode(), run.err());
    JsonNode figures = new ObjectMapper().readTree(run.out().lines().toList().getLast());
    assertEquals(6, figures.get("steps").asInt());
    assertTrue(figures.get("bits_per_byte").asDouble() > 0);
    assertTrue(figures.get("baseline_bits_per_byte").asDouble() > 0);
    assertEquals(7, log(out).size(), "a header and six steps");
    Run generated =
        Run.weft("generate", "--model", out.toString(), "--prompt", "the", "--max-tokens", "4");
    assertEquals(0, generated.exitCode(), generated.err());
    assertTrue(generated.out().startsWith("the"), generated.out());
  }

  @Test
  void resumedTrainingIsTheUnbrokenOneToTheLastBit() throws IOException {
    Path whole = folder.resolve("whole");
    assertEquals(0, train(whole).exitCode());
    Path broken = folder.resolve("broken");
    assertEquals(0, train(broken).exitCode());
    forgetNewestSave(broken.resolve("checkpoints"));
    Files.delete(broken.resolve("model.safetensors"));
    Run resumed = train(broken, "--resume");
    assertEquals(0, resumed.exitCode(), resumed.err());
    assertTrue(resumed.out().contains("goes on after step 3"), resumed.out());
    assertEquals(withoutSpeed(log(whole)), withoutSpeed(log(broken)));
    assertArrayEquals(
        Files.readAllBytes(whole.resolve("model.safetensors")),
        Files.readAllBytes(broken.resolve("model.safetensors")));
  }

  @Test
  void aTextThatIsTooShortIsRefusedInOneSentence() throws IOException {
    Path tiny = Files.writeString(folder.resolve("short.txt"), "Call me");
    List<String> arguments = new ArrayList<>(List.of("train", "gpt2", "--data", tiny.toString()));
    arguments.addAll(List.of("--out", folder.resolve("none").toString()));
    arguments.addAll(SMALL);
    Run run = Run.weft(arguments.toArray(String[]::new));
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("too few"), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  private Run train(Path out, String... more) {
    List<String> arguments = new ArrayList<>(List.of("train", "gpt2", "--data", data.toString()));
    arguments.addAll(List.of("--out", out.toString()));
    arguments.addAll(SMALL);
    arguments.addAll(List.of(more));
    return Run.weft(arguments.toArray(String[]::new));
  }

  private static List<String> log(Path out) throws IOException {
    return Files.readAllLines(out.resolve("train.csv"));
  }

  /// Tokens per second, the fifth column, depend on the clock.
  private static List<String> withoutSpeed(List<String> log) {
    return log.stream().map(line -> line.replaceFirst("^((?:[^,]*,){4})[^,]*", "$1")).toList();
  }

  private static void forgetNewestSave(Path checkpoints) throws IOException {
    Path newest;
    try (Stream<Path> saves = Files.list(checkpoints)) {
      newest =
          saves.filter(Files::isDirectory).max(Comparator.comparing(Path::toString)).orElseThrow();
    }
    try (Stream<Path> files = Files.walk(newest)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
