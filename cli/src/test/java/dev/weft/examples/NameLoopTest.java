package dev.weft.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Tokenizer;
import dev.weft.rnn.Vocabulary;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NameLoopTest {
  private static List<String> run() {
    Device device = Devices.best();
    long before = device.stats().liveBytes();
    StringWriter out = new StringWriter();
    Example.NAMES.run(new Bare(device, new PrintWriter(out)));
    assertEquals(before, device.stats().liveBytes());
    return out.toString().lines().toList();
  }

  private record Bare(Device device, PrintWriter out) implements Setting {
    @Override
    public LanguageModel model() {
      throw new AssertionError("this example needs no language model");
    }

    @Override
    public Tokenizer tokenizer() {
      throw new AssertionError("this example needs no tokenizer");
    }
  }

  private static Matcher matched(String pattern, String line) {
    Matcher matcher = Pattern.compile(pattern).matcher(line);
    assertTrue(matcher.matches(), line);
    return matcher;
  }

  @Test
  @DisplayName(
      "S4-01, S4-02, S4-03, S4-04, S4-05, S4-06: the loop draws a row of ids for each name")
  void theLoopDrawsNames() {
    List<String> lines = run();
    assertEquals(7, lines.size());
    Matcher size = matched("18 names of (\\d+) symbols, .*; (\\d+) parameters", lines.get(0));
    int symbols = Integer.parseInt(size.group(1));
    assertEquals(16 * symbols + 32 * (16 + 32 + 2) + 33 * symbols, Integer.parseInt(size.group(2)));
    Matcher loss = matched("loss per letter (\\S+), after training (\\S+)", lines.get(1));
    assertEquals(Math.log(symbols), Double.parseDouble(loss.group(1)), 0.5, "it knows nothing yet");
    assertTrue(Double.parseDouble(loss.group(2)) < 1.2, lines.get(1));
    Set<String> names = new HashSet<>();
    for (String line : lines.subList(2, 7)) {
      Matcher row = matched("\\[(.*)] -> (\\p{L}*)", line);
      int[] ids = Arrays.stream(row.group(1).split(", ")).mapToInt(Integer::parseInt).toArray();
      assertEquals(12, ids.length);
      assertTrue(Arrays.stream(ids).allMatch(id -> id >= 0 && id < symbols), line);
      int end = 0;
      while (end < ids.length && ids[end] != Vocabulary.END) {
        end++;
      }
      assertEquals(end, row.group(2).length(), "a name ends where END was drawn: " + line);
      names.add(row.group(2));
    }
    assertFalse(names.size() == 1, "each row draws on its own");
    assertEquals(lines, run(), "the same names every time");
  }
}
