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
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BeamsTest {
  private static final String PROMPT = "The sea was";

  private static Run beams(String... more) {
    List<String> arguments = new ArrayList<>(List.of("beams", "--prompt", PROMPT));
    arguments.addAll(Arrays.asList(TinyModel.options()));
    arguments.addAll(Arrays.asList(more));
    return Run.weft(arguments.toArray(String[]::new));
  }

  @Test
  void printsTheTreeThenTheResults() {
    Run run = beams("--beams", "3", "--returns", "2", "--max-tokens", "4");
    assertEquals(0, run.exitCode(), run.err());
    List<String> lines = run.out().lines().toList();
    assertEquals("\"" + PROMPT + "\"", lines.get(0));
    List<String> tree = lines.subList(1, lines.size() - 2);
    assertEquals(4 * 6, tree.size(), "six candidates in each of four steps");
    for (String line : tree) {
      assertTrue(
          line.matches("( {2}){1,4}[+=-] -\\d+\\.\\d{3} \".*\"( < -\\d+\\.\\d{3})?( #[12])*"),
          line);
    }
    for (String line : lines.subList(lines.size() - 2, lines.size())) {
      assertTrue(line.matches("-\\d+\\.\\d{4}: \"" + PROMPT + ".+\""), line);
    }
  }

  @Test
  void jsonHoldsTheTreeAndTheResults() throws IOException {
    Run run = beams("--beams", "3", "--returns", "3", "--max-tokens", "4", "--json");
    JsonNode json = new ObjectMapper().readTree(run.lastLine());
    assertEquals(PROMPT, json.get("prompt").asText());
    assertEquals(TinyModel.ids(PROMPT), json.get("prompt_tokens"));
    assertEquals(1 + 4 * 6, json.get("nodes").size());
    assertEquals(3, json.get("results").size());
    for (JsonNode result : json.get("results")) {
      double sum = 0;
      StringBuilder text = new StringBuilder();
      int at = result.get("node").asInt();
      while (at != 0) {
        JsonNode node = json.at("/nodes/" + at);
        sum += node.get("logprob").asDouble();
        text.insert(0, node.get("text").asText());
        at = node.get("parent").asInt();
      }
      assertEquals(sum, result.get("logprob").asDouble(), 1e-9);
      assertEquals(text.toString(), result.get("text").asText());
    }
    assertFalse(json.at("/nodes/0").has("text"), "the prompt's own node has no token");
  }

  @Test
  void withoutACacheTheTreeIsTheSame() {
    String[] options = {"--beams", "4", "--max-tokens", "6", "--length-penalty", "1", "--json"};
    String[] more = Arrays.copyOf(options, options.length + 1);
    more[options.length] = "--no-cache";
    assertEquals(beams(options).out(), beams(more).out());
  }

  @Test
  void groupsDoNotTakeTheSameToken() throws IOException {
    JsonNode results =
        json("--beams 3 --returns 3 --groups 3 --diversity-penalty 99 --max-tokens 1")
            .get("results");
    assertEquals(3, results.size());
    assertEquals(3, Set.copyOf(results.findValuesAsText("text")).size(), results.toString());
  }

  @Test
  void earlyStopSaysWhenASearchEnds() throws IOException {
    // So wide a beam that the first step sees an end.
    String wide = "--beams 499 --returns 1 --max-tokens 2 --early-stop ";
    assertEquals(1, json(wide + "returned").get("nodes").findValues("step").getLast().asInt());
    assertEquals(2, json(wide + "beams").get("nodes").findValues("step").getLast().asInt());
  }

  @Test
  void atTheLimitLiveSequencesCompeteWhereThatIsAskedFor() throws IOException {
    String search = "--beams 499 --returns 1 --max-tokens 2 --early-stop beams --length-penalty 2";
    assertTrue(json(search).at("/results/0/finished").asBoolean());
    assertFalse(json(search + " --rank-all").at("/results/0/finished").asBoolean());
  }

  private static JsonNode json(String options) throws IOException {
    Run run = beams((options + " --json").split(" "));
    assertEquals(0, run.exitCode(), run.err());
    return new ObjectMapper().readTree(run.lastLine());
  }

  @Test
  void verbosePrintsTheLiveTextsOfEachStep() {
    Run run = beams("--beams", "3", "--max-tokens", "4", "--verbose");
    List<String> lines = run.err().lines().toList();
    assertEquals(3 * 4, lines.size());
    for (String line : lines) {
      assertTrue(line.matches("-\\d+\\.\\d{3} \".+\""), line);
    }
  }

  @Test
  void thePageHoldsTheJsonAndNeedsNothingElse(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("tree.html");
    Run run = beams("--beams", "2", "--max-tokens", "3", "--json", "--html", file.toString());
    String page = Files.readString(file);
    assertTrue(page.contains(run.lastLine()), "no text of this run has a character to be escaped");
    for (String outside : List.of("src=", "href=", "url(", "@import", "https:")) {
      assertFalse(page.contains(outside), outside);
    }
  }

  @Test
  void aPageThatCannotBeWrittenIsToldInASentence(@TempDir Path folder) {
    Run run = beams("--max-tokens", "1", "--html", folder.resolve("none/tree.html").toString());
    assertEquals(Failure.USAGE, run.exitCode());
    assertTrue(run.err().startsWith("weft beams: --html "), run.err());
    assertEquals(1, run.err().lines().count());
    assertTrue(run.err().contains("there is no folder " + folder.resolve("none")), run.err());
    Run itself = beams("--max-tokens", "1", "--html", folder.toString());
    assertTrue(itself.err().endsWith("it is a folder\n"), itself.err());
    assertEquals("", run.out() + itself.out());
  }

  @Test
  void moreThanTheContextIsRefused() {
    Run run = beams("--max-tokens", "" + TinyModel.CONTEXT);
    assertEquals(Failure.USAGE, run.exitCode());
    assertTrue(run.err().contains("--max-tokens asks for " + TinyModel.CONTEXT), run.err());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      textBlock =
          """
          --returns 3 --beams 2, --returns must be at most --beams but they are 3 and 2
          --beams 0 --returns 0, --beams must be at least 1 but is 0
          --groups 4, --groups must divide --beams but they are 4 and 6
          --groups 3, --groups 3 finds the same texts 3 times without --diversity-penalty above 0: add it
          --groups 2 --diversity-penalty -1, --groups 2 finds the same texts 2 times without --diversity-penalty above 0: add it
          --diversity-penalty 1, --diversity-penalty 1.0 does nothing without --groups above 1
          --min-tokens 9 --max-tokens 5, --min-tokens must be at most --max-tokens but they are 9 and 5
          --early-stop soon, `--early-stop must be returned, beams, likely or never but is soon`
          --length-penalty NaN, length penalty must be finite but is NaN
          """)
  void whatContradictsIsRefusedWithBothNumbers(String options, String sentence) {
    Run run = beams(options.split(" "));
    assertEquals(Failure.USAGE, run.exitCode());
    assertEquals("weft beams: " + sentence + "\n", run.err());
    assertEquals("", run.out());
  }
}
