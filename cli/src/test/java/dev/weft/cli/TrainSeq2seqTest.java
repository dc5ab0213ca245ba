package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.examples.data.Reversals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `weft train seq2seq` and `weft reverse`, in this process.
final class TrainSeq2seqTest {
  @TempDir Path folder;

  private Run train(String... more) {
    String[] all = new String[more.length + 5];
    List<String> first = List.of("train", "seq2seq", "--json", "--out", folder + "/model");
    for (int i = 0; i < all.length; i++) {
      all[i] = i < 5 ? first.get(i) : more[i - 5];
    }
    return Run.weft(all);
  }

  private static JsonNode figures(Run run) throws IOException {
    assertEquals(0, run.exitCode(), run.err());
    return new ObjectMapper().readTree(run.lastLine());
  }

  @Test
  @DisplayName("S0-25, S0-54: short words of few letters are soon reversed, and the model is kept")
  void learnsToReverseShortWords() throws IOException {
    Run run =
        train(
            "--letters=8",
            "--longest=5",
            "--held-out=100",
            "--hidden=48",
            "--steps=300",
            "--rate=1e-2");
    JsonNode figures = figures(run);
    assertTrue(figures.get("accuracy").asDouble() > 0.9, run.out());
    assertTrue(
        figures.get("beam_logprob").asDouble() >= figures.get("greedy_logprob").asDouble(),
        figures.toString());
    assertTrue(figures.get("greedy_logprob").asDouble() > -1, figures.toString());
    assertTrue(figures.get("beam_accuracy").asDouble() > 0.9, figures.toString());
    assertEquals(6, figures.get("forced_loss").size()); // five letters and the end
    assertEquals(
        figures.get("forced_loss").get(0).asDouble(), figures.get("free_loss").get(0).asDouble());
    Path model = folder.resolve("model");
    long logged = Files.readAllLines(model.resolve("train.csv")).size() - 1L;
    assertEquals(figures.get("steps").asLong(), logged);
    for (String picture : List.of("curves", "steps")) {
      assertTrue(ImageIO.read(model.resolve(picture + ".png").toFile()).getWidth() > 100);
      assertTrue(Files.readString(model.resolve(picture + ".svg")).contains("<svg"));
    }
    Run reversed = Run.weft("reverse", "--model", model.toString(), "--json", "abc", "hade");
    assertEquals(0, reversed.exitCode(), reversed.err());
    List<String> lines = reversed.out().lines().toList();
    assertEquals(3, lines.size());
    assertEquals(
        "{\"reversed\":[\"%s\",\"%s\"]}".formatted(lines.get(0), lines.get(1)), lines.get(2));
    String[] shown = run.out().lines().filter(line -> line.contains(" -> ")).toArray(String[]::new);
    assertEquals(5, shown.length);
    String[] pair = shown[0].split(" -> ");
    Run again = Run.weft("reverse", "--model", model.toString(), pair[0]);
    assertEquals(pair[1] + "\n", again.out(), "the saved model writes what the trained one wrote");

    Run unknown = Run.weft("reverse", "--model", model.toString(), "xyz");
    assertEquals(2, unknown.exitCode());
    assertEquals("weft reverse: 'xyz' is no word of the model's letters, a to h\n", unknown.err());
  }

  @Test
  void theSeedDecidesEverything() throws IOException {
    String[] few = {"--letters=8", "--held-out=9", "--hidden=8", "--steps=4", "--forcing=0.5"};
    JsonNode first = figures(train(few));
    JsonNode second = figures(train(few));
    assertEquals(first.get("forced_loss"), second.get("forced_loss"));
    assertEquals(first.get("loss"), second.get("loss"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--steps=0 | --steps must be at least 1 but is 0",
        "--rate=0 | --rate must be a number above 0 but is 0.0",
        "--forcing=1.5 | --forcing must lie in [0, 1] but is 1.5",
        "--hidden=100000 | more than the 2147483647 that one set holds",
        "--device=none | device none: no such kind here",
        "--letters=30 | 2 to 26 letters and lengths from 1 on are wanted"
      })
  void whatCannotWorkIsRefused(String option, String sentence) {
    Run run = train(option);
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains(sentence), run.err());
  }

  @Test
  void aFolderWithoutAModelIsNamed() {
    Run run = Run.weft("reverse", "--model", folder.toString(), "abc");
    assertEquals(2, run.exitCode());
    assertTrue(
        run.err().contains("no config.json in it, so it holds no model; `weft train seq2seq --out"),
        run.err());
  }

  @Test
  @Tag("slow")
  @DisplayName("S0-54: more than 99 % of held-out words of 3 to 10 letters come out exactly right")
  void learnsToReverseWords() throws IOException {
    JsonNode figures = figures(train());
    assertTrue(figures.get("accuracy").asDouble() > 0.99, figures.toString());
    String model = folder.resolve("model").toString();
    Run reversed = Run.weft("reverse", "--model", model, "network");
    assertEquals(Reversals.reversed("network") + "\n", reversed.out());
  }
}
