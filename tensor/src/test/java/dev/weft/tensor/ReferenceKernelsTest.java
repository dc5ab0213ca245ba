package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the contract fixes to the bit, worked out here by hand, and what ops mean, worked out from
/// simpler ones in double precision.
class ReferenceKernelsTest {
  private final Device device = Devices.reference();
  private final Kernels kernels = device.kernels();
  private Scope scope;
  private long before;

  @BeforeEach
  void open() {
    before = device.stats().liveBytes();
    scope = Scope.noGrad();
  }

  @AfterEach
  void close() {
    scope.close();
    assertEquals(before, device.stats().liveBytes());
  }

  private static float[] draw(Values values, int count) {
    return values.draw(new Philox(12, Philox.Purpose.INITIALISATION, 0, 0), count);
  }

  private Tensor tensor(float[] values, int... dims) {
    return Tensor.of(device, Shape.of(dims), values);
  }

  private Tensor wide(int seed, int... dims) {
    return GradientCase.constant(Tensor.of(device, Shape.of(1), 0.0), Shape.of(dims), seed);
  }

  // ---- sums and chains ------------------------------------------------------------------------

  @Test
  void aSumHasSixteenLanesAndAFixedTree() {
    float[] x = draw(Values.WIDE, 37);
    float[] lane = new float[16];
    for (int i = 0; i < x.length; i++) {
      lane[i % 16] += x[i];
    }
    float[] eight = new float[8];
    for (int j = 0; j < 8; j++) {
      eight[j] = lane[j] + lane[j + 8];
    }
    float even = (eight[0] + eight[4]) + (eight[2] + eight[6]);
    float odd = (eight[1] + eight[5]) + (eight[3] + eight[7]);
    assertEquals(even + odd, (float) Ops.sum(tensor(x, 37)).item());
    assertEquals((even + odd) * (float) (1.0 / 37), (float) Ops.mean(tensor(x, 37)).item());
  }

  @Test
  void aSumOfProductsIsFusedInItsLanes() {
    float[] x = draw(Values.UNIFORM, 16 * 3);
    float[] lane = new float[16];
    for (int i = 0; i < x.length; i++) {
      lane[i % 16] = Math.fma(x[i], x[i], lane[i % 16]);
    }
    for (int width = 8; width > 0; width /= 2) {
      for (int j = 0; j < width; j++) {
        lane[j] += lane[j + width];
      }
    }
    assertEquals(lane[0], (float) kernels.sumOfSquares(tensor(x, x.length)));
  }

  @Test
  void aSumOfSquaresAddsItsBlocksInDouble() {
    Tensor x = Tensor.full(device, DType.F32, Shape.of(2 * 4096), 1);
    x.slice(0, 0, 4096).set(draw(Values.UNIFORM, 4096));
    double first = kernels.sumOfSquares(x.slice(0, 0, 4096));
    assertEquals(first + 4096, kernels.sumOfSquares(x));
  }

  @Test
  void anElementOfAProductIsOneChain() {
    float[] a = draw(Values.UNIFORM, 300);
    float[] b = draw(Values.POSITIVE, 300);
    float chain = 0;
    float continued = 0.7f;
    for (int k = 0; k < 300; k++) {
      chain = Math.fma(a[k], b[k], chain);
      continued = Math.fma(a[k], b[k], continued);
    }
    Tensor row = tensor(a, 1, 300);
    Tensor column = tensor(b, 300, 1);
    assertEquals(chain, (float) row.matmul(column).item());
    Tensor old = tensor(new float[] {0.7f}, 1, 1);
    kernels.matmul(new Grad(old, true), row, column);
    assertEquals(continued, (float) old.item());
  }

  @Test
  void anInt8ProductScalesAChainForEachGroup() {
    int in = 300;
    float[] w = draw(Values.UNIFORM, in);
    float[] x = draw(Values.POSITIVE, in);
    float sum = 0;
    for (int from = 0; from < in; from += Weight.GROUP) {
      int to = Math.min(in, from + Weight.GROUP);
      float largest = 0;
      for (int k = from; k < to; k++) {
        largest = Math.max(largest, Math.abs(w[k]));
      }
      float scale = largest / 127;
      float chain = 0;
      for (int k = from; k < to; k++) {
        chain = Math.fma(x[k], (float) Math.rint(w[k] / scale), chain);
      }
      sum = Math.fma(scale, chain, sum);
    }
    Weight pack = Weight.pack(tensor(w, in, 1), DType.I8, scope);
    Tensor y = Ops.linear(tensor(x, 1, in), pack, null, Activation.NONE, null);
    assertEquals(sum, (float) y.item());
  }

  @Test
  void biasActivationAndResidualComeAfterTheChain() {
    Tensor x = tensor(new float[] {2, 3}, 1, 2);
    Weight w = Weight.dense(tensor(new float[] {0.5f, -1}, 2, 1));
    Tensor y =
        Ops.linear(
            x, w, tensor(new float[] {4}, 1), Activation.GELU_TANH, tensor(new float[] {10}, 1, 1));
    float gelu = (float) Unary.GELU_TANH.f(Real.F32, 2f * 0.5f - 3f + 4f);
    assertEquals(gelu + 10, (float) y.item());
  }

  @Test
  void packsHoldPanelsOfColumnsPaddedWithZeros() {
    Tensor matrix = tensor(draw(Values.UNIFORM, 3 * 50), 3, 50);
    float[] w = matrix.toFloats();
    Weight pack = Weight.pack(matrix, DType.F32, scope);
    float[] panels = pack.panels().toFloats();
    assertEquals(2 * 3 * 48, panels.length);
    for (int n = 0; n < 96; n++) {
      for (int k = 0; k < 3; k++) {
        float wanted = n < 50 ? w[k * 50 + n] : 0;
        assertEquals(wanted, panels[(n / 48 * 3 + k) * 48 + n % 48]);
      }
    }
  }

  // ---- order and special values ---------------------------------------------------------------

  @Test
  void nanCountsAsLargestAndTiesGoToTheFirst() {
    Tensor x = tensor(new float[] {1, 3, 3, -0f, 0, Float.NaN, Float.NaN, 7}, 2, 4);
    assertArrayEquals(new int[] {1, 1}, Ops.argmax(x).toInts());
    var sorted = Ops.sort(x, true);
    assertArrayEquals(new int[] {1, 2, 0, 3, 1, 2, 3, 0}, sorted.ids().toInts());
    assertArrayEquals(new int[] {3, 0, 1, 2, 0, 3, 1, 2}, Ops.sort(x, false).ids().toInts());
    assertEquals(7, sorted.values().toFloats()[6]);
  }

  @Test
  void reductionsOfSpecialRows() {
    float infinity = Float.POSITIVE_INFINITY;
    Tensor masked = tensor(new float[] {-infinity, -infinity}, 1, 2);
    assertEquals(-infinity, (float) Ops.logSumExp(masked, -1).item());
    assertTrue(Float.isNaN(masked.softmax().toFloats()[0]));
    Tensor huge = tensor(new float[] {1000, 1000}, 1, 2);
    assertEquals(1000 + Math.log(2), Ops.logSumExp(huge, -1).item(), 1e-4);
    Tensor nan = tensor(new float[] {1, Float.NaN, 3}, 1, 3);
    assertTrue(Double.isNaN(Ops.max(nan, -1).item()));
    assertTrue(Double.isNaN(Ops.min(nan, -1).item()));
    assertEquals(0, Ops.sum(Tensor.zeros(device, DType.F32, Shape.of(0))).item());
  }

  @Test
  void theGradientOfANormAtZeroIsZero() {
    Tensor x = Tensor.zeros(device, DType.F32, Shape.of(1, 3));
    Tensor y = Tensor.zeros(device, DType.F32, Shape.of(1));
    Tensor dy = Tensor.full(device, DType.F32, Shape.of(1), 1);
    Tensor dx = Tensor.full(device, DType.F32, Shape.of(1, 3), Double.NaN);
    kernels.reduceGrad(Reduce.NORM, Grad.into(dx), dy, x, y);
    assertArrayEquals(new float[3], dx.toFloats());
  }

  @Test
  void castsRoundTowardsZeroAndNanIsZero() {
    float[] values = {1.9f, -1.9f, Float.NaN, 1e20f, -1e20f, 0};
    Tensor x = tensor(values, 6);
    int[] wanted = {1, -1, 0, Integer.MAX_VALUE, Integer.MIN_VALUE, 0};
    assertArrayEquals(wanted, x.cast(DType.I32).toInts());
    assertArrayEquals(new int[] {1, 1, 1, 1, 1, 0}, x.cast(DType.BOOL).toInts());
  }

  @Test
  void clampingKeepsNan() {
    Tensor x = tensor(new float[] {-5, -0.5f, Float.NaN, 0.5f, 5}, 5);
    kernels.clamp(x, 1);
    assertArrayEquals(new float[] {-1, -0.5f, Float.NaN, 0.5f, 1}, x.toFloats());
  }

  @Test
  void runningSumsGoFromEitherEnd() {
    Tensor x = tensor(new float[] {1, 2, 3, 4}, 1, 4);
    Tensor y = Tensor.like(x);
    kernels.cumsum(Grad.into(y), x, false);
    assertArrayEquals(new float[] {1, 3, 6, 10}, y.toFloats());
    kernels.cumsum(Grad.into(y), x, true);
    assertArrayEquals(new float[] {10, 9, 7, 4}, y.toFloats());
  }

  @Test
  void dropoutReadsOneWordForEachElement() {
    Tensor ones = Tensor.full(device, DType.F32, Shape.of(11), 1);
    float[] y = Ops.dropout(ones, 0.5, 0xabcdef0123456789L, 3, 4).toFloats();
    int[] words = new int[4];
    for (int i = 0; i < 11; i++) {
      Philox.words(3, 4, Philox.Purpose.DROPOUT.word(), i / 4, 0x23456789, 0xabcdef01, words);
      assertEquals(words[i % 4] < 0 ? 2f : 0f, y[i]); // as unsigned, ≥ 2^31
    }
  }

  // ---- what ops mean --------------------------------------------------------------------------

  @Test
  void attentionIsTheSoftmaxOfItsScoresTimesTheValues() {
    Tensor q = wide(1, 2, 3, 2, 5);
    Tensor k = wide(2, 2, 7, 2, 5);
    Tensor v = wide(3, 2, 7, 2, 5);
    Tensor scores = heads(q).matmul(heads(k).transpose()).mul(0.4); // (B, H, T, S)
    int[] visible = new int[3 * 7];
    for (int t = 0; t < 3; t++) {
      for (int s = 0; s < 7; s++) {
        visible[t * 7 + s] = s <= t + 4 ? 1 : 0;
      }
    }
    Tensor mask = Tensor.empty(device, DType.BOOL, Shape.of(3, 7)).set(visible);
    Tensor none = Tensor.full(device, DType.F64, Shape.SCALAR, Double.NEGATIVE_INFINITY);
    Tensor expected = Ops.where(mask, scores, none).softmax().matmul(heads(v));
    Tensor y = Ops.attention(q, k, v, null, 0.4);
    assertArrayEquals(expected.toDoubles(), heads(y).toDoubles(), 1e-14);
  }

  private static Tensor heads(Tensor x) {
    return Ops.permute(x, 0, 2, 1, 3);
  }

  @Test
  void lengthsHideTheKeysBehindThem() {
    Tensor q = wide(1, 2, 2, 1, 5);
    Tensor k = wide(2, 2, 6, 1, 5);
    Tensor v = wide(3, 2, 6, 1, 5);
    Tensor y = Ops.attention(q, k, v, Tensor.ids(device, Shape.of(2), 3, 0), 0.4);
    // Three keys end before what either query may see: a query of a sequence with S = 4 sees all.
    Tensor first =
        Ops.attention(
            q.slice(0, 0, 1).slice(1, 1, 2),
            k.slice(0, 0, 1).slice(1, 0, 3),
            v.slice(0, 0, 1).slice(1, 0, 3),
            null,
            0.4);
    assertArrayEquals(first.toDoubles(), y.slice(0, 0, 1).slice(1, 1, 2).toDoubles());
    assertArrayEquals(new double[10], y.slice(0, 1, 2).toDoubles());
  }

  @Test
  void normsAreWhatTheirFormulasSay() {
    Tensor x = wide(1, 4, 23);
    Tensor w = wide(2, 23);
    Tensor b = wide(3, 23);
    Tensor mean = Ops.reduce(Reduce.MEAN, x, true, -1);
    Tensor centred = x.sub(mean);
    Tensor variance = Ops.reduce(Reduce.MEAN, centred.mul(centred), true, -1);
    Tensor layer = centred.div(Ops.unary(Unary.SQRT, Ops.affine(variance, 1, 1e-3))).mul(w).add(b);
    assertArrayEquals(layer.toDoubles(), Ops.layerNorm(x, w, b, 1e-3).toDoubles(), 1e-13);
    Tensor square = Ops.reduce(Reduce.MEAN, x.mul(x), true, -1);
    Tensor rms = x.div(Ops.unary(Unary.SQRT, Ops.affine(square, 1, 1e-3))).mul(w);
    assertArrayEquals(rms.toDoubles(), Ops.rmsNorm(x, w, 1e-3).toDoubles(), 1e-13);
  }

  @Test
  void crossEntropyIsTheNegativeLogProbability() {
    Tensor x = wide(1, 4, 9).mul(5);
    Tensor targets = Tensor.ids(device, Shape.of(4), 0, 8, 3, 3);
    double direct = Ops.crossEntropy(x, targets).item();
    assertEquals(Ops.nll(Ops.unary(Unary.LOG, x.softmax()), targets).item(), direct, 1e-14);
  }

  @Test
  void optimizersFollowTheirPapers() {
    double p = 0.5;
    double g = -0.2;
    double m = 0.3;
    double v = 0.04;
    Tensor[] t = state(p, g, m, v);
    kernels.sgd(t[0], t[1], t[2], 0.1, 0.9, true, 0.01, false);
    double d = g + 0.01 * p;
    double moment = 0.9 * m + d;
    assertEquals(moment, t[2].item(), 1e-15);
    assertEquals(p - 0.1 * (0.9 * moment + d), t[0].item(), 1e-15);

    t = state(p, g, m, v);
    kernels.adam(t[0], t[1], t[2], t[3], new Kernels.AdamStep(0.1, 0.9, 0.99, 1e-8, 0.01, true, 3));
    double first = (0.9 * m + 0.1 * g) / (1 - Math.pow(0.9, 3));
    double second = (0.99 * v + 0.01 * g * g) / (1 - Math.pow(0.99, 3));
    double decayed = p - 0.1 * 0.01 * p;
    assertEquals(decayed - 0.1 * first / (Math.sqrt(second) + 1e-8), t[0].item(), 1e-14);

    t = state(p, g, m, v);
    kernels.rmsProp(t[0], t[1], t[3], 0.1, 0.9, 1e-8);
    double square = 0.9 * v + 0.1 * g * g;
    assertEquals(p - 0.1 * g / (Math.sqrt(square) + 1e-8), t[0].item(), 1e-15);

    t = state(p, g, m, v);
    kernels.adagrad(t[0], t[1], t[3], 0.1, 1e-8);
    assertEquals(p - 0.1 * g / (Math.sqrt(v + g * g) + 1e-8), t[0].item(), 1e-15);
  }

  private Tensor[] state(double... values) {
    Tensor[] state = new Tensor[values.length];
    for (int i = 0; i < state.length; i++) {
      state[i] = Tensor.of(device, Shape.of(1), values[i]);
    }
    return state;
  }

  @Test
  void aReorderedCacheRowIsWhatItsParentWas() {
    KeyValueCache cache = KeyValueCache.allocate(device, scope, 2, 1, 1, 3);
    Tensor tokens = Tensor.of(device, Shape.of(4, 1, 1), 1f, 2f, 3f, 4f);
    Tensor starts = Tensor.ids(device, Shape.of(3), 0, 2, 4);
    kernels.cacheAppend(cache, tokens, tokens, starts, Tensor.ids(device, Shape.of(2), 0, 0));
    kernels.cacheReorder(cache, new int[] {1, 0}, new int[] {2, 1});
    assertArrayEquals(new float[] {3, 4}, cache.values().slice(0, 0, 1).slice(1, 0, 2).toFloats());
    assertArrayEquals(new float[] {1}, cache.values().slice(0, 1, 2).slice(1, 0, 1).toFloats());
    assertArrayEquals(new float[] {3, 4}, cache.keys().slice(0, 0, 1).slice(1, 0, 2).toFloats());
  }
}
