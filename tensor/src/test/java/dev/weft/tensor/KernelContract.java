package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Compares every kernel of a device with the reference device, on every [OpCase]: in F32 bit for
/// bit. A module that brings a device extends it:
///
/// ```java
/// class CpuKernelContractTest extends KernelContract {
///   protected Device device() {
///     return Devices.require("cpu");
///   }
/// }
/// ```
public abstract class KernelContract {
  private static final long SEED = 20260101;

  /// The device under test.
  protected abstract Device device();

  /// 0: the same bits are wanted. Else |a − b| ≤ tolerance · max(1, largest |b| of the output), for
  /// devices that add in another order.
  protected double tolerance(String kernel) {
    return 0;
  }

  /// Whether a kernel is compared at all; false leaves it out.
  protected boolean takes(String kernel) {
    return true;
  }

  /// Whether a case is compared; false leaves it out.
  protected boolean takes(OpCase row) {
    return takes(row.kernel());
  }

  /// One test for each kernel, over all of its cases.
  @TestFactory
  Stream<DynamicTest> kernelsMatchTheReference() {
    Map<String, List<OpCase>> byKernel = new LinkedHashMap<>();
    for (OpCase row : OpCase.all()) {
      if (takes(row)) {
        byKernel.computeIfAbsent(row.kernel(), kernel -> new ArrayList<>()).add(row);
      }
    }
    return byKernel.entrySet().stream()
        .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> compareAll(entry.getValue())));
  }

  @Test
  @DisplayName("Attention over the cache gives the bits of attention over the whole sequence")
  void cachedAttentionEqualsAttention() {
    assumeTrue(takes("cacheAttention"), "left out");
    long before = device().stats().liveBytes();
    Property.forAll(SEED, 12, (random, size) -> random.permutation(2 * size), this::feedInParts);
    assertEquals(before, device().stats().liveBytes());
  }

  /// Feeds a sequence to the cache in parts that end at some of the positions in `order`.
  private void feedInParts(int[] order) {
    int length = order.length;
    int heads = 2;
    int dim = 24;
    try (Scope scope = Scope.noGrad()) {
      Tensors tensors = new Tensors(device(), length, false);
      Tensor q = tensors.in(Values.LOGITS, 1, length, heads, dim);
      Tensor k = tensors.in(1, length, heads, dim);
      Tensor v = tensors.in(1, length, heads, dim);
      float[] whole = Ops.attention(q, k, v, null, 0.5).toFloats();
      KeyValueCache cache = KeyValueCache.allocate(device(), scope, 1, heads, dim, length);
      Tensor y = Tensor.empty(device(), DType.F32, Shape.of(length, heads, dim));
      BitSet ends = new BitSet();
      for (int i = 0; i <= length / 8; i++) {
        ends.set(order[i] + 1);
      }
      ends.set(length);
      int from = 0;
      for (int to = ends.nextSetBit(1); to > 0; to = ends.nextSetBit(to + 1)) {
        Tensor starts = Tensor.ids(device(), Shape.of(2), 0, to - from);
        Tensor past = Tensor.ids(device(), Shape.of(1), from);
        device()
            .kernels()
            .cacheAppend(cache, tokens(k, from, to), tokens(v, from, to), starts, past);
        device()
            .kernels()
            .cacheAttention(y.slice(0, from, to), tokens(q, from, to), cache, starts, past, 0.5);
        from = to;
      }
      compare(
          "cached attention over " + length + " tokens",
          tolerance("cacheAttention"),
          whole,
          y.toFloats());
    }
  }

  private static Tensor tokens(Tensor x, int from, int to) {
    return x.slice(1, from, to).reshape(to - from, x.dim(2), x.dim(3));
  }

  private void compareAll(List<OpCase> rows) {
    Device reference = Devices.reference();
    long before = device().stats().liveBytes();
    long referenceBefore = reference.stats().liveBytes();
    long seed = SEED;
    for (OpCase row : rows) {
      seed++;
      if (compare(row, seed, false)) {
        compare(row, seed, true);
      }
    }
    assertEquals(before, device().stats().liveBytes());
    assertEquals(referenceBefore, reference.stats().liveBytes());
  }

  /// Runs a case on both devices; returns whether it has gradients that may accumulate.
  private boolean compare(OpCase row, long seed, boolean accumulate) {
    try (Scope _ = Scope.noGrad()) {
      Tensors expected = run(row, Devices.reference(), seed, accumulate);
      Tensors actual = run(row, device(), seed, accumulate);
      String name = row + (accumulate ? ", accumulating" : "");
      for (int i = 0; i < expected.outputs().size(); i++) {
        Tensor wanted = expected.outputs().get(i);
        Tensor got = actual.outputs().get(i);
        double tolerance = tolerance(row.kernel());
        compare(name + ", output " + i, tolerance, wanted, got);
        compare(name + ", memory around output " + i, tolerance, wanted.root(), got.root());
      }
      for (int i = 0; i < expected.packs().size(); i++) {
        comparePacks(name, expected.packs().get(i), actual.packs().get(i));
      }
      return expected.hasGradients();
    }
  }

  /// The same bits at every (k, n), and nothing but zeros beside them.
  private static void comparePacks(String name, Weight expected, Weight actual) {
    compare(name + ", values", 0, floats(expected.panels()), ordered(expected, actual));
    if (expected.scales() != null) {
      float[] wanted = expected.scales().toFloats();
      float[] got = new float[wanted.length];
      float[] scales = actual.scales().toFloats();
      for (int k = 0; k < expected.in(); k += Weight.GROUP) {
        for (int n = 0; n < expected.out(); n++) {
          got[Math.toIntExact(expected.scaleIndex(k, n))] =
              scales[Math.toIntExact(actual.scaleIndex(k, n))];
          scales[Math.toIntExact(actual.scaleIndex(k, n))] = 0;
        }
      }
      compare(name + ", scales", 0, wanted, got);
      compare(name + ", scales of no column", 0, new float[scales.length], scales);
    }
  }

  /// The values of `actual` in the order of `expected`; fails when something else is not 0.
  private static float[] ordered(Weight expected, Weight actual) {
    float[] values = floats(actual.panels());
    float[] ordered = new float[Math.toIntExact(expected.panels().size())];
    for (int k = 0; k < expected.in(); k++) {
      for (int n = 0; n < expected.out(); n++) {
        int at = Math.toIntExact(actual.index(k, n));
        ordered[Math.toIntExact(expected.index(k, n))] = values[at];
        values[at] = 0;
      }
    }
    compare("values of no column", 0, new float[values.length], values);
    return ordered;
  }

  private static float[] floats(Tensor x) {
    if (x.dtype() != DType.I8) {
      return x.toFloats();
    }
    int[] values = x.toInts();
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values[i];
    }
    return floats;
  }

  private static Tensors run(OpCase row, Device device, long seed, boolean accumulate) {
    Tensors tensors = new Tensors(device, seed, accumulate);
    row.body().prepare(tensors).run(device.kernels());
    device.synchronize();
    return tensors;
  }

  private static void compare(String what, double tolerance, Tensor expected, Tensor actual) {
    switch (expected.dtype()) {
      case F32, BF16, F16 -> compare(what, tolerance, expected.toFloats(), actual.toFloats());
      case I8, I32, BOOL -> {
        int[] wanted = expected.toInts();
        int[] got = actual.toInts();
        for (int i = 0; i < wanted.length; i++) {
          if (got[i] != wanted[i]) {
            fail(what + ": [" + i + "] is " + got[i] + " but the reference has " + wanted[i]);
          }
        }
      }
      case F64 -> throw new IllegalArgumentException(what + ": F64 is the reference device's");
    }
  }

  private static void compare(String what, double tolerance, float[] expected, float[] actual) {
    double bound = tolerance * largest(expected);
    for (int i = 0; i < expected.length; i++) {
      float e = expected[i];
      float a = actual[i];
      // floatToIntBits makes every NaN the same.
      boolean same = Float.floatToIntBits(e) == Float.floatToIntBits(a);
      boolean near = bound > 0 && Math.abs((double) a - e) <= bound;
      if (!same && !near) {
        fail(
            String.format(
                "%s: [%d] is %s (%08x) but the reference has %s (%08x)",
                what, i, a, Float.floatToRawIntBits(a), e, Float.floatToRawIntBits(e)));
      }
    }
  }

  /// The largest finite value of either sign, at least 1.
  private static double largest(float[] values) {
    double largest = 1;
    for (float value : values) {
      largest = Float.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
    }
    return largest;
  }
}
