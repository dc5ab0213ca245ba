package dev.weft.nn.io;

import dev.weft.tensor.DType;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Halves;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Moves tensors out of mapped files, converting element types on the way: in chunks that stay in
/// the cache, through arrays, over which the JIT vectorises the loops.
final class Conversion {
  private static final int CHUNK = 8192;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final short[] shorts = new short[CHUNK];
  private final float[] floats = new float[CHUNK];
  private final double[] doubles = new double[CHUNK];
  private final int[] ints = new int[CHUNK];
  private final long[] longs = new long[CHUNK / 2];

  private Conversion() {}

  static void requireShape(TensorFiles files, TensorEntry entry, Tensor target) {
    if (!entry.shape().equals(target.shape())) {
      throw new IllegalArgumentException(
          files.source()
              + ": tensor "
              + entry.name()
              + " is "
              + entry.shape()
              + " but the target is "
              + target.shape());
    }
  }

  static void load(TensorFiles files, TensorEntry entry, Tensor target) {
    requireShape(files, entry, target);
    if (!target.dense()) {
      try (Scope scope = Scope.noGrad()) {
        Tensor dense = scope.empty(target.device(), target.dtype(), target.shape());
        load(files, entry, dense);
        target.kernels().copy(Grad.into(target), dense);
      }
      return;
    }
    MemorySegment source = files.bytes(entry.name());
    DType to = target.dtype();
    if (entry.type().name().equals(to.name())) {
      long at = target.offset() * to.bytes();
      target.device().upload(target.memory(), at, source, 0, source.byteSize());
    } else if (entry.type().floating() && (to.computes() || to == DType.BF16 || to == DType.F16)
        || !entry.type().floating() && to == DType.I32) {
      new Conversion().convert(files, entry, source, target);
    } else {
      throw new IllegalArgumentException(
          files.source() + ": tensor " + entry.name() + " is " + entry.type() + ", not " + to);
    }
  }

  private void convert(TensorFiles files, TensorEntry entry, MemorySegment source, Tensor target) {
    int width = target.dtype().bytes();
    for (long from = 0; from < target.size(); from += CHUNK) {
      int count = (int) Math.min(CHUNK, target.size() - from);
      MemorySegment chunk;
      if (entry.type().floating()) {
        decode(entry.type(), source, from, floats, 0, count);
        chunk = encode(target.dtype(), count);
      } else {
        decode(files, entry, source, from, count);
        chunk = MemorySegment.ofArray(ints);
      }
      long at = (target.offset() + from) * width;
      target.device().upload(target.memory(), at, chunk, 0, (long) count * width);
    }
  }

  static float[] floats(TensorFiles files, TensorEntry entry) {
    if (!entry.type().floating()) {
      throw new IllegalArgumentException(
          files.source() + ": tensor " + entry.name() + " is " + entry.type() + ", not floating");
    }
    MemorySegment source = files.bytes(entry.name());
    float[] values = new float[Math.toIntExact(entry.shape().size())];
    Conversion conversion = new Conversion();
    for (int from = 0; from < values.length; from += CHUNK) {
      int count = Math.min(CHUNK, values.length - from);
      conversion.decode(entry.type(), source, from, values, from, count);
    }
    return values;
  }

  private void decode(
      StoredType type, MemorySegment source, long from, float[] to, int at, int count) {
    long begin = from * type.bytes();
    switch (type) {
      case F32 -> MemorySegment.copy(source, FLOAT, begin, to, at, count);
      case F64 -> {
        MemorySegment.copy(source, DOUBLE, begin, doubles, 0, count);
        for (int i = 0; i < count; i++) {
          to[at + i] = (float) doubles[i];
        }
      }
      case F16 -> {
        MemorySegment.copy(source, SHORT, begin, shorts, 0, count);
        widenF16(shorts, to, at, count);
      }
      case BF16 -> {
        MemorySegment.copy(source, begin, MemorySegment.ofArray(ints), 0, 2L * count);
        widenBf16(ints, longs, Math.ceilDiv(count, 2));
        MemorySegment.copy(
            MemorySegment.ofArray(longs), 0, MemorySegment.ofArray(to), 4L * at, 4L * count);
      }
      case I64, I32, I8, U8, BOOL -> throw new AssertionError(type);
    }
  }

  // The loops stand in methods of their own, with nothing but arrays: so the JIT vectorises them.

  private static void widenF16(short[] from, float[] to, int at, int count) {
    for (int i = 0; i < count; i++) {
      to[at + i] = Float.float16ToFloat(from[i]);
    }
  }

  /// Two numbers at a time, as whole words: from short to float one by one takes eight times as
  /// long.
  private static void widenBf16(int[] from, long[] to, int pairs) {
    for (int i = 0; i < pairs; i++) {
      long pair = from[i];
      to[i] = (pair << 16 & 0xffff0000L) | (pair & 0xffff0000L) << 32;
    }
  }

  /// The decoded floats as the bytes of another type.
  private MemorySegment encode(DType type, int count) {
    return switch (type) {
      case F32 -> MemorySegment.ofArray(floats);
      case F64 -> {
        for (int i = 0; i < count; i++) {
          doubles[i] = floats[i];
        }
        yield MemorySegment.ofArray(doubles);
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          shorts[i] = Halves.toBf16(floats[i]);
        }
        yield MemorySegment.ofArray(shorts);
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          shorts[i] = Float.floatToFloat16(floats[i]);
        }
        yield MemorySegment.ofArray(shorts);
      }
      case I8, I32, BOOL -> throw new AssertionError(type);
    };
  }

  private void decode(
      TensorFiles files, TensorEntry entry, MemorySegment source, long from, int count) {
    for (int i = 0; i < count; i++) {
      long index = from + i;
      long value =
          switch (entry.type()) {
            case I64 -> source.getAtIndex(LONG, index);
            case I32 -> source.getAtIndex(INT, index);
            case I8 -> source.get(ValueLayout.JAVA_BYTE, index);
            case U8, BOOL -> source.get(ValueLayout.JAVA_BYTE, index) & 0xff;
            case F64, F32, F16, BF16 -> throw new AssertionError(entry.type());
          };
      if (value != (int) value) {
        throw new IllegalArgumentException(
            files.source()
                + ": tensor "
                + entry.name()
                + " holds "
                + value
                + ", too large for I32");
      }
      ints[i] = (int) value;
    }
  }
}
