package dev.weft.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.bench.engine.DrawWork;
import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.Gpt2TrainingWork;
import dev.weft.bench.engine.Models;
import dev.weft.bench.engine.ProductWork;
import dev.weft.bench.engine.RecurrentWork;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Philox;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// A peer that computes something else isn't timed.
final class SettingTest {
  private static final WeftEngine WEFT =
      new WeftEngine(Devices.require("cpu"), new Models(Path.of("nowhere")));

  private static Setting beside(Engine engine, String only) {
    return new Setting(engine, WEFT, null, 1, Pattern.compile(only));
  }

  @Test
  @DisplayName("S1-97: decoding is told in tokens per second, of all sequences together")
  void tokensPerSecondOfAllRows() throws IOException {
    Slow model = new Slow(8);
    Engine slow =
        new Engine() {
          @Override
          public String description() {
            return "a step takes 0.2 ms or longer";
          }

          @Override
          public TextModel textModel(String dtype, int rows) {
            return model;
          }
        };
    Setting setting = new Setting(slow, null, null, 1, Pattern.compile("f32.*batch 8,"));
    Row row = new Decode().run(setting).getFirst();
    assertEquals("tokens/s", row.unit());
    double all = 8 * model.steps / model.seconds;
    assertTrue(
        row.value() > all / 3 && row.value() < all * 3, () -> row + ", but steps say " + all);
  }

  private static final class Slow implements Engine.TextModel {
    private final int rows;
    private int steps;
    private double seconds;

    private Slow(int rows) {
      this.rows = rows;
    }

    @Override
    public void read(int[][] prompts) {
      assertEquals(rows, prompts.length);
    }

    @Override
    public void step(int[] ids) {
      long start = System.nanoTime();
      while (System.nanoTime() < start + 200_000) {
        Thread.onSpinWait();
      }
      steps++;
      seconds += (System.nanoTime() - start) * 1e-9;
    }

    @Override
    public float[] logits() {
      throw new AssertionError("nobody asked");
    }
  }

  /// Always the same logits, two for a row.
  private record Fixed(float... logits) implements Engine.TextModel {
    @Override
    public void read(int[][] prompts) {}

    @Override
    public void step(int[] ids) {}
  }

  @Test
  void wrongLogitsAreRefused() throws IOException {
    Fixed right = new Fixed(1, 2);
    int[][] prompts = {{5}};
    Decode.requireSame("text", new Fixed(1, 2), right, "f32", prompts);
    IOException e =
        assertThrows(
            IOException.class,
            () -> Decode.requireSame("text", new Fixed(1, 2.001f), right, "f32", prompts));
    assertTrue(e.getMessage().startsWith("text, prompt: the peer is off by"), e.getMessage());
    Decode.requireSame("text", new Fixed(1, 2.001f), right, "bf16", prompts);
    Engine.TextModel afterwards =
        new Engine.TextModel() {
          private int steps;

          @Override
          public void read(int[][] prompts) {}

          @Override
          public void step(int[] ids) {
            steps++;
          }

          @Override
          public float[] logits() {
            return new float[] {1, 2 - steps};
          }
        };
    e =
        assertThrows(
            IOException.class, () -> Decode.requireSame("text", afterwards, right, "f32", prompts));
    assertTrue(e.getMessage().startsWith("text, cached: the peer is off by"), e.getMessage());
  }

  @Test
  void wrongLossesAreRefused() throws IOException {
    Engine.Training right = () -> 2;
    RecurrentTraining.check("net", () -> 2.0001, right);
    IOException e =
        assertThrows(IOException.class, () -> RecurrentTraining.check("net", () -> 2.001, right));
    assertTrue(
        e.getMessage().startsWith("net, loss of step 1: the peer is off by"), e.getMessage());
    assertThrows(IOException.class, () -> RecurrentTraining.check("net", () -> Double.NaN, right));
  }

  @Test
  void aVariantThatIsWantedWaitsForItsTurn() {
    List<String> turns = new ArrayList<>();
    Setting setting =
        new Setting(WEFT, null, null, 1, Pattern.compile("f32"), () -> turns.add("turn"));
    assertFalse(setting.wants("bf16 product"));
    assertEquals(List.of(), turns);
    assertTrue(setting.wants("f32 product"));
    assertEquals(List.of("turn"), turns);
  }

  @Test
  void aWrongProductIsRefused() {
    Setting setting = beside(new WrongEngine(0), "packed 8x768x3072");
    IOException e = assertThrows(IOException.class, () -> new Gemm().run(setting));
    assertTrue(
        e.getMessage().startsWith("gemm f32 packed 8x768x3072: the peer is off by"),
        e.getMessage());
  }

  @Test
  void aWrongResultIsToldAndTheRestGoesOn() throws IOException {
    List<String> told = new ArrayList<>();
    Setting setting =
        new Setting(
            new WrongEngine(0),
            WEFT,
            null,
            1,
            Pattern.compile("packed (8|32)x768x3072"),
            () -> {},
            result -> told.add(result.getMessage()));
    assertEquals(List.of(), new Gemm().run(setting));
    assertEquals(2, told.size(), told::toString);
  }

  @Test
  void anIdThatTheFilterTookAwayIsRefused() {
    float[] logits = FixedLogits.normal(Draws.VOCABULARY, 1);
    int least = 0;
    for (int i = 0; i < logits.length; i++) {
      least = logits[i] < logits[least] ? i : least;
    }
    for (String kind : List.of("top-k", "top-p")) {
      Setting setting = beside(new WrongEngine(least), kind);
      IOException e =
          assertThrows(IOException.class, () -> Draws.measure(setting, new ArrayList<>()), kind);
      assertTrue(e.getMessage().contains("the peer drew"), e.getMessage());
    }
  }

  @Test
  void theSameIdEveryTimeIsRefused() {
    float[] logits = FixedLogits.normal(Draws.VOCABULARY, 1);
    int largest = 0;
    for (int i = 0; i < logits.length; i++) {
      largest = logits[i] > logits[largest] ? i : largest;
    }
    for (String kind : List.of("temperature", "top-k", "top-p")) {
      Setting setting = beside(new WrongEngine(largest), kind);
      IOException e =
          assertThrows(IOException.class, () -> Draws.measure(setting, new ArrayList<>()), kind);
      assertTrue(e.getMessage().contains("not spread as their probabilities are"), e.getMessage());
    }
  }

  @Test
  void drawsThatAnotherFilterGivesAreRefused() throws IOException {
    float[] logits = FixedLogits.normal(Draws.VOCABULARY, 1);
    Setting setting = beside(WEFT, "");
    for (DrawWork.Kind kind : DrawWork.Kind.values()) {
      if (kind != DrawWork.Kind.BEAM) {
        DrawWork work = new DrawWork(kind, 1, Draws.VOCABULARY, logits);
        try (Engine.Drawing right = WEFT.draw(work);
            Engine.Drawing few = new WeftDraws(WEFT.device(), logits, 0, null, 20, 0);
            Engine.Drawing half = new WeftDraws(WEFT.device(), logits, 0, null, 40, 0.5)) {
          Draws.check(setting, work, right);
          assertThrows(WrongResult.class, () -> Draws.check(setting, work, few), kind::title);
          assertThrows(WrongResult.class, () -> Draws.check(setting, work, half), kind::title);
        }
      }
    }
    Philox random = new Philox(5, Philox.Purpose.SHUFFLE, 0, 0);
    Engine.Drawing even = times -> new int[] {random.nextInt(Draws.VOCABULARY)};
    DrawWork work = new DrawWork(DrawWork.Kind.TEMPERATURE, 1, Draws.VOCABULARY, logits);
    assertThrows(WrongResult.class, () -> Draws.check(setting, work, even));
  }

  @Test
  void wrongBeamsAreRefused() throws IOException {
    Setting setting = beside(new WrongEngine(7), "beam");
    assertThrows(IOException.class, () -> Draws.measure(setting, new ArrayList<>()));
    // Two rows of four: the largest of the second comes first, since the rest of its row is small.
    float[] logits = {1, 3, 2, 1, -9, -9, 0, -1};
    DrawWork work = new DrawWork(DrawWork.Kind.BEAM, 2, 4, logits);
    Draws.check(setting, work, times -> new int[] {6, 1, 7, 2});
    for (int[] wrong : new int[][] {{1, 6, 7, 2}, {6, 1, 2, 7}, {6, 1, 7, 0}, {6, 1, 7}}) {
      assertThrows(WrongResult.class, () -> Draws.check(setting, work, times -> wrong));
    }
  }

  /// Says what it was asked for and does nothing.
  private record Asked(List<Object> works) implements Engine {
    @Override
    public String description() {
      return "asked";
    }

    @Override
    public Product product(ProductWork work) {
      works.add(work);
      return null;
    }

    @Override
    public TextModel textModel(String dtype, int rows) {
      works.add(dtype);
      return null;
    }

    @Override
    public Training train(Gpt2TrainingWork work) {
      works.add(work);
      return null;
    }

    @Override
    public Training train(RecurrentWork work) {
      works.add(work);
      return null;
    }

    @Override
    public Drawing draw(DrawWork work) {
      works.add(work);
      return null;
    }
  }

  @Test
  void everyGoalIsAVariantThatIsMeasured() throws IOException {
    for (Goal goal : Goal.all()) {
      Asked asked = new Asked(new ArrayList<>());
      Setting setting = beside(asked, "^" + Pattern.quote(goal.variant()) + "$");
      for (Benchmark benchmark : Main.ALL) {
        if (benchmark.name().equals(goal.benchmark())) {
          benchmark.run(setting);
        }
      }
      assertEquals(1, asked.works.size(), goal::toString);
    }
  }

  @Test
  void growthIsDrawnOfVariantsThatAreMeasured() throws IOException {
    Map<String, Benchmark> ofPeers =
        Map.of(
            "decode-context", new Decode(),
            "decode-batch", new Decode(),
            "step-hidden", new RecurrentTraining());
    List<String> drawn = new ArrayList<>();
    for (Charts.Growth growth : Charts.ALL) {
      if (ofPeers.containsKey(growth.name())) {
        Pattern whole = Pattern.compile("^" + growth.variant() + "$");
        Engine idle = () -> "does nothing";
        List<Boolean> turns = new ArrayList<>();
        ofPeers
            .get(growth.name())
            .run(new Setting(idle, WEFT, null, 1, whole, () -> turns.add(true)));
        assertTrue(turns.size() > 1, growth::name);
        drawn.add(growth.name());
      }
    }
    assertEquals(ofPeers.size(), drawn.size());
  }

  @Test
  void aModelIsOpenedWhereOneOfItsVariantsIsWanted() throws IOException {
    WeftEngine weft = new WeftEngine(WEFT.device(), new Models(Path.of("/dev/null")));
    List<Row> rows = new ArrayList<>();
    for (String one : List.of("8 samples", "tokens, uncached", "beams$", "beams, cached")) {
      Setting setting = new Setting(weft, null, weft.device(), 1, Pattern.compile(one));
      assertThrows(IOException.class, () -> Generation.measure(setting, weft, rows), one);
    }
    Setting none = new Setting(weft, null, weft.device(), 1, Pattern.compile("draw"));
    Generation.measure(none, weft, rows);
    assertEquals(List.of(), rows);
  }

  @Test
  void whatAPeerDoesNotDoIsLeftOut() throws IOException {
    Engine idle = () -> "does nothing";
    for (Benchmark benchmark : Main.ALL) {
      if (benchmark.forPeers()) {
        assertEquals(List.of(), benchmark.run(beside(idle, "")), benchmark.name());
      }
    }
  }

  @Test
  void aResultMayBeOffByItsShareAndNotBeNaN() throws IOException {
    float[] wanted = {10, -1};
    Setting.requireSame("x", new float[] {10, -1.009f}, wanted, 1e-3);
    assertThrows(
        IOException.class, () -> Setting.requireSame("x", new float[] {10, -1.02f}, wanted, 1e-3));
    assertThrows(
        IOException.class,
        () -> Setting.requireSame("x", new float[] {Float.NaN, -1}, wanted, 1e-3));
    assertThrows(IOException.class, () -> Setting.requireSame("x", new float[] {10}, wanted, 1e-3));
  }
}
