package dev.weft.cli;

import dev.weft.cli.FileServer.Remote;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;

/// Brings one file here: into `NAME.part`, from where an earlier attempt stopped, and to its name
/// only when its size and hash are right.
final class Transfer {
  private static final int ATTEMPTS = 4;
  private static final Duration STALL = Duration.ofSeconds(60);

  private final FileServer server;
  private final Duration pause;
  private final Progress progress;
  private final byte[] buffer = new byte[1 << 16];

  /// How a file came to be here.
  enum Outcome {
    /// It was here, with the right size and hash.
    PRESENT,
    /// All of it came.
    FETCHED,
    /// What was missing came.
    RESUMED
  }

  /// @param pause before the second attempt after a failure; doubled before each further one
  Transfer(FileServer server, Duration pause, Progress progress) {
    this.server = server;
    this.pause = pause;
    this.progress = progress;
  }

  /// Leaves the file at `target`.
  ///
  /// @throws IOException when the connection failed again and again; what came stays in the part
  Outcome run(Remote remote, Path target) throws IOException {
    if (Files.isRegularFile(target) && mismatch(remote, target) == null) {
      return Outcome.PRESENT;
    }
    Path part = target.resolveSibling(target.getFileName() + ".part");
    if (remote.size() >= 0 && sizeOf(part) > remote.size()) {
      Files.delete(part); // of another version of the file
    }
    boolean resumed = sizeOf(part) > 0;
    receiveAll(remote, part);
    String mismatch = mismatch(remote, part);
    if (mismatch != null && resumed) {
      Files.delete(part); // begun from another version
      resumed = false;
      receiveAll(remote, part);
      mismatch = mismatch(remote, part);
    }
    if (mismatch != null) {
      Files.delete(part);
      throw Failure.outside(
          remote.uri()
              + " is not what its server says of it ("
              + mismatch
              + ") and was not kept: try again, or use another --mirror",
          null);
    }
    move(part, target);
    return resumed ? Outcome.RESUMED : Outcome.FETCHED;
  }

  /// Appends to the part until the server has no more, trying again where a connection breaks.
  private void receiveAll(Remote remote, Path part) throws IOException {
    Duration wait = pause;
    for (int attempt = 1; ; attempt++) {
      long before = sizeOf(part);
      try {
        receive(remote, part, before);
        return;
      } catch (IOException e) {
        if (sizeOf(part) > before) {
          attempt = 1; // as long as something comes, go on
          wait = pause;
        }
        if (attempt >= ATTEMPTS) {
          throw e;
        }
        sleep(wait);
        wait = wait.multipliedBy(2);
      }
    }
  }

  private void receive(Remote remote, Path part, long from) throws IOException {
    if (from > 0 && from == remote.size()) {
      return;
    }
    HttpResponse<InputStream> response = server.open(remote.uri(), from);
    try (InputStream body = response.body();
        StallGuard guard = new StallGuard(body, STALL)) {
      boolean continued = response.statusCode() == 206 && startsAt(response, from);
      if (from > 0 && !continued) {
        Files.delete(part); // the server knows no ranges, or has nothing there: from the beginning
        if (response.statusCode() != 200) {
          throw new IOException(remote.uri() + " cannot be continued at byte " + from);
        }
      }
      long position = continued ? from : 0;
      try (OutputStream out =
          Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        for (int n; (n = body.read(buffer)) >= 0; ) {
          out.write(buffer, 0, n);
          position += n;
          guard.alive();
          progress.at(position, remote.size());
        }
      }
      if (position < remote.size()) {
        throw new IOException(
            "the connection ended after " + position + " of " + remote.size() + " bytes");
      }
    }
  }

  private static boolean startsAt(HttpResponse<?> response, long from) {
    return response
        .headers()
        .firstValue("Content-Range")
        .filter(range -> range.startsWith("bytes " + from + "-"))
        .isPresent();
  }

  /// How the file differs from what the server says of it, or null.
  private String mismatch(Remote remote, Path file) throws IOException {
    long size = Files.size(file);
    if (remote.size() >= 0 && size != remote.size()) {
      return size + " bytes instead of " + remote.size();
    }
    Checksum checksum = remote.checksum();
    if (checksum == null) {
      return null;
    }
    MessageDigest digest = checksum.start(size);
    try (InputStream in = Files.newInputStream(file)) {
      for (int n; (n = in.read(buffer)) >= 0; ) {
        digest.update(buffer, 0, n);
      }
    }
    return checksum.matches(digest) ? null : "its " + checksum.label() + " differs";
  }

  private static void move(Path part, Path target) throws IOException {
    try {
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static long sizeOf(Path part) throws IOException {
    return Files.exists(part) ? Files.size(part) : 0;
  }

  private static void sleep(Duration wait) throws IOException {
    try {
      Thread.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
