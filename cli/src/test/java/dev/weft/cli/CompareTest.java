package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class CompareTest {
  private static final String MODEL = TinyModel.options()[1];

  @Test
  @DisplayName("S1-90: one prompt over several models, a row each")
  void aRowForEachModel() throws IOException {
    Run run =
        Run.weft(
            "compare",
            "--model",
            MODEL,
            "--model",
            "tiny",
            "--prompt",
            "The sea",
            "--max-tokens",
            "8",
            "--count",
            "2",
            "--json");
    assertEquals(0, run.exitCode(), run.err());
    JsonNode rows = new ObjectMapper().readTree(run.lastLine()).get("rows");
    assertEquals(2, rows.size());
    assertEquals(MODEL, rows.get(0).get("model").asText());
    assertEquals("tiny", rows.get(1).get("model").asText());
    assertTrue(rows.get(1).get("bytes").asLong() > rows.get(0).get("bytes").asLong());
    // One is random, the other is trained.
    assertTrue(
        rows.get(1).get("logprob_per_token").asDouble()
            > rows.get(0).get("logprob_per_token").asDouble());
    assertEquals(4, run.out().lines().count(), run.out()); // header, two rows, JSON
    String first =
        new ObjectMapper()
            .readTree(
                Run.weft(
                        "generate",
                        "--model",
                        MODEL,
                        "--prompt",
                        "The sea",
                        "--max-tokens",
                        "8",
                        "--json")
                    .lastLine())
            .at("/completions/0/text")
            .asText();
    assertEquals(first, rows.get(0).get("text").asText());
  }

  @Test
  void theFiguresAreThoseOfTheTextsThatGenerateWrites() throws IOException {
    String[] options = {"--prompt", "The sea", "--temperature", "0.6", "--max-tokens", "12"};
    String[] compare = GenerateTest.with(options, "--json", "--count", "3", "--seed", "2");
    JsonNode row =
        new ObjectMapper()
            .readTree(Run.weft(GenerateTest.with(compare, "compare")).lastLine())
            .at("/rows/0");
    JsonNode texts =
        new ObjectMapper()
            .readTree(Run.weft(GenerateTest.with(compare, "generate")).lastLine())
            .get("completions");
    double logProbability = 0;
    double[] distinct = new double[3];
    int tokens = 0;
    for (JsonNode text : texts) {
      int[] ids = new ObjectMapper().convertValue(text.get("tokens"), int[].class);
      logProbability += text.get("logprob").asDouble();
      tokens += ids.length;
      for (int n = 1; n <= 2; n++) {
        Set<List<Integer>> different = new HashSet<>();
        for (int i = 0; i + n <= ids.length; i++) {
          different.add(Arrays.stream(ids, i, i + n).boxed().toList());
        }
        distinct[n] += different.size() / (double) (ids.length - n + 1) / texts.size();
      }
    }
    assertEquals(logProbability / tokens, row.get("logprob_per_token").asDouble(), 1e-9);
    assertEquals(distinct[1], row.get("distinct_1").asDouble(), 1e-9);
    assertEquals(distinct[2], row.get("distinct_2").asDouble(), 1e-9);
    assertTrue(distinct[2] > distinct[1], "so that they can be told apart");
  }

  @Test
  @DisplayName("S2-06: with the temperature diversity grows and the model's liking falls")
  void aSweepOfTemperatures() throws IOException {
    Run run =
        Run.weft(
            "compare",
            "--prompt",
            "Once upon a time",
            "--max-tokens",
            "40",
            "--count",
            "2",
            "--temperatures",
            "0,0.7,1.5",
            "--json");
    assertEquals(0, run.exitCode(), run.err());
    JsonNode rows = new ObjectMapper().readTree(run.lastLine()).get("rows");
    assertEquals(3, rows.size());
    for (int i = 1; i < 3; i++) {
      assertTrue(
          rows.get(i).get("logprob_per_token").asDouble()
              < rows.get(i - 1).get("logprob_per_token").asDouble(),
          rows.toString());
      assertTrue(
          rows.get(i).get("distinct_2").asDouble() >= rows.get(i - 1).get("distinct_2").asDouble(),
          rows.toString());
    }
    assertTrue(rows.get(2).get("distinct_2").asDouble() > rows.get(0).get("distinct_2").asDouble());
  }

  @Test
  void senselessCombinationsAreRefused() {
    Run both = Run.weft("compare", "--temperature", "1", "--temperatures", "1,2");
    assertEquals(2, both.exitCode());
    assertTrue(both.err().contains("--temperatures"), both.err());
    assertTrue(both.err().contains("--temperature does nothing"), both.err());
    assertEquals(2, Run.weft("compare", "--temperatures", "1,-2").exitCode());
    assertEquals(2, Run.weft("compare", "--count", "0").exitCode());
    Run nothing = Run.weft("compare", "--max-tokens", "0");
    assertEquals("weft compare: --max-tokens must be at least 1 but is 0\n", nothing.err());
  }

  @Test
  void aModelThatIsMissingIsToldBeforeTheOthersAreComputed() {
    Run run = Run.weft("compare", "--model", MODEL, "--model", "/no/such/folder");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("/no/such/folder"), run.err());
    assertEquals("", run.out());
  }
}
