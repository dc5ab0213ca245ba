package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.examples.data.LabelledTexts;
import dev.weft.examples.data.Surnames;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Trains on names of made-up languages through the command line, and draws from what that leaves.
@TestInstance(Lifecycle.PER_CLASS)
final class TrainSurnamesTest {
  private Path folder;
  private JsonNode figures;

  @BeforeAll
  void train(@TempDir Path temporary) throws IOException {
    folder = temporary.resolve("names");
    figures = json(trained(folder, "--epochs=8"));
  }

  private static Run trained(Path out, String... more) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("train", "surnames", "--data=generated", "--out=" + out, "--json"));
    command.addAll(List.of("--hidden=32", "--embedding=16", "--rate=1e-2", "--batch=16"));
    command.addAll(List.of("--dropout=0.1"));
    command.addAll(List.of(more));
    return Run.weft(command.toArray(String[]::new));
  }

  private Run sample(String... more) {
    List<String> command = new ArrayList<>(List.of("sample", "surnames", "--model=" + folder));
    command.addAll(List.of(more));
    return Run.weft(command.toArray(String[]::new));
  }

  private static JsonNode json(Run run) throws IOException {
    assertEquals(0, run.exitCode(), run.err());
    return new ObjectMapper().readTree(run.lastLine());
  }

  @Test
  void theFiguresAndFilesOfATrainingAreThere() throws IOException {
    assertTrue(figures.get("bits_per_character").asDouble() < Math.log(20) / Math.log(2));
    assertTrue(figures.get("baseline_bits_per_character").asDouble() > 1);
    assertTrue(figures.get("new_share").asDouble() > 0.2);
    assertTrue(figures.get("new_share").asDouble() <= 1);
    assertEquals(8, figures.get("epochs").asInt());
    assertTrue(figures.get("seconds").asDouble() > 0);
    for (String file : List.of("model.safetensors", "train.csv", "curves.png", "curves.svg")) {
      assertTrue(Files.size(folder.resolve(file)) > 0, file);
    }
  }

  @Test
  void newNamesAreThoseThatTheTrainingPartDoesNotHave() throws IOException {
    Set<String> known = new HashSet<>();
    Surnames.generated(4, 100, 1).parts().training().forEach(name -> known.add(name.text()));
    JsonNode names = json(sample("--count=1000", "--seed=1", "--json")).get("names");
    int fresh = 0;
    for (JsonNode name : names) {
      fresh += known.contains(name.get("name").asText()) ? 0 : 1;
    }
    assertEquals(fresh / 1000.0, figures.get("new_share").asDouble());
  }

  @Test
  void whatIsBrokenOffLeavesTheBestModelSoFar(@TempDir Path out) throws IOException {
    EpochFlags flags = new EpochFlags(3, 16, 1e-2, 0, 3);
    LabelledTexts names = Surnames.generated(2, 40, 1);
    SurnameTraining training =
        new SurnameTraining(
            names,
            new NetworkFlags(4, 4, 1, 0),
            flags,
            line -> {
              if (line.startsWith("epoch   1:")) {
                throw new IllegalStateException("broken off");
              }
            });
    Device device = Devices.best();
    assertThrows(IllegalStateException.class, () -> training.train(device, out));
    Run run = Run.weft("sample", "surnames", "--model=" + out, "--count=2");
    assertEquals(0, run.exitCode(), run.err());
    assertEquals(2, run.out().lines().count());
  }

  @Test
  @DisplayName("S4-06, S4-09: one name a line, in the language that is asked for")
  void namesAreOfTheLanguageThatIsAskedFor() {
    List<Set<Character>> letters = new ArrayList<>();
    for (String language : List.of("Language A", "language c")) { // whatever the case
      Run run = sample("--count=60", "--temperature=0.3", "--nationality=" + language);
      assertEquals(0, run.exitCode(), run.err());
      assertEquals(60, run.out().lines().count());
      Set<Character> first = new HashSet<>();
      run.out().lines().filter(name -> !name.isEmpty()).forEach(name -> first.add(name.charAt(0)));
      letters.add(first);
    }
    assertNotEquals(letters.get(0), letters.get(1), "each has its own taste in letters");
  }

  @Test
  void aNameHasNoUnknownLetters() {
    Run run = sample("--count=200", "--temperature=20");
    assertTrue(run.out().length() > 2000, "long names, nearly any letter as likely as another");
    assertEquals(-1, run.out().indexOf('\ufffd'));
  }

  @Test
  void theSeedDrawsTheNamesAndTheirLanguages() throws IOException {
    Run run = sample("--count=5", "--json");
    JsonNode names = json(run).get("names");
    List<String> lines = run.out().lines().toList();
    assertEquals(5, names.size());
    for (int i = 0; i < 5; i++) {
      String[] told = lines.get(i).split(" {2,}");
      assertEquals(names.get(i).get("name").asText(), told[0]);
      assertEquals(names.get(i).get("nationality").asText(), told[1]);
    }
    assertEquals(run.out(), sample("--count=5", "--json", "--seed=0").out());
    assertNotEquals(run.out(), sample("--count=5", "--json", "--seed=1").out());
  }

  @Test
  @DisplayName("S4-07: a low temperature draws the same name again and again, a high one many")
  void temperatureDecidesHowVariedNamesAre() {
    String language = "--nationality=Language B";
    List<Long> different = new ArrayList<>();
    for (String temperature : List.of("0.001", "1.5")) {
      Run run = sample("--count=30", language, "--temperature=" + temperature);
      different.add(run.out().lines().distinct().count());
    }
    assertEquals(1, different.get(0));
    assertTrue(different.get(1) > 20, different.toString());
  }

  @Test
  void theSameSeedTrainsTheSameModelToTheLastBit(@TempDir Path again) throws IOException {
    byte[][] weights = new byte[3][];
    for (int i = 0; i < 3; i++) {
      json(trained(again, "--epochs=1", "--seed=" + (i < 2 ? 4 : 5)));
      weights[i] = Files.readAllBytes(again.resolve("model.safetensors"));
    }
    assertEquals(-1, Arrays.mismatch(weights[0], weights[1]));
    assertNotEquals(-1, Arrays.mismatch(weights[0], weights[2]));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--nationality=Klingon | knows Language A, Language B, Language C, Language D",
        "--count=0 | --count must be at least 1 but is 0",
        "--temperature=0 | --temperature must be a number above 0 but is 0.0",
        "--temperature=NaN | --temperature must be a number above 0 but is NaN",
        "--model=/no/such | `weft train surnames --out /no/such` trains a model there"
      })
  void whatCannotBeDrawnIsRefusedInOneSentence(String option, String sentence) {
    assertRefused(
        Run.weft(
            option.startsWith("--model")
                ? new String[] {"sample", "surnames", option}
                : new String[] {"sample", "surnames", "--model=" + folder, option}),
        sentence);
  }

  @Test
  void generateSaysWhichCommandDrawsNames() {
    assertRefused(
        Run.weft("generate", "--model", folder.toString()), "`weft sample surnames --model");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--epochs=0 | --epochs must be at least 1 but is 0",
        "--hidden=0 | --hidden must be at least 1 but is 0",
        "--data=x | --data must be surnames or generated but is 'x'"
      })
  void whatCannotBeTrainedIsRefusedInOneSentence(String option, String sentence) {
    assertRefused(Run.weft("train", "surnames", "--out=" + folder, option), sentence);
  }

  private static void assertRefused(Run run, String sentence) {
    assertEquals(2, run.exitCode(), run.out());
    assertTrue(run.err().contains(sentence), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }
}
