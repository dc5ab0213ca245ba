package dev.weft.nn.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// The changes that saving makes to a file system, so that tests can let each of them fail.
interface Disk {
  /// A file being written.
  interface Sink extends Closeable {
    /// Writes all remaining bytes.
    void write(ByteBuffer bytes) throws IOException;

    /// Returns when everything written is on the disk.
    void force() throws IOException;
  }

  /// What a file is filled with.
  @FunctionalInterface
  interface Content {
    /// Writes all of it.
    void writeTo(Sink sink) throws IOException;
  }

  /// A new file, or an old one emptied.
  Sink create(Path file) throws IOException;

  /// A new folder.
  void createFolder(Path folder) throws IOException;

  /// Returns when the names in a folder are on the disk.
  void forceFolder(Path folder) throws IOException;

  /// Gives a folder or a file another name, at once or not at all.
  void rename(Path from, Path to) throws IOException;

  /// Removes a file or an empty folder.
  void delete(Path path) throws IOException;

  /// Writes a file aside, makes sure that it is on the disk, and gives it its name at once: a write
  /// that fails leaves the old file as it was.
  default void replace(Path path, Content content) throws IOException {
    Path file = path.toAbsolutePath();
    Path aside = file.resolveSibling(file.getFileName() + ".unfinished");
    try {
      try (Sink sink = create(aside)) {
        content.writeTo(sink);
        sink.force();
      }
      rename(aside, file);
    } finally {
      delete(aside);
    }
    forceFolder(file.getParent());
  }

  /// The real one.
  Disk REAL =
      new Disk() {
        @Override
        public Sink create(Path file) throws IOException {
          FileChannel channel =
              FileChannel.open(
                  file,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.WRITE);
          return new Sink() {
            @Override
            public void write(ByteBuffer bytes) throws IOException {
              while (bytes.hasRemaining()) {
                channel.write(bytes);
              }
            }

            @Override
            public void force() throws IOException {
              channel.force(true);
            }

            @Override
            public void close() throws IOException {
              channel.close();
            }
          };
        }

        @Override
        public void createFolder(Path folder) throws IOException {
          Files.createDirectories(folder);
        }

        @Override
        public void forceFolder(Path folder) throws IOException {
          try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
          }
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
          Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        public void delete(Path path) throws IOException {
          Files.deleteIfExists(path);
        }
      };
}
