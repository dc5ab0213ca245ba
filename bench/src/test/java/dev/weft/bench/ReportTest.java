package dev.weft.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportTest {
  private static final String CONTEXT = "f32 GPT-2 124M, batch 1, context ";

  private static Row rate(String benchmark, String variant, double value, String unit) {
    return new Row(benchmark, variant, value, value, unit, Double.NaN);
  }

  private static List<Figure> figures(double weft) {
    List<Row> ours =
        List.of(
            Row.single("limits", "f32 fused multiply-adds, 1 thread", 100, "GFLOP/s"),
            Row.single("limits", "f32 read, 1 thread", 20, "GB/s"),
            rate("decode", CONTEXT + 128, weft, "tokens/s").taking(2e8, 5e8),
            rate("decode", CONTEXT + 512, 40, "tokens/s").taking(2e8, 6e8));
    List<Row> theirs = List.of(rate("decode", CONTEXT + 128, 50, "tokens/s"));
    return Figures.join(List.of(ours), Map.of("onnxruntime", List.of(theirs)));
  }

  private static String page(Path folder, double weft) throws IOException {
    Machine machine = Machine.here("a <device>", 2);
    List<Goal> goals =
        Goal.all().stream()
            .filter(
                goal ->
                    goal.isAsked(
                        List.of(new Decode()), List.of("onnxruntime"), Pattern.compile("f32")))
            .toList();
    new Report(folder, machine, List.of(Party.WEFT), "./weft bench", goals, 5)
        .write(figures(weft), 1, List.of("other was not timed: x < y"));
    return Files.readString(folder.resolve("index.html"));
  }

  @Test
  void thePageHasItsChartsInsideAndBesideIt(@TempDir Path folder) throws IOException {
    String page = page(folder, 60);
    assertEquals(2, page.split("data:image/png;base64,", -1).length - 1);
    String text = page.replaceAll("base64,[^\"]*", "");
    assertFalse(text.contains("http"), "it needs nothing from elsewhere");
    assertTrue(page.contains("a &lt;device&gt;"), page);
    for (String chart : List.of("roofline.png", "decode-context.png")) {
      assertEquals(900, ImageIO.read(folder.resolve(chart).toFile()).getWidth(), chart);
    }
  }

  @Test
  void aGoalIsReachedOrMissedByWhatWasMeasured(@TempDir Path folder) throws IOException {
    assertTrue(page(folder, 60).contains("1.20 ×</td><td>reached"));
    assertTrue(page(folder, 60).contains(">70 to 76 tokens/s</td>"));
    assertTrue(page(folder, 40).contains("0.80 ×</td><td>missed"));
  }

  @Test
  void whatIsMissingIsToldToo(@TempDir Path folder) throws IOException {
    String page = page(folder, 60);
    assertTrue(page.contains("<td>1 of 5</td>"), page);
    assertTrue(page.contains("<td>other was not timed: x &lt; y</td>"), page);
    assertTrue(page.contains("batch 8, f32"), page); // asked for, and not in the figures
    assertEquals(1, page.split(">not measured<", -1).length - 1, page);
    assertFalse(page.contains("batch 1, bf16"), page); // nobody asked
  }

  @Test
  void everyGoalNamesAPeerOfTheCheckoutAndItsOwnFigure() throws IOException {
    List<String> peers = Party.peers(Path.of(".."));
    Set<String> seen = new HashSet<>();
    for (Goal goal : Goal.all()) {
      assertTrue(peers.contains(goal.peer()), goal + " but there are " + peers);
      assertTrue(seen.add(goal.benchmark() + goal.variant() + goal.peer()), goal::toString);
    }
  }
}
