package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StreamingTest {
  private final List<String> shown = new ArrayList<>();

  /// Keeps what had been written at each flush.
  private final class Screen extends StringWriter {
    @Override
    public void flush() {
      shown.add(toString());
    }
  }

  @Test
  void eachTokenIsSeenBeforeTheNextIsComputed() {
    Streaming streaming = new Streaming(new PrintWriter(new Screen()), true);
    streaming.begin("Once");
    streaming.token(0, 1, 7, " upon");
    streaming.token(0, 2, 8, " a");
    streaming.close();
    assertEquals(
        List.of("Once", "Once upon", "Once upon a", "Once upon a" + System.lineSeparator()), shown);
  }

  @Test
  void otherRowsAreCountedButNotMixedIn() {
    Streaming streaming = new Streaming(new PrintWriter(new Screen()), true);
    streaming.begin("");
    streaming.token(0, 1, 7, "a");
    streaming.token(1, 1, 7, "b");
    streaming.token(0, 2, 7, "c");
    streaming.token(1, 2, 7, "d");
    streaming.close();
    assertEquals("ac" + System.lineSeparator(), shown.getLast());
    assertTrue(streaming.speed().startsWith("4 tokens, "), streaming.speed());
    assertTrue(streaming.tokensPerSecond() > 0);
    assertTrue(streaming.secondsToFirst() > 0);
  }

  @Test
  void oneTokenIsNoneInThePlural() {
    Streaming streaming = new Streaming(new PrintWriter(new Screen()), true);
    streaming.begin("x");
    streaming.token(0, 1, 7, "a");
    streaming.close();
    assertTrue(streaming.speed().startsWith("1 token, "), streaming.speed());
  }

  @Test
  void withoutTokensThereIsNoSpeed() {
    Streaming streaming = new Streaming(new PrintWriter(new Screen()), true);
    streaming.begin("x");
    streaming.close();
    assertEquals("0 tokens", streaming.speed());
    assertTrue(streaming.tokensPerSecond() == 0 && streaming.secondsToFirst() == 0);
  }
}
