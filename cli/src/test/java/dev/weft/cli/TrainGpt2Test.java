package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.gpt2.Gpt2Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TrainGpt2Test {
  private static final Map<String, String> SMALL =
      Map.ofEntries(
          Map.entry("--steps", "6"),
          Map.entry("--batch", "2"),
          Map.entry("--length", "16"),
          Map.entry("--layers", "1"),
          Map.entry("--width", "16"),
          Map.entry("--heads", "2"),
          Map.entry("--context", "16"),
          Map.entry("--vocabulary", "300"),
          Map.entry("--evaluate", "3"),
          Map.entry("--dropout", "0.1"));

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
    Run run = train(out, "--test", data.toString(), "--json", "");
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
    Run resumed = train(broken, "--resume", "");
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
    Run run = train(folder.resolve("none"), "--data", tiny.toString());
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("too few"), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--steps 0",
        "--batch 0",
        "--length 0",
        "--length 17",
        "--accumulate 0",
        "--evaluate 0",
        "--patience 0",
        "--rate 0",
        "--rate NaN",
        "--decay -1",
        "--dropout 1",
        "--sample ",
        "--test /no/such/file",
        "--from /no/such/folder",
        "--data /no/such/file",
        "--threads 5000",
      })
  void whatCannotWorkIsRefusedInOneSentenceBeforeTraining(String option) {
    Path out = folder.resolve("none");
    String name = option.split(" ")[0];
    Run run = train(out, name, option.substring(name.length() + 1));
    assertRefused(run, name);
    assertFalse(Files.exists(out.resolve("train.csv")), "nothing was computed");
  }

  @Test
  void aTestTextWithoutATokenIsRefusedBeforeTraining() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty.txt"));
    assertRefused(train(folder.resolve("none"), "--test", empty.toString()), "is empty");
  }

  @Test
  void aShapeBesideAModelAndAFileAsFolderAreRefused() {
    Path out = folder.resolve("out");
    assertEquals(0, train(out).exitCode());
    Run run = train(folder.resolve("none"), "--from", out.toString(), "--layers", "2");
    assertRefused(run, "--from brings its own shape");
    assertRefused(train(data), "data.txt is no folder");
  }

  @Test
  void anEarlierTrainingIsNotMixedWithANewOne() throws IOException {
    Path out = folder.resolve("out");
    assertEquals(0, train(out).exitCode());
    byte[] before = Files.readAllBytes(out.resolve("train.csv"));
    assertRefused(train(out, "--rate", "1e-3"), "pass --resume");
    assertArrayEquals(before, Files.readAllBytes(out.resolve("train.csv")));
    Run done = train(out, "--resume", "", "--json", "");
    assertEquals(0, done.exitCode(), done.err());
    assertFalse(new ObjectMapper().readTree(done.lastLine()).has("loss"), "no step was left to do");
    assertRefused(train(out, "--resume", "", "--accumulate", "2"), "--resume wants");
  }

  @Test
  void aFineTunedModelKeepsItsTokenizer() throws IOException {
    Path start = folder.resolve("start");
    assertEquals(0, train(start).exitCode());
    StringBuilder vocabulary = new StringBuilder("{\"<|endoftext|>\": 0");
    int id = 1;
    for (char c = '!'; id < 300; c++) {
      boolean byteOrSpace = c <= '~' || c >= 0xa1 && c != 0xad;
      vocabulary.append(byteOrSpace ? ",\"%s\": %d".formatted(escaped(c), id++) : "");
    }
    Files.writeString(start.resolve("vocab.json"), vocabulary + "}");
    Files.writeString(start.resolve("merges.txt"), "#version: 0.2\n");
    Path out = folder.resolve("out");
    Run run = Run.weft(fineTune(start, out));
    assertEquals(0, run.exitCode(), run.err());
    for (String name : List.of("vocab.json", "merges.txt")) {
      assertEquals(-1, Files.mismatch(start.resolve(name), out.resolve(name)), name);
    }
    assertRefused(train(out), "pass --resume");
    assertRefused(train(start), "pass --resume");
    Path tokenizerOnly = Files.createDirectory(folder.resolve("other"));
    Files.copy(start.resolve("vocab.json"), tokenizerOnly.resolve("vocab.json"));
    Files.copy(start.resolve("merges.txt"), tokenizerOnly.resolve("merges.txt"));
    assertRefused(train(tokenizerOnly), "vocab.json of another model");
    Files.delete(tokenizerOnly.resolve("vocab.json"));
    assertRefused(train(tokenizerOnly), "vocab.json of another model");
    assertEquals(0, Run.weft(fineTune(start, tokenizerOnly)).exitCode(), "half of its own copy");
    assertTrue(Gpt2Tokenizer.hasFiles(tokenizerOnly));
    JsonNode config = new ObjectMapper().readTree(out.resolve("config.json").toFile());
    assertEquals(0, config.get("eos_token_id").asInt());
  }

  private static String escaped(char c) {
    return c == '"' || c == '\\' ? "\\" + c : "" + c;
  }

  private String[] fineTune(Path start, Path out) {
    return new String[] {
      "train",
      "gpt2",
      "--data",
      data.toString(),
      "--from",
      start.toString(),
      "--out",
      out.toString(),
      "--steps",
      "1",
      "--batch",
      "1"
    };
  }

  @Test
  void aDivergedTrainingIsTheUsersToMend() {
    assertRefused(train(folder.resolve("out"), "--rate", "1e30"), "lower the learning rate");
  }

  @Test
  void littleTextIsValidatedInFewerRowsAndSampledAnyway() throws IOException {
    String text = Files.readString(data);
    Path little = Files.writeString(folder.resolve("little.txt"), text.substring(0, 41_000));
    Run run = train(folder.resolve("a"), "--data", little.toString());
    assertTrue(run.out().contains("step 3: loss"), run.out());
    assertTrue(run.out().contains("validation 5."), run.out());
    Path less = Files.writeString(folder.resolve("less.txt"), text.substring(0, 100));
    run = train(folder.resolve("b"), "--data", less.toString());
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("no validation: --data is too short"), run.out());
    assertTrue(run.out().contains("step 3: loss"), run.out());
  }

  private static void assertRefused(Run run, String part) {
    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().contains(part), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertFalse(run.err().contains("Exception"), run.err());
  }

  /// Trains with the small options, some of them set to something else; a flag's value is "".
  private Run train(Path out, String... changes) {
    Map<String, String> options = new TreeMap<>(SMALL);
    options.put("--data", data.toString());
    options.put("--out", out.toString());
    List<String> arguments = new ArrayList<>(List.of("train", "gpt2"));
    for (int i = 0; i < changes.length; i += 2) {
      options.put(changes[i], changes[i + 1]);
    }
    options.forEach(
        (name, value) -> {
          arguments.add(name);
          if (!List.of("--resume", "--json").contains(name)) {
            arguments.add(value);
          }
        });
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
