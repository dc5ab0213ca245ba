package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GenerateTest {
  private static final String PROMPT = "The sea was";

  @Test
  void printsThePromptAndItsContinuationOnly() {
    Run run = generate("--max-tokens", "8");
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().startsWith(PROMPT), run.out());
    assertTrue(run.out().length() > PROMPT.length() + 1, run.out());
    assertTrue(
        Pattern.matches(
            "8 tokens, [\\d.]+ tokens/s, first token after [\\d.]+ s \\([\\d.]+ s from the start\\)\n",
            run.err()),
        run.err());
  }

  @Test
  void weightsInF16AreForGpus() {
    Run run = Run.weft("generate", "--device=cpu", "--dtype=f16", "--prompt=Once");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("--dtype F16: weight: the CPU has no packs of F16"), run.err());
  }

  @Test
  void sameSeedGivesTheSameTextAndAnotherSeedAnother() {
    String text = generate("--max-tokens", "12").out();
    assertEquals(text, generate("--max-tokens", "12", "--seed", "0").out());
    assertNotEquals(text, generate("--max-tokens", "12", "--seed", "1").out());
  }

  @Test
  void jsonIsTheLastLineAndHoldsWhatWasPrinted() throws IOException {
    Run run = generate("--max-tokens", "8", "--json", "--count", "2");
    JsonNode json = json(run);
    assertEquals(
        List.of("prompt", "completions", "tokens_per_second", "time_to_first_token"), names(json));
    assertEquals(PROMPT, json.get("prompt").asText());
    assertEquals(2, json.get("completions").size());
    JsonNode first = json.at("/completions/0");
    assertEquals(List.of("text", "tokens", "finish_reason", "logprob"), names(first));
    assertEquals(8, first.get("tokens").size());
    assertEquals("max_tokens", first.get("finish_reason").asText());
    assertTrue(first.get("logprob").asDouble() < 0);
    assertTrue(json.get("tokens_per_second").asDouble() > 0);
    assertTrue(json.get("time_to_first_token").asDouble() > 0);
    String texts =
        PROMPT
            + first.get("text").asText()
            + "\n---\n"
            + PROMPT
            + json.at("/completions/1/text").asText()
            + "\n";
    assertEquals(texts + run.lastLine() + "\n", run.out());
  }

  @Test
  void nothingInTheJsonButTwoFieldsDependsOnTime() throws IOException {
    String[] options = {"--json", "--count", "3", "--top-k", "50", "--top-p", "0.95"};
    ObjectNode first = (ObjectNode) json(generate(options));
    ObjectNode second = (ObjectNode) json(generate(options));
    for (ObjectNode json : List.of(first, second)) {
      json.remove(List.of("tokens_per_second", "time_to_first_token"));
    }
    assertEquals(first.toString(), second.toString());
  }

  @Test
  void severalContinuationsEqualThemselvesWhateverTheirNumber() throws IOException {
    JsonNode three = json(generate("--json", "--count", "3", "--max-tokens", "9"));
    JsonNode one = json(generate("--json", "--count", "1", "--max-tokens", "9"));
    assertEquals(one.at("/completions/0"), three.at("/completions/0"));
    Set<JsonNode> different = new HashSet<>();
    three.get("completions").forEach(different::add);
    assertEquals(3, different.size());
  }

  @Test
  void withoutTheCacheTheTextIsTheSame() {
    String[] options = {"--max-tokens", "12", "--frequency-penalty", "1.5", "--top-k", "40"};
    String cached = generate(options).out();
    assertEquals(cached, generate(with(options, "--no-cache")).out());
  }

  @Test
  void endsBeforeStopText() throws IOException {
    JsonNode whole = json(generate("--json", "--max-tokens", "20"));
    String text = whole.at("/completions/0/text").asText();
    String stop = text.substring(text.length() / 2, text.length() / 2 + 2);
    Run run = generate("--json", "--max-tokens", "20", "--stop", "@@", "--stop", stop);
    JsonNode completion = json(run).at("/completions/0");
    assertEquals("stop_string", completion.get("finish_reason").asText());
    assertEquals(text.substring(0, text.indexOf(stop)), completion.get("text").asText());
    assertFalse(run.out().substring(PROMPT.length()).lines().findFirst().orElse("").contains(stop));
  }

  @Test
  void presetsDrawDifferently() throws IOException {
    Set<String> texts = new HashSet<>();
    for (String preset : List.of("seed", "hugging-face", "llama-cpp", "openai")) {
      String[] options = {"--max-tokens", "24", "--presence-penalty", "3", "--preset", preset};
      Run run = generate(options);
      assertEquals(0, run.exitCode(), run.err());
      texts.add(run.out());
    }
    assertEquals(4, texts.size());
    String[] greedy = {"--temperature", "0", "--frequency-penalty", "50", "--max-tokens", "24"};
    Run held = generate(with(greedy, "--preset", "openai")); // where it is no contradiction
    assertEquals(0, held.exitCode(), held.err());
    assertNotEquals(generate("--temperature", "0", "--max-tokens", "24").out(), held.out());
  }

  @Test
  void everyFilterHasItsOption() throws IOException {
    String plain = generate("--max-tokens", "24").out();
    for (String options :
        List.of(
            "--min-p 0.3",
            "--typical 0.2",
            "--top-p 0.3 --nucleus exclusive",
            "--top-k 1 --min-kept 2",
            "--frequency-penalty 2 --penalty-scope generated",
            "--presence-penalty 5 --penalty-scope 4",
            "--repetition-penalty 5",
            "--no-repeat-ngram 1",
            "--force-first a",
            "--bias a=99")) {
      Run run = generate(("--max-tokens 24 " + options).split(" "));
      assertEquals(0, run.exitCode(), options + ": " + run.err());
      assertNotEquals(plain, run.out(), options);
    }
    JsonNode ids = json(generate("--json", "--max-tokens", "30", "--no-repeat-ngram", "1"));
    List<Integer> seen = new ArrayList<>();
    ids.at("/completions/0/tokens").forEach(id -> seen.add(id.asInt()));
    assertEquals(seen.size(), Set.copyOf(seen).size());
  }

  @Test
  void wishesForTokensAreTexts() throws IOException {
    String only = generate("--max-tokens", "9", "--allow", "a").out().strip();
    assertTrue(Pattern.matches(Pattern.quote(PROMPT) + "a*", only), only);
    String first = generate("--max-tokens", "5", "--force-first", "a").out();
    assertTrue(first.startsWith(PROMPT + "a"), first);
    String last = generate("--max-tokens", "5", "--force-last", "a").out().strip();
    assertTrue(last.endsWith("a"), last);
    String without = generate("--max-tokens", "30", "--bad-word", "a").out();
    assertFalse(without.isEmpty());
    assertEquals(without, generate("--max-tokens", "30", "--bias", "a=-Infinity").out());
  }

  @Test
  void aBiasedTextMayHoldAnEqualsSign() {
    Run run = generate("--max-tokens", "2", "--bias", "==99");
    assertTrue(run.out().startsWith(PROMPT + "=="), run.out() + run.err());
  }

  @Test
  void valuesAtTheirLimitsStillDraw() {
    for (String options :
        List.of(
            "--temperature 1e-300 --repetition-penalty 1e-9 --bias a=1e9 --presence-penalty -1e9",
            "--temperature 1e300 --repetition-penalty 1e9 --bad-word a --frequency-penalty 1e9")) {
      Run run = generate(("--max-tokens 3 " + options).split(" "));
      assertEquals(0, run.exitCode(), options + ": " + run.err());
    }
  }

  @Test
  void whenNothingIsLeftToDrawASentenceSaysSo() {
    Run run = generate("--allow", "a", "--bad-word", "a", "--min-tokens", "2");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().startsWith("weft generate: no token is possible: all "), run.err());
    assertTrue(run.err().endsWith(": forbid fewer tokens, or allow more\n"), run.err());
    assertEquals(PROMPT + "\n", run.out());
  }

  @Test
  void bestOfIsTheLikeliestOfAsMany() throws IOException {
    JsonNode best = json(generate("--json", "--best-of", "5", "--max-tokens", "9"));
    assertEquals(1, best.get("completions").size());
    double likeliest = Double.NEGATIVE_INFINITY;
    for (JsonNode one :
        json(generate("--json", "--count", "5", "--max-tokens", "9")).get("completions")) {
      likeliest = Math.max(likeliest, one.get("logprob").asDouble() / one.get("tokens").size());
    }
    JsonNode chosen = best.at("/completions/0");
    assertEquals(likeliest, chosen.get("logprob").asDouble() / chosen.get("tokens").size(), 1e-12);
  }

  @Test
  void beamsAreSearchedAsWeftBeamsDoes() throws IOException {
    String[] options = {
      "--beams",
      "4",
      "--returns",
      "2",
      "--max-tokens",
      "6",
      "--length-penalty",
      "0.7",
      "--no-repeat-ngram",
      "2",
      "--min-tokens",
      "3",
      "--json"
    };
    Run run = generate(options);
    JsonNode found = json(run).get("completions");
    JsonNode tree =
        json(Run.weft(with(with(TinyModel.options(), "beams", "--prompt", PROMPT), options)));
    assertEquals(2, found.size());
    for (int i = 0; i < 2; i++) {
      assertEquals(tree.at("/results/" + i + "/tokens"), found.at("/" + i + "/tokens"));
      assertEquals(tree.at("/results/" + i + "/score"), found.at("/" + i + "/score"));
    }
    String texts =
        PROMPT + found.at("/0/text").asText() + "\n---\n" + PROMPT + found.at("/1/text").asText();
    assertEquals(texts + "\n" + run.lastLine() + "\n", run.out());
    assertEquals(found, json(generate(with(options, "--no-cache"))).get("completions"));
  }

  @Test
  void theScopeAndTheRuleAreThoseAskedFor() {
    String[] penalty = {"--max-tokens", "24", "--presence-penalty", "-8"};
    Set<String> texts = new HashSet<>();
    for (String scope : List.of("all", "generated", "2", "0")) {
      texts.add(generate(with(penalty, "--penalty-scope", scope)).out());
    }
    assertEquals(4, texts.size());
    assertEquals(
        generate("--max-tokens", "24").out(),
        generate(with(penalty, "--penalty-scope", "0")).out());
    String[] nucleus = {"--max-tokens", "24", "--top-p", "1e-9"};
    assertEquals(
        generate("--max-tokens", "24", "--temperature", "0").out(),
        generate(with(nucleus, "--nucleus", "inclusive")).out());
    String[] half = {"--max-tokens", "24", "--top-p", "0.004"};
    assertNotEquals(
        generate(with(half, "--nucleus", "inclusive")).out(),
        generate(with(half, "--nucleus", "exclusive")).out());
  }

  @Test
  void aTextThatMayEndDoesAndPastTheEndItGoesOn() throws IOException {
    String[] ends = {"--json", "--max-tokens", "9", "--allow", "a"}; // a, or the end
    Set<String> reasons = new HashSet<>();
    for (int seed = 0; seed < 12; seed++) {
      JsonNode one = json(generate(with(ends, "--seed", "" + seed))).at("/completions/0");
      reasons.add(one.get("finish_reason").asText());
      JsonNode on = json(generate(with(with(ends, "--seed", "" + seed), "--past-end")));
      assertEquals(9, on.at("/completions/0/tokens").size());
      assertEquals("max_tokens", on.at("/completions/0/finish_reason").asText());
    }
    assertTrue(reasons.contains("end_token"), reasons.toString());
  }

  @Test
  void aSearchSaysHowItEndedAndKeepsItsLeastLength() throws IOException {
    String[] search = {
      "--json", "--beams", "500", "--max-tokens", "3"
    }; // as wide as the vocabulary
    JsonNode ended = json(generate(search)).at("/completions/0");
    assertEquals("end_token", ended.get("finish_reason").asText());
    assertTrue(ended.get("tokens").size() < 3, ended.toString());
    JsonNode longer = json(generate(with(search, "--min-tokens", "3"))).at("/completions/0");
    assertEquals(3, longer.get("tokens").size());
    JsonNode narrow = json(generate("--json", "--beams", "1", "--max-tokens", "3"));
    assertEquals("max_tokens", narrow.at("/completions/0/finish_reason").asText());
  }

  @Test
  void timeAndLengthAreLimits() throws IOException {
    JsonNode timed = json(generate("--json", "--max-time", "0")).at("/completions/0");
    assertEquals("max_time", timed.get("finish_reason").asText());
    assertEquals(1, timed.get("tokens").size());
    JsonNode past = json(generate("--json", "--past-end", "--max-tokens", "40"));
    assertEquals(40, past.at("/completions/0/tokens").size());
  }

  @Test
  void theColdestTemperatureIsGreedy() {
    String greedy = generate("--max-tokens", "8", "--temperature", "0").out();
    assertEquals(greedy, generate("--max-tokens", "8", "--temperature", "1e-300").out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--frequency-penalty -1e300",
        "--presence-penalty -1e300",
        "--repetition-penalty 1e-300",
      })
  void whatNoLogitCouldBearIsRefusedInOneSentence(String options) {
    Run run = generate(options.split(" "));
    assertEquals(2, run.exitCode(), run.err());
    assertEquals("", run.out());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void noTokensAreFine() throws IOException {
    Run run = generate("--max-tokens", "0", "--json");
    assertEquals(0, run.exitCode(), run.err());
    assertEquals(0, json(run).at("/completions/0/tokens").size());
    assertEquals("0 tokens\n", run.err());
  }

  @Test
  void withoutPromptBeginsATextOfItsOwn() throws IOException {
    Run run = Run.weft(with(TinyModel.options(), "generate", "--json", "--max-tokens", "3"));
    assertEquals(0, run.exitCode(), run.err());
    assertEquals("", json(run).get("prompt").asText());
  }

  @Test
  void morethanTheContextIsRefusedBeforeComputingWithBothNumbers() {
    int room = TinyModel.CONTEXT - TinyModel.tokens(PROMPT);
    Run run = generate("--max-tokens", "" + (room + 1));
    assertEquals(2, run.exitCode());
    assertEquals(
        "weft generate: the prompt has "
            + TinyModel.tokens(PROMPT)
            + " tokens and --max-tokens asks for "
            + (room + 1)
            + " more, but "
            + TinyModel.options()[1]
            + " reads at most "
            + TinyModel.CONTEXT
            + ": ask for at most "
            + room
            + "\n",
        run.err());
    assertEquals("", run.out());
    assertEquals(0, generate("--max-tokens", "" + room).exitCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--top-p 1.01",
        "--top-p -0.1",
        "--top-p NaN",
        "--top-k -1",
        "--temperature -1",
        "--temperature NaN",
        "--temperature Infinity",
        "--presence-penalty -1e300",
        "--repetition-penalty 1e-300",
        "--bias a=1e300",
        "--bias a=1 --bias a=2",
        "--frequency-penalty NaN",
        "--max-tokens -1",
        "--count 0",
        "--threads 0",
        "--threads 100000",
        "--temperature 0 --top-k 5",
        "--temperature 0 --top-p 0.5",
        "--temperature 0 --frequency-penalty 1",
        "--temperature 0 --count 2",
        "--temperature 0 --min-p 0.1",
        "--temperature 0 --typical 0.9",
        "--temperature 0 --repetition-penalty 1.2",
        "--temperature 0 --best-of 3",
        "--best-of 3 --count 2",
        "--best-of 0",
        "--min-p 2",
        "--typical -1",
        "--min-kept 2",
        "--min-kept 0 --top-k 5",
        "--nucleus exclusive",
        "--penalty-scope generated",
        "--repetition-penalty 0",
        "--presence-penalty Infinity",
        "--no-repeat-ngram -1",
        "--min-tokens -1",
        "--min-tokens 9 --max-tokens 8",
        "--past-end --min-tokens 2",
        "--max-time -1",
        "--bias a=NaN",
        "--force-first ~~~!~~~",
        "--beams 0",
        "--beams 3 --returns 4",
        "--beams 3 --temperature 0.5",
        "--beams 3 --top-k 5",
        "--beams 3 --count 2",
        "--beams 3 --stop a",
        "--beams 3 --max-tokens 0",
        "--beams 4 --groups 3",
        "--returns 2",
        "--length-penalty 1",
        "--device cuda:99",
        "--device toaster",
      })
  void whatCannotWorkIsRefusedInOneSentence(String options) {
    Run run = generate(options.split(" "));
    assertEquals(2, run.exitCode(), run.err());
    assertEquals("", run.out());
    assertEquals(1, run.err().lines().count(), run.err());
    String option = options.split(" ")[0];
    assertTrue(run.err().contains(option) || option.equals("--device"), run.err());
    assertFalse(run.err().contains("Exception"), run.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--preset vllm",
        "--nucleus open --top-p 0.5",
        "--penalty-scope -1 --presence-penalty 1",
        "--bias a",
        "--bias a=b",
        "--bias =1",
      })
  void whatIsNoValueIsRefused(String options) {
    Run run = generate(options.split(" "));
    assertEquals(2, run.exitCode(), run.err());
    assertEquals("", run.out());
    String sentence = run.err().lines().findFirst().orElseThrow();
    assertTrue(sentence.contains(options.split(" ")[0]), sentence);
    assertTrue(sentence.contains(options.split(" ")[1]), sentence);
    assertFalse(run.err().contains("Exception"), run.err());
  }

  @Test
  void folderWithoutModelIsNamedWithWhatItLacks() {
    Run run = Run.weft("generate", "--model", "/no/such/folder");
    assertEquals(2, run.exitCode(), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains("/no/such/folder"), run.err());
    assertTrue(run.err().contains("weft download"), run.err());
  }

  @Test
  void leavesNoMemoryBehind() {
    Device device = Devices.best();
    long before = device.stats().liveBytes();
    generate("--max-tokens", "4", "--count", "2");
    assertEquals(before, device.stats().liveBytes());
  }

  static Run generate(String... options) {
    return Run.weft(with(with(TinyModel.options(), "generate", "--prompt", PROMPT), options));
  }

  /// `more`, then `options`: where both have an option, the later one counts.
  static String[] with(String[] options, String... more) {
    List<String> all = new ArrayList<>();
    if (more.length > 0 && !more[0].startsWith("-")) {
      all.addAll(Arrays.asList(more));
      all.addAll(Arrays.asList(options));
    } else {
      all.addAll(Arrays.asList(options));
      all.addAll(Arrays.asList(more));
    }
    return all.toArray(String[]::new);
  }

  private static JsonNode json(Run run) throws IOException {
    return new ObjectMapper().readTree(run.lastLine());
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
