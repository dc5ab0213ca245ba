package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ExplainTest {
  private static final String[] OPTIONS = {
    "--prompt",
    "The sea was",
    "--max-tokens",
    "6",
    "--temperature",
    "0.8",
    "--top-k",
    "20",
    "--top-p",
    "0.9",
    "--frequency-penalty",
    "0.5",
    "--seed",
    "4",
    "--json"
  };

  @Test
  void explainsTheTextThatGenerateWrites() throws IOException {
    JsonNode written = json("generate").at("/completions/0");
    JsonNode explained = json("explain");
    assertEquals(written.get("text"), explained.get("text"));
    List<Integer> chosen = new ArrayList<>();
    List<String> stages = new ArrayList<>();
    for (JsonNode decision : explained.get("decisions")) {
      chosen.add(decision.get("chosen").asInt());
      stages.clear();
      decision.get("stages").forEach(stage -> stages.add(stage.get("name").asText()));
      double uniform = decision.get("uniform").asDouble();
      assertTrue(uniform >= 0 && uniform < 1, decision.toString());
    }
    List<Integer> tokens = new ArrayList<>();
    written.get("tokens").forEach(id -> tokens.add(id.asInt()));
    assertEquals(tokens, chosen);
    assertEquals(
        List.of("temperature 0.8", "frequency penalty 0.5", "top-k 20", "top-p 0.9"), stages);
  }

  @Test
  void theTableNamesStagesAndTokens() {
    Run run = run("explain");
    assertEquals(0, run.exitCode(), run.err());
    assertEquals(6, run.out().lines().filter(line -> line.startsWith("step ")).count());
    assertTrue(run.out().contains("top-k 20"), run.out());
  }

  private static Run run(String command) {
    return Run.weft(GenerateTest.with(GenerateTest.with(TinyModel.options(), command), OPTIONS));
  }

  private static JsonNode json(String command) throws IOException {
    Run run = run(command);
    assertEquals(0, run.exitCode(), run.err());
    return new ObjectMapper().readTree(run.lastLine());
  }

  @Test
  void asManyOfTheLikeliestAreShownAsAskedFor() throws IOException {
    for (int best : new int[] {1, 4}) {
      Run run =
          Run.weft(
              GenerateTest.with(
                  GenerateTest.with(TinyModel.options(), "explain"),
                  "--json",
                  "--max-tokens",
                  "5",
                  "--best",
                  "" + best));
      for (JsonNode decision : new ObjectMapper().readTree(run.lastLine()).get("decisions")) {
        int likeliest = 0;
        for (JsonNode token : decision.get("tokens")) {
          int id = token.get("id").asInt();
          boolean other =
              id != decision.get("chosen").asInt() && id != decision.get("runnerUp").asInt();
          assertTrue(!other || token.get("rank").asInt() < best, decision.toString());
          likeliest += token.get("rank").asInt() < best ? 1 : 0;
        }
        assertEquals(best, likeliest, decision.toString());
      }
    }
  }
}
