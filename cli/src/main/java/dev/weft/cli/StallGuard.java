package dev.weft.cli;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/// Closes a stream that brings nothing for a while, so that its reader fails instead of waiting for
/// ever.
final class StallGuard implements AutoCloseable {
  private final Thread watch;
  private volatile long lastSign = System.nanoTime();

  StallGuard(InputStream stream, Duration limit) {
    watch = Thread.ofVirtual().start(() -> watch(stream, limit));
  }

  /// Something came.
  void alive() {
    lastSign = System.nanoTime();
  }

  @Override
  public void close() {
    watch.interrupt();
  }

  private void watch(InputStream stream, Duration limit) {
    try {
      for (long quiet = 0; quiet < limit.toNanos(); quiet = System.nanoTime() - lastSign) {
        Thread.sleep(Duration.ofNanos(limit.toNanos() - quiet));
      }
      stream.close();
    } catch (InterruptedException e) {
      // The reader is done.
    } catch (IOException e) {
      // The reader learns of it.
    }
  }
}
