package dev.weft.rnn;

import dev.weft.tensor.DType;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.Recurrent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// [States] as a text that keeps every bit: Base64 of big-endian doubles.
final class StateText {
  private StateText() {}

  static String of(States states) {
    List<Tensor> tensors = tensors(states);
    long size = tensors.stream().mapToLong(Tensor::size).sum();
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(size * Double.BYTES));
    for (Tensor tensor : tensors) {
      for (double value : tensor.toDoubles()) {
        bytes.putDouble(value);
      }
    }
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  /// Reads the values of `target`, which has the shapes of what was written.
  static void read(String text, States target) {
    List<Tensor> tensors = tensors(target);
    long size = tensors.stream().mapToLong(Tensor::size).sum();
    ByteBuffer bytes = ByteBuffer.wrap(decoded(text));
    if (bytes.remaining() != size * Double.BYTES) {
      throw new IllegalStateException(
          "states: the saved ones have "
              + bytes.remaining() / Double.BYTES
              + " values but "
              + size
              + " are wanted");
    }
    for (Tensor tensor : tensors) {
      double[] values = new double[(int) tensor.size()];
      float[] narrow = new float[values.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = bytes.getDouble();
        narrow[i] = (float) values[i];
      }
      if (tensor.dtype() == DType.F64) {
        tensor.set(values);
      } else {
        tensor.set(narrow);
      }
    }
  }

  private static byte[] decoded(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("states: the saved ones are damaged", e);
    }
  }

  private static List<Tensor> tensors(States states) {
    List<Tensor> tensors = new ArrayList<>();
    for (Recurrent.State part : states.parts()) {
      tensors.add(part.h());
      if (part.c() != null) {
        tensors.add(part.c());
      }
    }
    return tensors;
  }
}
