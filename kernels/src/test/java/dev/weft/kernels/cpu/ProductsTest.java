package dev.weft.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Activation;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Kernels;
import dev.weft.tensor.Philox;
import dev.weft.tensor.ReferenceKernels;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Products give a row the same bits wherever it stands, however the work is cut. That they are the
/// bits of the definition, over all layouts and sizes, is [CpuKernelContractTest]'s.
class ProductsTest {
  private static final DType[] PACKS = {DType.F32, DType.BF16, DType.I8};

  /// More k than a part packs at once (four blocks), and odd.
  private static final int DEEP = 4 * MicroKernels.K_BLOCK + 65;

  private final Device device = CpuDevice.withThreads(2);
  private final Philox random = new Philox(3, Philox.Purpose.INITIALISATION, 0, 0);

  @AfterEach
  void nothingIsLeft() {
    assertEquals(0, device.stats().liveBytes());
  }

  private Tensor random(int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextNormal();
    }
    return Tensor.of(device, shape, values);
  }

  /// The same matrix, its columns contiguous.
  private Tensor byColumns(Tensor matrix) {
    Tensor columns =
        Tensor.empty(device, DType.F32, Shape.of(matrix.dim(1), matrix.dim(0))).transpose();
    device.kernels().copy(Grad.into(columns), matrix);
    return columns;
  }

  private static float[] linear(Kernels kernels, Tensor x, Weight w, Tensor bias) {
    Tensor y = Tensor.empty(x.device(), DType.F32, Shape.of(x.dim(0), w.out()));
    kernels.linear(y, x, w, bias, Activation.GELU_TANH, null);
    return y.toFloats();
  }

  private static Tensor rows(Tensor x, int from, int count) {
    long[] strides = {x.stride(0), x.stride(1)};
    return x.view(Shape.of(count, x.dim(1)), strides, x.offset() + from * x.stride(0));
  }

  private static void assertSameBits(float[] expected, float[] actual, String what) {
    assertEquals(expected.length, actual.length, what);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(
          Float.floatToRawIntBits(expected[i]), Float.floatToRawIntBits(actual[i]), what + " " + i);
    }
  }

  /// With so much memory few rows go through a weight in slices; nobody touches it.
  private Tensor memory(boolean much) {
    return Tensor.empty(device, DType.I8, Shape.of(much ? (int) Product.CACHED : 1));
  }

  @ParameterizedTest(name = "much memory: {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("a row has the same bits alone and at every place of every batch")
  void placeInTheBatchChangesNoBit(boolean much) {
    for (DType type : PACKS) {
      try (Scope scope = Scope.noGrad()) {
        Tensor _ = memory(much);
        Weight w = Weight.pack(random(DEEP, 101), type, scope);
        Tensor bias = random(101);
        Tensor x = random(41, DEEP);
        float[][] alone = new float[41][];
        for (int i = 0; i < 41; i++) {
          alone[i] = linear(device.kernels(), rows(x, i, 1), w, bias);
        }
        for (int batch : new int[] {2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 41}) {
          for (int from = 0; from + batch <= 41; from += batch) {
            float[] together = linear(device.kernels(), rows(x, from, batch), w, bias);
            for (int i = 0; i < batch; i++) {
              float[] row = Arrays.copyOfRange(together, i * 101, (i + 1) * 101);
              assertSameBits(alone[from + i], row, type + ", row " + i + " of " + batch);
            }
          }
        }
      }
    }
  }

  @Test
  @DisplayName(
      "few rows have the same bits in slices of a panel, whatever is left of k and columns")
  void slicesChangeNoBit() {
    for (DType type : PACKS) {
      for (int k : new int[] {1, 15, 16, 17, 32, 33, 127, 385}) {
        for (int n : new int[] {1, 48, 49}) {
          try (Scope scope = Scope.noGrad()) {
            Weight w = Weight.pack(random(k, n), type, scope);
            for (Tensor x : new Tensor[] {random(7, k), byColumns(random(7, k))}) {
              float[] whole = linear(device.kernels(), x, w, null);
              try (Scope _ = Scope.noGrad()) {
                Tensor _ = memory(true);
                float[] sliced = linear(device.kernels(), x, w, null);
                assertSameBits(whole, sliced, type + ", k " + k + ", n " + n);
              }
            }
          }
        }
      }
    }
  }

  @Test
  void theNumberOfThreadsChangesNoBit() {
    for (int[] size : new int[][] {{1, 300, 1000}, {7, 1600, 130}, {230, 500, 97}}) {
      float[][] first = null;
      for (int threads : new int[] {1, 2, 3, 8}) {
        Device cpu = CpuDevice.withThreads(threads);
        Philox same = new Philox(size[0], Philox.Purpose.INITIALISATION, 0, 0);
        try (Scope scope = Scope.noGrad()) {
          Tensor a = fill(cpu, same, size[0], size[1]);
          Tensor b = fill(cpu, same, size[1], size[2]);
          Tensor c = fill(cpu, same, size[0], size[2]);
          float[][] results = new float[PACKS.length + 1][];
          for (int i = 0; i < PACKS.length; i++) {
            results[i] = linear(cpu.kernels(), a, Weight.pack(b, PACKS[i], scope), null);
          }
          cpu.kernels().matmul(new Grad(c, true), a, b);
          results[PACKS.length] = c.toFloats();
          first = first == null ? results : first;
          for (int i = 0; i < results.length; i++) {
            assertSameBits(first[i], results[i], threads + " threads, product " + i);
          }
        }
        assertEquals(0, cpu.stats().liveBytes());
      }
    }
  }

  private static Tensor fill(Device device, Philox random, int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextUniform() - 0.5);
    }
    return Tensor.of(device, Shape.of(rows, columns), values);
  }

  @ParameterizedTest(name = "much memory: {0}")
  @ValueSource(booleans = {false, true})
  void deepProductsCarryTheirChainsFromPackToPack(boolean much) {
    try (Scope scope = Scope.noGrad()) {
      Tensor _ = memory(much);
      Tensor b = random(DEEP, 101); // the last panel is not whole
      for (int rows : new int[] {2, 5, 8, 9}) {
        Tensor a = random(rows, DEEP);
        for (boolean accumulate : new boolean[] {false, true}) {
          String what = rows + " rows, accumulate " + accumulate;
          Tensor c = random(rows, 101);
          Tensor expected = Tensor.of(device, c.shape(), c.toFloats());
          Tensor packed = Tensor.of(device, c.shape(), c.toFloats());
          new ReferenceKernels().matmul(new Grad(expected, accumulate), a, b);
          device.kernels().matmul(new Grad(c, accumulate), a, b);
          product(packed, a, Weight.pack(b, DType.F32, scope), accumulate);
          assertSameBits(expected.toFloats(), c.toFloats(), what);
          assertSameBits(expected.toFloats(), packed.toFloats(), what + ", packed");
        }
        for (DType type : PACKS) {
          Weight w = Weight.pack(b, type, scope);
          assertSameBits(
              linear(new ReferenceKernels(), a, w, null),
              linear(device.kernels(), a, w, null),
              rows + " rows, " + type);
        }
      }
    }
  }

  /// What recurrent networks do with a weight: the chains may begin from C.
  private void product(Tensor c, Tensor a, Weight w, boolean accumulate) {
    long aRow = 4 * a.stride(0);
    long cRow = 4 * c.stride(0);
    Panels b = Panels.of(w);
    try (Team team = new Team(1)) {
      new Product(a.dim(0), a.address(), aRow, 4, b, c.address(), cRow, accumulate, Epilogue.NONE)
          .run(device, team);
    }
  }

  /// A dense matrix is packed while the product runs up to 512 rows, before it with more.
  @Test
  void packingEarlyOrLateChangesNoBit() {
    try (Scope scope = Scope.noGrad()) {
      Tensor b = random(400, 197);
      Tensor columns = byColumns(b);
      Weight packed = Weight.pack(b, DType.F32, scope);
      for (int rows : new int[] {2, 385, 512, 513}) {
        Tensor a = random(rows, 400);
        Tensor c = random(rows, 197);
        Tensor sum = Tensor.of(device, c.shape(), c.toFloats());
        new ReferenceKernels().matmul(new Grad(sum, true), a, b);
        device.kernels().matmul(new Grad(c, true), a, columns);
        assertSameBits(sum.toFloats(), c.toFloats(), rows + " rows");
        assertSameBits(
            linear(device.kernels(), a, packed, null),
            linear(device.kernels(), a, Weight.dense(columns), null),
            rows + " rows, linear");
      }
    }
  }

  @Test
  void theFirstCallAndTheTenThousandthGiveTheSameBits() {
    try (Scope scope = Scope.noGrad()) {
      Tensor x = random(7, 72);
      Tensor bias = random(50);
      Tensor b = random(72, 50);
      for (DType type : PACKS) {
        Weight w = Weight.pack(b, type, scope);
        for (Tensor rows : new Tensor[] {x, rows(x, 2, 1)}) {
          float[] first = linear(device.kernels(), rows, w, bias);
          Tensor y = Tensor.empty(device, DType.F32, Shape.of(rows.dim(0), 50));
          for (int call = 2; call <= 10_000; call++) {
            device.kernels().linear(y, rows, w, bias, Activation.GELU_TANH, null);
          }
          assertSameBits(first, y.toFloats(), type.toString());
        }
      }
    }
  }

  @Test
  void tilesCoverEveryNumberOfRows() {
    for (int rows = 0; rows < 60; rows++) {
      int tiles = 0;
      int covered = 0;
      while (covered < rows) {
        int height = MicroKernels.tileRows(rows - covered);
        assertEquals(rows == 1, height == 1, "a single row is slow: " + rows);
        assertTrue(height <= MicroKernels.ROWS, "buffers hold so many rows");
        covered += height;
        tiles++;
      }
      assertEquals(rows, covered);
      assertEquals(tiles, MicroKernels.tiles(rows));
    }
  }

  @Test
  void packsOfTransposedAndPlainMatricesAreEqual() {
    try (Scope scope = Scope.noGrad()) {
      Tensor plain = random(130, 70);
      Tensor columns = byColumns(plain);
      Weight one = Weight.pack(plain, DType.F32, scope);
      Weight other = Weight.pack(columns, DType.F32, scope);
      assertArrayEquals(one.panels().toFloats(), other.panels().toFloats());
    }
  }

  @Test
  void aTransposedLeftSideChangesNoBit() {
    try (Scope _ = Scope.noGrad()) {
      Tensor b = random(DEEP, 100);
      for (int rows : new int[] {2, 7, 8, 15, 16, 17, 61, 130, 530}) {
        Tensor plain = random(rows, DEEP);
        Tensor columns = byColumns(plain);
        Tensor expected = Tensor.empty(device, DType.F32, Shape.of(rows, 100));
        Tensor actual = Tensor.empty(device, DType.F32, Shape.of(rows, 100));
        device.kernels().matmul(Grad.into(expected), plain, b);
        device.kernels().matmul(Grad.into(actual), columns, b);
        assertSameBits(expected.toFloats(), actual.toFloats(), rows + " rows");
      }
    }
  }
}
