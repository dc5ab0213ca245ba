package dev.weft.nn.io;

import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;

/// One safetensors file, mapped.
public final class Safetensors implements TensorFiles {
  private final String source;
  private final Arena arena;
  private final MemorySegment file;
  private final SafetensorsHeader.Header header;

  private Safetensors(
      String source, Arena arena, MemorySegment file, SafetensorsHeader.Header header) {
    this.source = source;
    this.arena = arena;
    this.file = file;
    this.header = header;
  }

  /// Maps a file and checks its header.
  ///
  /// @throws MalformedFileException when it is no valid safetensors file, with what is wrong
  public static Safetensors open(Path path) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return new Safetensors(
          path.toString(), arena, file, SafetensorsHeader.read(file, path.toString()));
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /// Writes tensors in the order of the map, and makes sure that they are on the disk. The same
  /// tensors give the same bytes. A file that is there is replaced at once when all is written: a
  /// write that fails leaves it as it was, and whoever has it open goes on reading it.
  ///
  /// @param metadata texts for the header; may be empty
  public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    Disk.REAL.replace(path, sink -> SafetensorsWriter.write(sink, tensors, metadata));
  }

  @Override
  public Map<String, TensorEntry> entries() {
    return Collections.unmodifiableMap(header.entries());
  }

  @Override
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  @Override
  public MemorySegment bytes(String name) {
    TensorEntry entry = entry(name);
    return file.asSlice(header.dataStart() + entry.begin(), entry.bytes());
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
