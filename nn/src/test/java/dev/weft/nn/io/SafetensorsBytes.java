package dev.weft.nn.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Safetensors files put together by hand.
final class SafetensorsBytes {
  private SafetensorsBytes() {}

  /// A file with this JSON and so many bytes of data, numbered from 0.
  static byte[] of(String json, int dataBytes) {
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    return of(header.length, header, dataBytes);
  }

  /// A file that says its header has `length` bytes.
  static byte[] of(long length, byte[] header, int dataBytes) {
    ByteBuffer file =
        ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(length).put(header);
    for (int i = 0; i < dataBytes; i++) {
      file.put((byte) i);
    }
    return file.array();
  }
}
