package dev.weft.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Tokenizer;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Shapes, ranges and counts of what the examples on random data print.
class DummyClassifiersTest {
  private static List<String> run(Example example) {
    Device device = Devices.best();
    long before = device.stats().liveBytes();
    StringWriter out = new StringWriter();
    example.run(new Bare(device, new PrintWriter(out)));
    assertEquals(before, device.stats().liveBytes());
    return out.toString().lines().map(String::strip).toList();
  }

  private record Bare(Device device, PrintWriter out) implements Setting {
    @Override
    public LanguageModel model() {
      throw new AssertionError("these examples need no language model");
    }

    @Override
    public Tokenizer tokenizer() {
      throw new AssertionError("these examples need no tokenizer");
    }
  }

  /// A loss near ln 2, as two classes and small weights give, and a class.
  private static void assertLossAndClass(String loss, String predicted) {
    assertTrue(loss.startsWith("training loss "), loss);
    double value = Double.parseDouble(loss.substring("training loss ".length()));
    assertEquals(Math.log(2), value, 0.2);
    assertTrue(predicted.matches("predicted class of a new sequence: [01]"), predicted);
  }

  @Test
  @DisplayName("S0-02, S0-09, S0-57: 16 sequences of vectors, 662 and 682 parameters, near ln 2")
  void vectorsAreClassified() {
    List<String> lines = run(Example.CLASSIFY);
    assertEquals(8, lines.size());
    assertEquals("one bias, as in Keras: 662 parameters", lines.get(0));
    assertEquals("two biases, as in PyTorch: 682 parameters", lines.get(4));
    for (int from : new int[] {0, 4}) {
      assertEquals("(16, 5, 10) -> (16, 5, 10) -> (16, 5, 20) -> (16, 2)", lines.get(from + 1));
      assertLossAndClass(lines.get(from + 2), lines.get(from + 3));
    }
  }

  @Test
  @DisplayName("S0-26, S0-27, S0-28, S0-57: 4 sequences of ids, 834 and 850 parameters")
  void embeddedIdsAreClassified() {
    List<String> lines = run(Example.EMBED);
    assertEquals(14, lines.size());
    assertEquals("one bias, as in Keras: 834 parameters", lines.get(0));
    assertEquals("two biases, as in PyTorch: 850 parameters", lines.get(7));
    for (int from : new int[] {0, 7}) {
      assertEquals("(4, 7) -> (4, 7, 8) -> (4, 7, 16) -> (4, 2)", lines.get(from + 1));
      assertTrue(lines.get(from + 2).startsWith("training loss "));
      assertEquals("learned embeddings of the first sequence: (7, 8)", lines.get(from + 3));
      assertEquals(8, lines.get(from + 4).split(",").length);
      assertEquals("weight of the embedding: (50, 8)", lines.get(from + 5));
      assertTrue(lines.get(from + 6).matches("predicted class of a new sequence: [01]"));
    }
  }
}
