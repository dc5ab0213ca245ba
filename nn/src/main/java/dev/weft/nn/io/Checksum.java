package dev.weft.nn.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/// Length and CRC-32C of a file: tells a damaged file from a good one.
///
/// @param bytes its length
/// @param crc its CRC-32C
record Checksum(long bytes, long crc) {
  private static final int CHUNK = 1 << 20;

  static Checksum of(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    long bytes = 0;
    ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(buffer.clear()) >= 0) {
        bytes += buffer.flip().remaining();
        crc.update(buffer);
      }
    }
    return new Checksum(bytes, crc.getValue());
  }

  /// Passes bytes on and sums them up.
  static final class Sink implements Disk.Sink {
    private final Disk.Sink target;
    private final CRC32C crc = new CRC32C();
    private long bytes;

    Sink(Disk.Sink target) {
      this.target = target;
    }

    @Override
    public void write(ByteBuffer buffer) throws IOException {
      bytes += buffer.remaining();
      crc.update(buffer.duplicate());
      target.write(buffer);
    }

    @Override
    public void force() throws IOException {
      target.force();
    }

    @Override
    public void close() throws IOException {
      target.close();
    }

    Checksum sum() {
      return new Checksum(bytes, crc.getValue());
    }
  }
}
