package dev.weft.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.decoding.Continuation;
import dev.weft.decoding.Generator;
import dev.weft.decoding.History;
import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Sampler;
import dev.weft.decoding.Sampling;
import dev.weft.decoding.SamplingOptions;
import dev.weft.decoding.Stop;
import dev.weft.decoding.Tokenizer;
import dev.weft.decoding.TopP;
import dev.weft.gpt2.Gpt2;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.gpt2.Gpt2Tokenizer;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Scope;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class ExampleTest {
  private static final Gpt2Config CONFIG = new Gpt2Config(500, 256, 48, 2, 2, 1e-5);

  private final Device device = Devices.best();
  private final Tokenizer tokenizer = Gpt2Tokenizer.first(CONFIG.vocabulary());
  private final Tokenizer published = Gpt2Tokenizer.published();
  private long before;
  private Gpt2Inference model;

  @BeforeEach
  void drawAModel() {
    before = device.stats().liveBytes();
    try (Gpt2 training = Gpt2.create(CONFIG, device, DType.F32, 3)) {
      model = Gpt2Inference.of(training, DType.F32);
    }
  }

  @AfterEach
  void leaveNothingBehind() {
    model.close();
    assertEquals(before, device.stats().liveBytes());
  }

  @Test
  @DisplayName("S2-06: at a higher temperature more diversity, and tokens that are less likely")
  void temperaturesTradeLikelihoodForDiversity() {
    List<String> rows = run(Example.TEMPERATURES);
    assertEquals(1 + Temperatures.VALUES.length, rows.size());
    List<String[]> cells = rows.stream().skip(1).map(row -> row.strip().split("\\s+", 4)).toList();
    for (int i = 0; i < cells.size(); i++) {
      assertEquals(Temperatures.VALUES[i], Double.parseDouble(cells.get(i)[0]), 1e-9);
      assertTrue(cells.get(i)[3].startsWith("\""), cells.get(i)[3]);
    }
    for (int column : new int[] {1, 2}) {
      double coldest = Double.parseDouble(cells.getFirst()[column]);
      assertTrue(coldest < Double.parseDouble(cells.getLast()[column]), rows.toString());
    }
  }

  @Test
  @DisplayName("S1-90: a row for each size, the published ones with their parameter counts")
  void sizesPrintsARowForEach() {
    List<String> rows = run(Example.SIZES);
    assertEquals(1 + Sizes.LAYERS.length + 4, rows.size());
    for (int i = 0; i < Sizes.LAYERS.length; i++) {
      String[] cells = rows.get(i + 1).strip().split("\\s+");
      assertEquals(Sizes.LAYERS[i], Integer.parseInt(cells[0]));
      assertTrue(Double.parseDouble(cells[3]) > 0, rows.get(i + 1));
    }
    String[] published = {"124,439,808", "354,823,168", "774,030,080", "1,557,611,200"};
    for (int i = 0; i < 4; i++) {
      String row = rows.get(1 + Sizes.LAYERS.length + i);
      assertTrue(row.contains(published[i]), row);
    }
  }

  @Test
  @DisplayName("S1-38: five labelled rows of one prompt, each sampled in its own way")
  void settingsPrintsFiveLabelledRows() {
    List<String> rows = run(Example.SETTINGS);
    Set<String> texts = new HashSet<>();
    String[] labels = {
      "frequency penalty 100 ",
      "frequency penalty -1 ",
      "temperature 2.0 ",
      "temperature 0.9 ",
      "temperature 0.7 "
    };
    assertEquals(labels.length, rows.size());
    for (int i = 0; i < labels.length; i++) {
      assertTrue(rows.get(i).startsWith(labels[i]), rows.get(i));
      String text = rows.get(i).substring(labels[i].length()).strip();
      assertTrue(text.startsWith("\"Jingle bells, jingle bells, jingle all the way"), text);
      texts.add(text);
    }
    assertEquals(labels.length, texts.size(), "five different texts");
    assertEquals(13, published.encode(SamplingSettings.PROMPT).length);
  }

  @Test
  @DisplayName("S1-43: on the unicorn prompt every drawn token is among the 40 best")
  void unicornsDrawsFromTheFortyBest() {
    Continuation drawn = assertPrints(Example.UNICORNS, Unicorns.PROMPT, Unicorns.OPTIONS);
    for (int at = drawn.promptLength(); at < drawn.ids().length; at++) {
      float[] logits = logits(drawn.ids(), at);
      int better = 0;
      for (float logit : logits) {
        better += logit > logits[drawn.ids()[at]] ? 1 : 0;
      }
      assertTrue(better < 40, "token " + at + " has rank " + better);
    }
    assertEquals(45, published.encode(Unicorns.PROMPT).length);
  }

  @Test
  @DisplayName("S1-54: on a long prompt the kept mass reaches 0.95 at every step")
  void nucleusKeepsItsMassAtEveryStep() {
    Continuation drawn = assertPrints(Example.NUCLEUS, Nucleus.PROMPT, Nucleus.OPTIONS);
    for (int at = drawn.promptLength(); at < drawn.ids().length; at++) {
      float[] logits = Sampling.applyTemperature(logits(drawn.ids(), at), 0.7);
      float[] kept = Sampling.apply(new TopP(0.95), logits, new History());
      double total = 0;
      double mass = 0;
      for (int id = 0; id < logits.length; id++) {
        double weight = Math.exp(logits[id]);
        total += weight;
        mass += kept[id] == Float.NEGATIVE_INFINITY ? 0 : weight;
      }
      assertTrue(mass / total >= 0.95 - 1e-7, "mass " + mass / total + " at " + at);
      assertTrue(kept[drawn.ids()[at]] > Float.NEGATIVE_INFINITY, "token " + at + " was kept");
    }
    assertEquals(34, published.encode(Nucleus.PROMPT).length);
  }

  @Test
  @DisplayName("S1-67, S1-69: the same text with and without a cache, from linearly many positions")
  void cacheComputesEachPositionOnce() {
    List<String> lines = run(Example.CACHE);
    assertEquals("the same text:   yes", lines.get(2));
    assertEquals(
        lines.get(0).replace("without a cache: ", ""),
        lines.get(1).replaceFirst("with a cache: +", ""));
    int prompt = tokenizer.encode(CacheComparison.PROMPT).length;
    assertEquals(
        "positions computed for 15 tokens: %d, %d"
            .formatted(15 * prompt + 15 * 14 / 2, prompt + 14),
        lines.get(3));
    Matcher longer =
        Pattern.compile(
                "positions computed for 200 tokens: (\\d+), (\\d+);"
                    + " time [\\d.]+ s, [\\d.]+ s: a ratio of [\\d.]+")
            .matcher(lines.get(4));
    assertTrue(longer.matches(), lines.get(4));
    assertEquals(200 * prompt + 200 * 199 / 2, Integer.parseInt(longer.group(1)));
    assertEquals(prompt + 199, Integer.parseInt(longer.group(2)));
    assertEquals(16, published.encode(CacheComparison.PROMPT).length);
  }

  @Test
  @DisplayName("S1-85: the two best of six beams are printed as score: text")
  void beamsPrintsScoresAndTexts() {
    int[] prompt = tokenizer.encode(UniverseBeams.PROMPT);
    List<String> wanted =
        UniverseBeams.SEARCH.endTokens(tokenizer.endOfText()).search(model, prompt).stream()
            .map(s -> "%.4f: %s".formatted(s.score(), Sampling.repr(tokenizer.decode(s.ids()))))
            .toList();
    List<String> lines = run(Example.BEAMS);
    assertEquals(wanted, lines);
    assertEquals(2, lines.size());
    for (String line : lines) {
      assertTrue(
          line.matches("-\\d+\\.\\d{4}: \"I don't want to rule the universe. I just think.+\""),
          line);
    }
    assertEquals(12, published.encode(UniverseBeams.PROMPT).length);
  }

  @Test
  @DisplayName("S1-87: the best score by beam width over 100 random models, as a table")
  void widthsPrintsATable() {
    List<String> lines = run(Example.WIDTHS);
    assertEquals("beams  mean best score  better  worse", lines.get(0));
    assertEquals(1 + BeamWidths.WIDTHS.length, lines.size());
    Pattern row = Pattern.compile(" +(\\d+) +(-\\d+\\.\\d{4}) +(\\d+) +(\\d+)");
    for (int w = 0; w < BeamWidths.WIDTHS.length; w++) {
      Matcher cells = row.matcher(lines.get(w + 1));
      assertTrue(cells.matches(), lines.get(w + 1));
      assertEquals(BeamWidths.WIDTHS[w], Integer.parseInt(cells.group(1)));
      int better = Integer.parseInt(cells.group(3));
      int worse = Integer.parseInt(cells.group(4));
      assertTrue(better + worse <= BeamWidths.MODELS);
      assertEquals(w == 0, better == 0, "a wider beam is better somewhere");
    }
  }

  @Test
  @DisplayName("S2-08: the outer product of two tensors of rank 3 has rank 6")
  void outerPrintsProductsOfElements() {
    List<String> lines = run(Example.OUTER);
    assertEquals("A (2, 3, 4) x B (4, 3, 2) = C (2, 3, 4, 4, 3, 2)", lines.get(0));
    assertEquals("C[0, 0, 0, 0, 0, 0] = 0.5 = 1.0 * 0.5", lines.get(1));
    assertEquals("C[1, 0, 2, 3, 1, 0] = 157.5 = 15.0 * 10.5", lines.get(2));
    assertEquals("C[1, 2, 3, 3, 2, 1] = 288.0 = 24.0 * 12.0", lines.get(3));
  }

  /// The example prints what the generator draws; returns the draw.
  private Continuation assertPrints(Example example, String prompt, SamplingOptions options) {
    Sampler sampler =
        Sampler.of(options.temperature(), options.freqPenalty(), options.topK(), options.topP());
    Continuation drawn =
        new Generator(sampler, options.seed(), options.maxTokensGenerated())
            .tokenizer(tokenizer, false)
            .stop(Stop.endTokens(tokenizer.endOfText()))
            .generate(model, tokenizer.encode(prompt));
    assertEquals(List.of(Sampling.repr(tokenizer.decode(drawn.ids()))), run(example));
    return drawn;
  }

  private float[] logits(int[] ids, int length) {
    try (Scope _ = Scope.noGrad()) {
      return model.logits(new int[][] {Arrays.copyOf(ids, length)}).toFloats();
    }
  }

  private List<String> run(Example example) {
    StringWriter out = new StringWriter();
    example.run(new TestSetting(device, model, tokenizer, new PrintWriter(out)));
    return out.toString().lines().toList();
  }

  private record TestSetting(
      Device device, LanguageModel model, Tokenizer tokenizer, PrintWriter out)
      implements Setting {}
}
