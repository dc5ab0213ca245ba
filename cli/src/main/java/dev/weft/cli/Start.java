package dev.weft.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;

/// Where the `weft` script enters. The JVM prints a line about incubator modules before any code of
/// ours runs, so the script starts it with standard error in a filter, and keeps the real one open
/// as the descriptor in `weft.stderr`. From here on messages go there directly: in order, and
/// complete when the process ends.
final class Start {

  public static void main(String[] args) {
    Integer descriptor = Integer.getInteger("weft.stderr");
    if (descriptor != null) {
      try {
        var open = FileDescriptor.class.getDeclaredConstructor(int.class);
        open.setAccessible(true);
        var stderr = new FileOutputStream(open.newInstance(descriptor));
        System.setErr(new PrintStream(stderr, true, System.err.charset()));
      } catch (ReflectiveOperationException | RuntimeException e) {
        // The filter passes on everything else.
      }
    }
    Main.main(args);
  }
}
