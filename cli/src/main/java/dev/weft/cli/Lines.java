package dev.weft.cli;

import java.io.PrintWriter;
import java.util.function.Consumer;

/// Lines for people on standard output, each seen at once. On a terminal a line first removes the
/// progress bar that stands where it goes; the bar is drawn anew below it.
record Lines(PrintWriter out, boolean terminal) implements Consumer<String> {
  private static final String START_OF_EMPTY_LINE = "\r\u001b[K";

  Lines(PrintWriter out) {
    this(out, Terminal.onStandardOutput());
  }

  @Override
  public void accept(String line) {
    out.println(terminal ? START_OF_EMPTY_LINE + line : line);
    out.flush();
  }
}
