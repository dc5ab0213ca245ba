package dev.weft.cli;

import dev.weft.decoding.Listener;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/// Prints the first continuation as its tokens come, and takes the time of all of them.
final class Streaming implements Listener, AutoCloseable {
  private final PrintWriter out;
  private final boolean shown;
  private long start;
  private long first;
  private long last;
  private int tokens;
  private int atFirst;
  private final Thread interrupted = new Thread(this::endLine);

  /// @param shown whether the first continuation is printed as it comes
  Streaming(PrintWriter out, boolean shown) {
    this.out = out;
    this.shown = shown;
  }

  /// Prints the prompt; the clock runs from here. Ctrl-C from here on ends the line.
  void begin(String prompt) {
    boolean bold = Terminal.onStandardOutput() && !prompt.isEmpty();
    out.print(bold ? "\u001b[1m" + prompt + "\u001b[0m" : prompt);
    out.flush();
    Runtime.getRuntime().addShutdownHook(interrupted);
    start = System.nanoTime();
  }

  @Override
  public void token(int row, int count, int id, String text) {
    last = System.nanoTime();
    tokens++;
    if (count == 1) {
      first = first == 0 ? last : first;
      atFirst = tokens;
    }
    if (shown && row == 0 && !text.isEmpty()) {
      out.print(text);
      out.flush();
    }
  }

  /// Ends the line, also after a failure.
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(interrupted);
      endLine();
    } catch (IllegalStateException e) {
      // The hook is running.
    }
  }

  private void endLine() {
    out.println();
    out.flush();
  }

  /// Tokens after the first ones, over the time that they took; 0 when there are none.
  double tokensPerSecond() {
    return last > first ? (tokens - atFirst) / ((last - first) * 1e-9) : 0;
  }

  /// From the prompt to the first token; 0 when there is none.
  double secondsToFirst() {
    return tokens == 0 ? 0 : (first - start) * 1e-9;
  }

  /// `30 tokens, 412.3 tokens/s, first token after 0.031 s (0.71 s from the start)`.
  String speed() {
    if (tokens == 0) {
      return "0 tokens";
    }
    Instant process = ProcessHandle.current().info().startInstant().orElse(Instant.now());
    double sinceStart =
        Duration.between(process, Instant.now()).toNanos() * 1e-9
            - (System.nanoTime() - first) * 1e-9;
    return String.format(
        Locale.ROOT,
        "%d %s, %.1f tokens/s, first token after %.3f s (%.2f s from the start)",
        tokens,
        tokens == 1 ? "token" : "tokens",
        tokensPerSecond(),
        secondsToFirst(),
        sinceStart);
  }
}
