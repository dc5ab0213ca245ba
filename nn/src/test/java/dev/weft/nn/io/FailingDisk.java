package dev.weft.nn.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// The real disk until a given change, which fails (a write after half of its bytes), as all later
/// ones do: as if the process had died there.
final class FailingDisk implements Disk {
  private final int failing;
  private int changes;

  FailingDisk(int failing) {
    this.failing = failing;
  }

  int changes() {
    return changes;
  }

  private boolean fails() {
    return changes++ >= failing;
  }

  private void change() throws IOException {
    if (fails()) {
      throw new IOException("the disk failed");
    }
  }

  @Override
  public Sink create(Path file) throws IOException {
    change();
    Sink sink = REAL.create(file);
    return new Sink() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        if (fails()) {
          sink.write(bytes.slice(bytes.position(), bytes.remaining() / 2));
          throw new IOException("the disk failed in a write");
        }
        sink.write(bytes);
      }

      @Override
      public void force() throws IOException {
        change();
        sink.force();
      }

      @Override
      public void close() throws IOException {
        sink.close();
      }
    };
  }

  @Override
  public void createFolder(Path folder) throws IOException {
    change();
    REAL.createFolder(folder);
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    change();
    REAL.forceFolder(folder);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    change();
    REAL.rename(from, to);
  }

  @Override
  public void delete(Path path) throws IOException {
    change();
    REAL.delete(path);
  }
}
