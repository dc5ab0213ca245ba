package dev.weft.nn.io;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;

/// Writes a safetensors file: tensors in the order given, metadata sorted, the header filled up
/// with spaces to a multiple of 8 bytes.
final class SafetensorsWriter {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int CHUNK = 4 << 20;

  private SafetensorsWriter() {}

  static void write(Disk.Sink sink, Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    sink.write(header(tensors, metadata));
    ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
    for (Tensor tensor : tensors.values()) {
      write(sink, tensor, buffer);
    }
  }

  private static ByteBuffer header(Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    ObjectNode root = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode texts = root.putObject("__metadata__");
      new TreeMap<>(metadata).forEach(texts::put);
    }
    long at = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      if (entry.getKey().equals("__metadata__")) {
        throw new IllegalArgumentException("safetensors: no tensor can be named __metadata__");
      }
      Tensor tensor = entry.getValue();
      ObjectNode node = root.putObject(entry.getKey());
      node.put("dtype", StoredType.of(tensor.dtype()).name());
      var shape = node.putArray("shape");
      for (int dim : tensor.shape().dims()) {
        shape.add(dim);
      }
      long end = Math.addExact(at, tensor.size() * tensor.dtype().bytes());
      node.putArray("data_offsets").add(at).add(end);
      at = end;
    }
    byte[] json = JSON.writeValueAsBytes(root);
    int length = Math.ceilDiv(json.length, 8) * 8;
    if (length > SafetensorsHeader.LIMIT) {
      throw new IllegalArgumentException(
          "safetensors: the header would take " + length + " bytes; names or texts are too long");
    }
    ByteBuffer header = ByteBuffer.allocate(8 + length).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(length).put(json);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }

  private static void write(Disk.Sink sink, Tensor tensor, ByteBuffer buffer) throws IOException {
    if (!tensor.dense()) {
      try (Scope scope = Scope.noGrad()) {
        Tensor dense = scope.empty(tensor.device(), tensor.dtype(), tensor.shape());
        tensor.kernels().copy(Grad.into(dense), tensor);
        write(sink, dense, buffer);
      }
      return;
    }
    int width = tensor.dtype().bytes();
    long bytes = tensor.size() * width;
    MemorySegment chunk = MemorySegment.ofBuffer(buffer.clear());
    for (long from = 0; from < bytes; from += CHUNK) {
      int count = (int) Math.min(CHUNK, bytes - from);
      long at = tensor.offset() * width + from;
      tensor.device().download(tensor.memory(), at, chunk, 0, count);
      sink.write(buffer.clear().limit(count));
    }
  }
}
