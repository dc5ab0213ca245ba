package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Trains on made-up sentences through the command line, and writes with what that leaves.
@TestInstance(Lifecycle.PER_CLASS)
final class TrainLmTest {
  private static final int EPOCHS = 4;

  private Path folder;
  private JsonNode figures;

  @BeforeAll
  void train(@TempDir Path temporary) throws IOException {
    folder = temporary.resolve("lm");
    Run run =
        Run.weft(
            "train",
            "lm",
            "--data=generated",
            "--out=" + folder,
            "--hidden=32",
            "--dropout=0.1",
            "--rate=1e-2",
            "--batch=4",
            "--epochs=" + EPOCHS,
            "--json");
    figures = json(run);
  }

  private static JsonNode json(Run run) throws IOException {
    assertEquals(0, run.exitCode(), run.err());
    return new ObjectMapper().readTree(run.lastLine());
  }

  private Run generate(String... more) {
    List<String> command =
        new ArrayList<>(List.of("generate", "--model=" + folder, "--prompt=the old whale"));
    command.addAll(List.of(more));
    return Run.weft(command.toArray(String[]::new));
  }

  @Test
  @DisplayName("S0-55: perplexity falls below that of n-grams and is the exponential of the loss")
  void theModelBeatsNgrams() throws IOException {
    double perplexity = figures.get("perplexity").asDouble();
    assertEquals(Math.exp(figures.get("loss").asDouble()), perplexity, 1e-9);
    assertTrue(perplexity < figures.get("baseline_perplexity").asDouble(), figures.toString());
    assertTrue(perplexity < figures.get("baseline_4_gram_perplexity").asDouble());
    assertEquals(0, figures.get("unknown_share").asDouble());
    assertEquals(EPOCHS, figures.get("epochs").asInt());
    for (String file : List.of("model.safetensors", "train.csv", "curves.png", "curves.svg")) {
      assertTrue(Files.size(folder.resolve(file)) > 0, file);
    }
  }

  @Test
  void wordsOutsideTheVocabularyAreCounted(@TempDir Path out) throws IOException {
    Path data = Files.createDirectories(out.resolve("data"));
    for (int i = 0; i < 40; i++) { // each file is a piece; four of six words are frequent
      Files.writeString(data.resolve(i + ".txt"), "the the ship ship w" + i + " x" + i);
    }
    String[] command = {
      "train", "lm", "--data=" + data, "--out=" + out, "--vocabulary=10", "--epochs=1", "--json"
    };
    JsonNode found = json(Run.weft(command));
    // The vocabulary has four special words, two frequent ones, and four of those that occur once.
    double share = found.get("unknown_share").asDouble();
    assertTrue(share >= 0.3 && share <= 2 / 6.0, "" + share);
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "bf16", "int8"})
  void theSavedModelWritesSentences(String dtype) {
    Run run = generate("--max-tokens=40", "--temperature=0.2", "--dtype=" + dtype);
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().startsWith("the old whale "), run.out());
    assertTrue(run.out().contains(". the "), "sentences, with spaces as in text: " + run.out());
    assertFalse(run.out().contains("<"), run.out());
  }

  @Test
  void theCacheChangesNothing() {
    String[] options = {"--max-tokens=12", "--count=2", "--seed=3"};
    String[] without = Arrays.copyOf(options, 4);
    without[3] = "--no-cache";
    assertEquals(generate(options).out(), generate(without).out());
  }

  @Test
  void tokensThatStandForNoTextAreNeverWritten() throws IOException {
    JsonNode completion =
        json(generate("--max-tokens=200", "--temperature=50", "--json")).at("/completions/0");
    assertTrue(completion.get("tokens").size() > 1);
    completion.get("tokens").forEach(id -> assertTrue(id.asInt() > 2, "" + id));
  }

  @Test
  void beamsConsiderNoTokenThatStandsForNoText() throws IOException {
    Run run =
        Run.weft(
            "beams",
            "--model=" + folder,
            "--prompt=the old whale",
            "--beams=300",
            "--max-tokens=2",
            "--json");
    JsonNode nodes = json(run).get("nodes");
    assertTrue(nodes.size() > 300);
    for (JsonNode node : nodes) {
      assertTrue(node.path("token").asInt(3) > 2, node.toString());
    }
  }

  @Test
  void scoreSaysThatItWantsAGpt2() {
    assertRefused(Run.weft("score", "--model=" + folder, "--text=the whale"), "is no GPT-2");
  }

  @Test
  void drawingNamesFromProseIsRefused() {
    assertRefused(Run.weft("sample", "surnames", "--model=" + folder), "is no model of names");
  }

  @Test
  void whatAFolderLacksIsNamed(@TempDir Path copy) throws IOException {
    Files.copy(folder.resolve("config.json"), copy.resolve("config.json"));
    assertRefused(Run.weft("generate", "--model=" + copy), "model.safetensors");
    String config = Files.readString(copy.resolve("config.json"));
    Files.writeString(
        copy.resolve("config.json"), config.replace("\"vectorizer\"", "\"something\""));
    assertRefused(Run.weft("generate", "--model=" + copy), "has no vectorizer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--data=/no/such | tools/data/fetch moby-dick /no/such",
        "--vocabulary=3 | --vocabulary must be at least 10 but is 3",
        "--window=0 | --window must be at least 1 but is 0",
        "--batch=100000 | --batch 100000: stream",
        "--dropout=1 | --dropout must be at least 0 and below 1 but is 1.0"
      })
  void whatCannotBeTrainedIsRefusedInOneSentence(String option, String sentence) {
    List<String> command = new ArrayList<>(List.of("train", "lm", "--out=" + folder, option));
    if (!option.startsWith("--data")) {
      command.add("--data=generated");
    }
    assertRefused(Run.weft(command.toArray(String[]::new)), sentence);
  }

  @Test
  void textThatTrainsNothingIsToldAsSuch(@TempDir Path data) throws IOException {
    Path text = data.resolve("a.txt");
    Files.write(text, new byte[] {(byte) 0xff, 0});
    assertRefused(onto(data), "--data cannot be used: corpus: " + text + " is not UTF-8 text");
    Files.writeString(text, "Call me Ishmael.");
    assertRefused(
        onto(data), "1 pieces of text are too few: 1 for training, 0 for validation and 0 for");
  }

  private Run onto(Path data) {
    return Run.weft("train", "lm", "--out=" + folder, "--data=" + data);
  }

  private static void assertRefused(Run run, String sentence) {
    assertEquals(2, run.exitCode(), run.out());
    assertTrue(run.err().contains(sentence), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }
}
