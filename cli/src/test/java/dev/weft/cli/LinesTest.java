package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class LinesTest {
  private static String printed(boolean terminal) {
    StringWriter text = new StringWriter();
    Lines lines = new Lines(new PrintWriter(text), terminal);
    lines.accept("epoch 1");
    lines.accept("epoch 2");
    return text.toString();
  }

  @Test
  void onATerminalALineReplacesTheProgressBar() {
    assertEquals("\r\u001b[Kepoch 1\n\r\u001b[Kepoch 2\n", printed(true));
  }

  @Test
  void aFileGetsTheLinesAlone() {
    assertEquals("epoch 1\nepoch 2\n", printed(false));
  }
}
