package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.BYTES;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Moves elements between evenly spaced and contiguous memory. Strides are in bytes.
final class Strided {
  static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  private Strided() {}

  /// y[i] = x[i · stride], for elements of `size` bytes; y is contiguous.
  static void gather(int size, long y, long x, long stride, int n) {
    if (stride == size) {
      copy(y, x, (long) n * size);
    } else {
      switch (size) {
        case 1 -> gather1(y, x, stride, n);
        case 2 -> gather2(y, x, stride, n);
        case 4 -> {
          if (stride == 0) {
            spread(y, ALL.get(FLOAT, x), n);
          } else {
            gather4(y, x, stride, n);
          }
        }
        default -> gather8(y, x, stride, n);
      }
    }
  }

  /// y[i · stride] = x[i], for elements of `size` bytes; x is contiguous.
  static void scatter(int size, long y, long stride, long x, int n) {
    if (stride == size) {
      copy(y, x, (long) n * size);
    } else {
      switch (size) {
        case 1 -> scatter1(y, stride, x, n);
        case 2 -> scatter2(y, stride, x, n);
        case 4 -> scatter4(y, stride, x, n);
        default -> scatter8(y, stride, x, n);
      }
    }
  }

  /// y[i · stride] += x[i] in F32; x is contiguous.
  static void add(long y, long stride, long x, int n) {
    if (stride == Float.BYTES) {
      add(y, x, n);
    } else {
      for (int i = 0; i < n; i++) {
        ALL.set(FLOAT, y + i * stride, ALL.get(FLOAT, y + i * stride) + ALL.get(FLOAT, x + 4L * i));
      }
    }
  }

  /// y += x in F32, both contiguous.
  static void add(long y, long x, int n) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      store(load(y + o).add(load(x + o)), y + o);
    }
    for (; i < n; i++) {
      long o = 4L * i;
      ALL.set(FLOAT, y + o, ALL.get(FLOAT, y + o) + ALL.get(FLOAT, x + o));
    }
  }

  /// y = 0, or y += 0 (which makes +0 of −0), in F32.
  static void zero(long y, int n, boolean add) {
    if (!add) {
      ALL.asSlice(y, 4L * n).fill((byte) 0);
      return;
    }
    for (int i = 0; i < n; i++) {
      ALL.set(FLOAT, y + 4L * i, ALL.get(FLOAT, y + 4L * i) + 0f);
    }
  }

  /// Copies bytes; short runs without the cost of a call into the library.
  static void copy(long y, long x, long bytes) {
    if (bytes > 8192) {
      MemorySegment.copy(ALL, x, ALL, y, bytes);
      return;
    }
    int n = (int) bytes;
    int i = 0;
    for (; i <= n - BYTES; i += BYTES) {
      store(load(x + i), y + i);
    }
    for (; i <= n - 4; i += 4) {
      ALL.set(INT, y + i, ALL.get(INT, x + i));
    }
    for (; i < n; i++) {
      ALL.set(BYTE, y + i, ALL.get(BYTE, x + i));
    }
  }

  /// y = value in F32; writes whole vectors, so up to LANES − 1 elements past n.
  static void spread(long y, float value, int n) {
    for (int i = 0; i < n; i += LANES) {
      store(all(value), y + 4L * i);
    }
  }

  private static void gather1(long y, long x, long stride, int n) {
    for (int i = 0; i < n; i++) {
      ALL.set(BYTE, y + i, ALL.get(BYTE, x + i * stride));
    }
  }

  private static void gather2(long y, long x, long stride, int n) {
    for (int i = 0; i < n; i++) {
      ALL.set(SHORT, y + 2L * i, ALL.get(SHORT, x + i * stride));
    }
  }

  private static void gather4(long y, long x, long stride, int n) {
    for (int i = 0; i < n; i++) {
      ALL.set(INT, y + 4L * i, ALL.get(INT, x + i * stride));
    }
  }

  private static void gather8(long y, long x, long stride, int n) {
    for (int i = 0; i < n; i++) {
      ALL.set(LONG, y + 8L * i, ALL.get(LONG, x + i * stride));
    }
  }

  private static void scatter1(long y, long stride, long x, int n) {
    for (int i = 0; i < n; i++) {
      ALL.set(BYTE, y + i * stride, ALL.get(BYTE, x + i));
    }
  }

  private static void scatter2(long y, long stride, long x, int n) {
    for (int i = 0; i < n; i++) {
      ALL.set(SHORT, y + i * stride, ALL.get(SHORT, x + 2L * i));
    }
  }

  private static void scatter4(long y, long stride, long x, int n) {
    for (int i = 0; i < n; i++) {
      ALL.set(INT, y + i * stride, ALL.get(INT, x + 4L * i));
    }
  }

  private static void scatter8(long y, long stride, long x, int n) {
    for (int i = 0; i < n; i++) {
      ALL.set(LONG, y + i * stride, ALL.get(LONG, x + 8L * i));
    }
  }
}
