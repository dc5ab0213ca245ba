package dev.weft.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Tokenizer;
import dev.weft.tensor.Device;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SamplersTest {
  private static List<String> run() {
    StringWriter out = new StringWriter();
    Example.SAMPLERS.run(new Alone(new PrintWriter(out)));
    return out.toString().lines().toList();
  }

  private record Alone(PrintWriter out) implements Setting {
    @Override
    public Device device() {
      throw new AssertionError("this example needs no device");
    }

    @Override
    public LanguageModel model() {
      throw new AssertionError("this example needs no model");
    }

    @Override
    public Tokenizer tokenizer() {
      throw new AssertionError("this example needs no tokenizer");
    }
  }

  @Test
  @DisplayName("S0-51: temperature, top-k and top-p each draw one of 50 random logits")
  void threeIndices() {
    List<String> labels = List.of("temperature 0.8", "top-k 10", "top-p 0.9");
    List<String> lines = run();
    for (int i = 0; i < 3; i++) {
      Matcher line = Pattern.compile("(.*): index (\\d+)").matcher(lines.get(i));
      assertTrue(line.matches(), lines.get(i));
      assertEquals(labels.get(i), line.group(1));
      assertTrue(Integer.parseInt(line.group(2)) < 50);
    }
    assertEquals(lines, run(), "the same every time");
  }

  @Test
  @DisplayName("S3-01, S3-04: cat, dog and frog at four temperatures")
  void probabilitiesAtTemperatures() {
    List<String> lines = run();
    assertEquals(7, lines.size());
    String animals = "cat, dog, frog at temperature ";
    assertEquals(animals + "0.0: 1.0000 0.0000 0.0000 -> cat", lines.get(3));
    assertTrue(lines.get(4).startsWith(animals + "0.5: 0.9074 0.0185 0.0741 -> "), lines.get(4));
    assertTrue(lines.get(5).startsWith(animals + "1.0: 0.7000 0.1000 0.2000 -> "), lines.get(5));
    assertTrue(lines.get(6).startsWith(animals + "2.0: 0.5229 0.1976 0.2795 -> "), lines.get(6));
  }
}
