package dev.weft.cli;

import java.io.PrintWriter;
import java.util.Locale;

/// How far a file has come, in one line that is drawn over itself; silent unless on a terminal.
final class Progress {
  private static final long NANOS_BETWEEN = 100_000_000;
  private static final int BAR = 24;

  private final PrintWriter err;
  private final boolean terminal;
  private String name = "";
  private long start;
  private long drawn;
  private long first = -1;

  Progress(PrintWriter err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  /// The file that the next calls of [#at] are about.
  void begin(String file) {
    name = file;
    start = System.nanoTime();
    drawn = start - NANOS_BETWEEN;
    first = -1;
  }

  /// `position` of `size` bytes are here; a size of -1 is not known.
  void at(long position, long size) {
    long now = System.nanoTime();
    if (first < 0) {
      first = position; // what an earlier attempt brought counts for the bar, not for the speed
    }
    if (!terminal || now - drawn < NANOS_BETWEEN) {
      return;
    }
    drawn = now;
    double perSecond = (position - first) / Math.max(1e-3, (now - start) * 1e-9);
    err.printf(Locale.ROOT, "\r%-18s %s\u001b[K", name, line(position, size, perSecond));
    err.flush();
  }

  /// Removes the line.
  void end() {
    if (terminal) {
      err.print("\r\u001b[K");
      err.flush();
    }
  }

  /// `[=====>    ]  41 %  224.7 of 548.1 MB  11.2 MB/s  0:29 left`.
  static String line(long position, long size, double perSecond) {
    String speed = String.format(Locale.ROOT, "%.1f MB/s", perSecond / 1e6);
    if (size <= 0) {
      return megabytes(position) + "  " + speed;
    }
    int filled = (int) (BAR * position / size);
    String bar = "=".repeat(filled) + (filled < BAR ? ">" + " ".repeat(BAR - 1 - filled) : "");
    long seconds = (long) Math.ceil((size - position) / Math.max(1, perSecond));
    return String.format(
        Locale.ROOT,
        "[%s] %3d %%  %s of %s  %s  %d:%02d left",
        bar,
        100 * position / size,
        String.format(Locale.ROOT, "%.1f", position / 1e6),
        megabytes(size),
        speed,
        seconds / 60,
        seconds % 60);
  }

  /// `548.1 MB`.
  static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }
}
