package dev.weft.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.tensor.Binary;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Kernels;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Unary;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Sizes at which kernels do more than their first step, without the work of large tensors: what a
/// full grid needs 4 million elements for, a grid of two small blocks does at a thousand.
final class CudaSizesTest {
  private static final int N = 1031;
  private static final Grid SMALL = Grid.of(2, 64);

  private final Owner owner = new Owner("test");
  private Device device;
  private Kernels kernels;

  @BeforeEach
  void device() {
    device = EmulatedCuda.device(EmulatedCuda.FORWARD);
    kernels = device.kernels();
  }

  @AfterEach
  void close() {
    owner.close();
  }

  private void launch(String file, String kernel, Object... arguments) {
    new CudaModule(((CudaDevice) device).stream(), file).launch(kernel, SMALL, arguments);
  }

  /// Values of both signs, others for another `seed`.
  private Tensor values(int seed, int... dims) {
    return values(device, seed, dims);
  }

  private Tensor values(Device on, int seed, int... dims) {
    Shape shape = Shape.of(dims);
    float[] x = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(seed + i);
    }
    return owner.empty(on, DType.F32, shape).set(x);
  }

  private Tensor none(DType dtype, int... dims) {
    return owner.empty(device, dtype, Shape.of(dims));
  }

  @Test
  void elementwiseKernelsGoOnBeyondTheirGrid() {
    Tensor x = values(1, N);
    Tensor y = none(DType.F32, N);
    Tensor expected = none(DType.F32, N);
    kernels.unary(Unary.EXP, expected, x);
    launch("elementwise", "unary_fwd_exp_f32", y, x, new Walk(y, x), (long) N);
    assertArrayEquals(expected.toFloats(), y.toFloats());
  }

  @Test
  void sumsGoOnBeyondTheirGrid() {
    Tensor x = values(1, N);
    Tensor y = values(2, N);
    Tensor expected = values(2, N);
    kernels.copy(new Grad(expected, true), x);
    launch("copying", "add_f32", y, x, new Walk(y, x), (long) N);
    assertArrayEquals(expected.toFloats(), y.toFloats());
  }

  @Test
  void optimizersGoOnBeyondTheirGrid() {
    Tensor g = values(1, N);
    Tensor p = values(2, N);
    Tensor m = values(3, N);
    Tensor expected = values(2, N);
    Tensor expectedMomentum = values(3, N);
    kernels.sgd(expected, g, expectedMomentum, 0.5, 0.75, true, 0.125, false);
    launch("optimizers", "sgd_momentum_f32", p, g, m, (long) N, -0.5f, 0.75f, true, 0.125f, false);
    assertArrayEquals(expected.toFloats(), p.toFloats());
    assertArrayEquals(expectedMomentum.toFloats(), m.toFloats());
  }

  @Test
  void dropoutGoesOnBeyondItsGrid() {
    Tensor x = values(1, N);
    Tensor y = none(DType.F32, N);
    Tensor expected = none(DType.F32, N);
    kernels.dropout(Grad.into(expected), x, 0.5, 4711L, 3, 5);
    launch("dropout", "dropout_f32", y, x, (long) N, false, 2f, 1L << 31, 4711L, 3, 5);
    assertArrayEquals(expected.toFloats(), y.toFloats());
  }

  @Test
  void gatheringGoesOnBeyondItsGrid() {
    int[] picked = new int[3 * N];
    for (int i = 0; i < picked.length; i++) {
      picked[i] = i % 7;
    }
    Tensor x = values(1, 3, 7);
    Tensor ids = none(DType.I32, 3, N).set(picked);
    Tensor y = none(DType.F32, 3, N);
    Tensor expected = none(DType.F32, 3, N);
    kernels.gather(expected, x, ids);
    launch("tables", "gather_fwd_f32", y, x, ids, (long) N, 7L, (long) N, 3L, N);
    assertArrayEquals(expected.toFloats(), y.toFloats());
  }

  @Test
  void theEndOfAProductGoesOnBeyondItsGrid() {
    Tensor bias = values(1, N);
    Tensor y = values(2, 3, N);
    Tensor expected = none(DType.F32, 3, N);
    kernels.binary(Binary.ADD, expected, values(2, 3, N), bias.reshape(1, N).expand(3, N));
    launch("products", "linear_finish_f32", y, (long) N, 3, N, bias, false, null, 0L);
    assertArrayEquals(expected.toFloats(), y.toFloats());
  }

  @Test
  void manyBlocksOfSquaresAreTheReferencesBits() {
    int n = 70_001; // two blocks of threads, and a part of a block of squares
    Device reference = Devices.reference();
    double expected = reference.kernels().sumOfSquares(values(reference, 1, n));
    assertEquals(expected, kernels.sumOfSquares(values(1, n)));
  }

  @Test
  void flagsAndWholeNumbersAreCast() {
    for (int n : new int[] {0, 1, N}) {
      int[] numbers = new int[n];
      int[] wanted = new int[n];
      for (int i = 0; i < n; i++) {
        numbers[i] = i % 3 - 1;
        wanted[i] = i % 3 == 1 ? 0 : 1;
      }
      Tensor flags = none(DType.BOOL, n);
      kernels.cast(flags, none(DType.I32, n).set(numbers));
      Tensor back = none(DType.I32, n);
      kernels.cast(back, flags);
      assertArrayEquals(wanted, back.toInts(), "of " + n);
    }
  }

  @Test
  void wideNumbersAreFilledIn() {
    for (int n : new int[] {0, 1, N}) {
      Tensor x = none(DType.F64, n);
      kernels.fill(x, 0.1);
      double[] wanted = new double[n];
      Arrays.fill(wanted, 0.1);
      assertArrayEquals(wanted, x.toDoubles(), "of " + n);
    }
  }
}
