package dev.weft.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.bench.engine.DrawWork;
import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.Gpt2TrainingWork;
import dev.weft.bench.engine.Models;
import dev.weft.bench.engine.ProductWork;
import dev.weft.bench.engine.RecurrentWork;
import dev.weft.tensor.Devices;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// A peer that computes something else isn't timed.
final class SettingTest {
  private static final WeftEngine WEFT =
      new WeftEngine(Devices.require("cpu"), new Models(Path.of("nowhere")));

  /// Products of zeros, draws of always the same.
  private record Wrong(int id) implements Engine {
    @Override
    public String description() {
      return "wrong";
    }

    @Override
    public Product product(ProductWork work) {
      return new Product() {
        @Override
        public void run() {}

        @Override
        public float[] result() {
          return new float[work.m() * work.n()];
        }
      };
    }

    @Override
    public Drawing draw(DrawWork work) {
      return times -> new int[] {id};
    }
  }

  private static Setting beside(Engine engine, String only) {
    return new Setting(engine, WEFT, null, 1, Pattern.compile(only));
  }

  @Test
  @DisplayName("S1-97: decoding is told in tokens per second, of all sequences together")
  void tokensPerSecondOfAllRows() throws IOException {
    Engine slow =
        new Engine() {
          @Override
          public String description() {
            return "a step takes 0.2 ms or longer";
          }

          @Override
          public TextModel textModel(String dtype, int rows) {
            return new Slow(rows);
          }
        };
    Setting setting = new Setting(slow, null, null, 1, Pattern.compile("f32.*batch 8,"));
    Row row = new Decode().run(setting).getFirst();
    assertEquals("tokens/s", row.unit());
    assertTrue(row.value() > 0 && row.value() <= 40_000, row::toString); // 8 a step
  }

  private record Slow(int rows) implements Engine.TextModel {
    @Override
    public void read(int[][] prompts) {
      assertEquals(rows, prompts.length);
    }

    @Override
    public void step(int[] ids) {
      long end = System.nanoTime() + 200_000;
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    }

    @Override
    public float[] logits() {
      throw new AssertionError("nobody asked");
    }
  }

  @Test
  void aWrongProductIsRefused() {
    Setting setting = beside(new Wrong(0), "packed 8x768x3072");
    IOException e = assertThrows(IOException.class, () -> new Gemm().run(setting));
    assertTrue(
        e.getMessage().startsWith("gemm f32 packed 8x768x3072: the peer is off by"),
        e.getMessage());
  }

  @Test
  void anIdThatTheFilterTookAwayIsRefused() {
    float[] logits = FixedLogits.normal(Draws.VOCABULARY, 1);
    int least = 0;
    for (int i = 0; i < logits.length; i++) {
      least = logits[i] < logits[least] ? i : least;
    }
    for (String kind : List.of("top-k", "top-p")) {
      Setting setting = beside(new Wrong(least), kind);
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
    Setting setting = beside(new Wrong(largest), "top-k");
    IOException e =
        assertThrows(IOException.class, () -> Draws.measure(setting, new ArrayList<>()));
    assertTrue(e.getMessage().endsWith("every time"), e.getMessage());
  }

  @Test
  void wrongBeamsAreRefused() {
    Setting setting = beside(new Wrong(7), "beam");
    assertThrows(IOException.class, () -> Draws.measure(setting, new ArrayList<>()));
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
