package dev.weft.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Grad;
import dev.weft.tensor.KeyValueCache;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Attention gives a token the same bits however the sequence is fed and cut; the definition itself
/// is [CpuKernelContractTest]'s.
class AttentionTest {
  private static final int TOKENS = 421; // beyond a block of 384 positions
  private static final int HEADS = 3;
  private static final double SCALE = 0.25;

  private static Tensor random(Device device, int dim) {
    Philox random = new Philox(11, Philox.Purpose.INITIALISATION, 0, 0);
    float[] values = new float[TOKENS * 3 * HEADS * dim];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextNormal();
    }
    return Tensor.of(device, Shape.of(TOKENS, 3, HEADS, dim), values);
  }

  /// Queries (0), keys (1) or values (2) of tokens from … to − 1: (tokens, H, D).
  private static Tensor part(Tensor qkv, int which, int from, int to) {
    int dim = qkv.dim(3);
    long[] strides = {qkv.stride(0), qkv.stride(2), 1};
    return qkv.view(
        Shape.of(to - from, HEADS, dim), strides, from * qkv.stride(0) + which * qkv.stride(1));
  }

  private static Tensor batched(Tensor x) {
    long[] strides = {0, x.stride(0), x.stride(1), 1};
    return x.view(Shape.of(1, x.dim(0), x.dim(1), x.dim(2)), strides, x.offset());
  }

  private static float[] whole(Tensor qkv) {
    Device device = qkv.device();
    int dim = qkv.dim(3);
    Tensor y = Tensor.empty(device, DType.F32, Shape.of(1, TOKENS, HEADS, dim));
    Tensor stats = Tensor.empty(device, DType.F32, Shape.of(1, HEADS, TOKENS, 2));
    device
        .kernels()
        .attention(
            y,
            stats,
            batched(part(qkv, 0, 0, TOKENS)),
            batched(part(qkv, 1, 0, TOKENS)),
            batched(part(qkv, 2, 0, TOKENS)),
            null,
            SCALE);
    return y.toFloats();
  }

  private static float[] cached(Tensor qkv, int... chunks) {
    Device device = qkv.device();
    int dim = qkv.dim(3);
    float[] all = new float[TOKENS * HEADS * dim];
    KeyValueCache cache = KeyValueCache.allocate(device, Scope.current(), 1, HEADS, dim, TOKENS);
    int at = 0;
    for (int i = 0; at < TOKENS; i++) {
      int end = Math.min(TOKENS, at + chunks[Math.min(i, chunks.length - 1)]);
      Tensor starts = Tensor.ids(device, Shape.of(2), 0, end - at);
      Tensor past = Tensor.ids(device, Shape.of(1), at);
      Tensor y = Tensor.empty(device, DType.F32, Shape.of(end - at, HEADS, dim));
      device
          .kernels()
          .cacheAppend(cache, part(qkv, 1, at, end), part(qkv, 2, at, end), starts, past);
      device.kernels().cacheAttention(y, part(qkv, 0, at, end), cache, starts, past, SCALE);
      System.arraycopy(y.toFloats(), 0, all, at * HEADS * dim, (end - at) * HEADS * dim);
      at = end;
    }
    return all;
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }

  @Test
  @DisplayName(
      "S1-56: fed to the cache in any chunks, attention has the bits of the whole sequence")
  void chunksAndCacheChangeNoBit() {
    for (int dim : new int[] {64, 20}) {
      int[] expected = null;
      for (int threads : new int[] {1, 2, 3}) {
        Device device = CpuDevice.withThreads(threads);
        try (Scope _ = Scope.noGrad()) {
          Tensor qkv = random(device, dim);
          int[] all = bits(whole(qkv));
          expected = expected == null ? all : expected;
          assertTrue(Arrays.equals(expected, all), threads + " threads");
          int[][] feeds = {{TOKENS}, {1}, {3}, {7}, {48}, {100, 1}, {400, 9}};
          for (int[] chunks : feeds) {
            assertTrue(
                Arrays.equals(expected, bits(cached(qkv, chunks))),
                "D " + dim + ", chunks " + Arrays.toString(chunks) + ", threads " + threads);
          }
        }
        assertEquals(0, device.stats().liveBytes());
      }
    }
  }

  @Test
  void aLaterTokenCannotReachAnEarlierOne() {
    Device device = CpuDevice.withThreads(2);
    try (Scope _ = Scope.noGrad()) {
      Tensor qkv = random(device, 64);
      int[] clean = bits(whole(qkv));
      int poisoned = 98; // the third of a tile
      device.kernels().fill(part(qkv, 1, poisoned, poisoned + 1), Double.NaN);
      device.kernels().fill(part(qkv, 2, poisoned, poisoned + 1), Double.POSITIVE_INFINITY);
      float[] dirty = whole(qkv);
      int before = poisoned * HEADS * 64;
      assertTrue(Arrays.equals(clean, 0, before, bits(dirty), 0, before));
      for (int i = before; i < dirty.length; i++) {
        assertTrue(Float.isNaN(dirty[i]));
      }
    }
  }

  @Test
  void gradientsDoNotDependOnThreads() {
    int[][] expected = null;
    for (int threads : new int[] {1, 2, 5}) {
      Device device = CpuDevice.withThreads(threads);
      try (Scope _ = Scope.noGrad()) {
        int[][] gradients = gradients(device);
        expected = expected == null ? gradients : expected;
        for (int i = 0; i < 3; i++) {
          assertTrue(Arrays.equals(expected[i], gradients[i]), threads + " threads, " + i);
          assertFalse(Arrays.equals(expected[i], expected[(i + 1) % 3]));
        }
      }
      assertEquals(0, device.stats().liveBytes());
    }
  }

  private static int[][] gradients(Device device) {
    Tensor qkv = random(device, 64);
    Shape shape = Shape.of(1, TOKENS, HEADS, 64);
    Tensor q = batched(part(qkv, 0, 0, TOKENS));
    Tensor k = batched(part(qkv, 1, 0, TOKENS));
    Tensor v = batched(part(qkv, 2, 0, TOKENS));
    Tensor y = Tensor.empty(device, DType.F32, shape);
    Tensor stats = Tensor.empty(device, DType.F32, Shape.of(1, HEADS, TOKENS, 2));
    device.kernels().attention(y, stats, q, k, v, null, SCALE);
    Grad[] into = new Grad[3];
    for (int i = 0; i < 3; i++) {
      into[i] = Grad.into(Tensor.empty(device, DType.F32, shape));
    }
    device.kernels().attentionGrad(into[0], into[1], into[2], y, y, stats, q, k, v, null, SCALE);
    int[][] gradients = new int[3][];
    for (int i = 0; i < 3; i++) {
      gradients[i] = bits(into[i].tensor().toFloats());
    }
    return gradients;
  }
}
