package dev.weft.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Kernels without a fault give on each of the emulated devices what they should, and no report.
class CudaEmulatorTest {
  @BeforeEach
  void emulator() {
    EmulatedCuda.assumeAvailable();
  }

  @AfterEach
  void forwards() {
    EmulatedCuda.resetSettings();
  }

  @ParameterizedTest
  @ValueSource(ints = {EmulatedCuda.FORWARD, EmulatedCuda.REVERSE, EmulatedCuda.CHECKED})
  void addsVectors(int device) {
    int n = 10_003;
    float[] a = sequence(n, 0.5f);
    float[] b = sequence(n, -0.25f);
    float[] sum = new float[n];
    for (int i = 0; i < n; i++) {
      sum[i] = a[i] + b[i];
    }
    try (EmulatedContext context = new EmulatedContext(device)) {
      CUdeviceptr out = context.allocate(4L * n);
      context.run("correct", "vec_add", 40, 256, 0, out, context.upload(a), context.upload(b), n);
      assertArrayEquals(sum, context.floats(out, n));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {EmulatedCuda.FORWARD, EmulatedCuda.REVERSE, EmulatedCuda.CHECKED})
  void sumsRowsWithShuffles(int device) {
    int rows = 37;
    int columns = 1000;
    float[] x = new float[rows * columns];
    double[] wide = new double[rows * columns];
    float[] sums = new float[rows];
    double[] wideSums = new double[rows];
    for (int i = 0; i < x.length; i++) {
      x[i] = i % 17 - 8; // whole numbers: their sums are exact in any order
      wide[i] = x[i] * 0x1p40 + 1;
      sums[i / columns] += x[i];
      wideSums[i / columns] += wide[i];
    }
    try (EmulatedContext context = new EmulatedContext(device)) {
      CUdeviceptr out = context.allocate(4L * rows);
      context.run("correct", "row_sum_f32", rows, 192, 0, out, context.upload(x), columns);
      assertArrayEquals(sums, context.floats(out, rows));
      CUdeviceptr wideOut = context.allocate(8L * rows);
      context.run("correct", "row_sum_f64", rows, 256, 0, wideOut, context.upload(wide), columns);
      assertArrayEquals(wideSums, context.doubles(wideOut, rows));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void ordersOfThreadsGiveTheSame(int order) {
    EmulatedCuda.set("order2", order);
    try (EmulatedContext context = new EmulatedContext(EmulatedCuda.CHECKED)) {
      CUdeviceptr out = context.allocate(4 * 9);
      float[] x = sequence(9 * 333, 1);
      context.run("correct", "row_sum_f32", 9, 256, 0, out, context.upload(x), 333);
      float[] sums = new float[9];
      for (int i = 0; i < x.length; i++) {
        sums[i / 333] += x[i];
      }
      assertArrayEquals(sums, context.floats(out, 9));

      CUdeviceptr tree = context.upload(sequence(32, 1));
      context.run("correct", "warp_tree", 1, 32, 0, tree);
      assertEquals(31 * 32 / 2, context.floats(tree, 1)[0]);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {EmulatedCuda.FORWARD, EmulatedCuda.REVERSE, EmulatedCuda.CHECKED})
  void reversesThroughDynamicSharedMemory(int device) {
    float[] x = sequence(1000, 3);
    float[] reversed = new float[1000];
    for (int i = 0; i < 1000; i++) {
      reversed[i] = x[999 - i];
    }
    try (EmulatedContext context = new EmulatedContext(device)) {
      CUdeviceptr out = context.upload(x);
      context.run("correct", "reverse", 1, 1000, 4000, out);
      assertArrayEquals(reversed, context.floats(out, 1000));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {EmulatedCuda.FORWARD, EmulatedCuda.REVERSE, EmulatedCuda.CHECKED})
  void blocksMeetInAtomics(int device) {
    try (EmulatedContext context = new EmulatedContext(device)) {
      CUdeviceptr count = context.upload(0);
      context.run("correct", "count_blocks", 500, 32, 0, count);
      assertEquals(500, context.ints(count, 1)[0]);

      CUdeviceptr sum = context.allocate(4);
      CUdeviceptr parts = context.allocate(4 * 50);
      context.run(
          "correct",
          "last_block_adds",
          50,
          64,
          0,
          sum,
          parts,
          context.upload(0),
          context.upload(sequence(50, 1)));
      assertEquals(49 * 50 / 2, context.floats(sum, 1)[0]);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {EmulatedCuda.FORWARD, EmulatedCuda.REVERSE, EmulatedCuda.CHECKED})
  void votesOfWarpAndBlock(int device) {
    int[] x = new int[96];
    int ballot = 0;
    int positive = 0;
    for (int i = 0; i < x.length; i++) {
      x[i] = i % 3 - 1;
      positive += x[i] > 0 ? 1 : 0;
      ballot |= i < 32 && x[i] > 0 ? 1 << i : 0;
    }
    try (EmulatedContext context = new EmulatedContext(device)) {
      CUdeviceptr out = context.allocate(32);
      context.run("correct", "votes", 1, 96, 0, out, context.upload(x));
      assertArrayEquals(
          new int[] {ballot, 0, 1, positive, Integer.bitCount(ballot), 0, -2, 0},
          context.ints(out, 8));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {EmulatedCuda.FORWARD, EmulatedCuda.REVERSE, EmulatedCuda.CHECKED})
  void halfTypesAndVectors(int device) {
    int n = 77;
    short[] half = new short[n];
    short[] brain = new short[n];
    float[] x = sequence(4 * n, 0.125f);
    float[] sums = new float[4 * n];
    for (int i = 0; i < n; i++) {
      half[i] = Float.floatToFloat16(0.1f * i);
      brain[i] = (short) (Float.floatToRawIntBits(0.3f * i) >>> 16);
      float add = Float.float16ToFloat(half[i]) + Float.intBitsToFloat(brain[i] << 16);
      for (int j = 4 * i; j < 4 * i + 4; j++) {
        sums[j] = x[j] + add;
      }
    }
    try (EmulatedContext context = new EmulatedContext(device)) {
      CUdeviceptr out = context.allocate(16L * n);
      context.run(
          "correct",
          "mixed",
          2,
          64,
          0,
          out,
          context.upload(x),
          context.upload(half),
          context.upload(brain),
          n);
      assertArrayEquals(sums, context.floats(out, 4 * n));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {EmulatedCuda.FORWARD, EmulatedCuda.REVERSE, EmulatedCuda.CHECKED})
  void structsAreHandedOverByValue(int device) {
    int n = 300;
    float[] x = sequence(n, 2);
    float[] gathered = new float[n];
    try (EmulatedContext context = new EmulatedContext(device)) {
      CUdeviceptr from = context.upload(x);
      CUdeviceptr to = context.allocate(4L * n);
      ByteBuffer slice = ByteBuffer.allocate(8 + 8 + 8 * n + 8).order(ByteOrder.nativeOrder());
      slice.putLong(address(from)).putLong(address(to));
      for (int i = 0; i < n; i++) {
        int step = i * 7 % n;
        slice.putLong(step);
        gathered[i] = x[step];
      }
      slice.putInt(n);
      byte[] bytes = slice.array();
      context.launch(
          context.function(context.load(EmulatedContext.ptx("correct")), "gather"),
          3,
          128,
          0,
          null,
          bytes);
      Arrays.fill(bytes, (byte) 0); // the launch has its own copy
      assertArrayEquals(gathered, context.floats(to, n));
    }
  }

  @Test
  void threadsOfTheHostComeAndGo() throws InterruptedException {
    try (EmulatedContext context = new EmulatedContext(EmulatedCuda.FORWARD)) {
      CUdeviceptr x = context.upload(1f);
      for (int i = 0; i < 20; i++) {
        Thread thread =
            new Thread(
                () -> {
                  context.makeCurrent();
                  context.run("correct", "twice", 1, 256, 0, x, 1);
                });
        thread.start();
        thread.join();
      }
      assertArrayEquals(new float[] {1 << 20}, context.floats(x, 1));
    }
  }

  @Test
  void roundsAsTheHostDoes() {
    int n = 1000;
    float[] x = sequence(n, 0.001f);
    float[] y = new float[n];
    for (int i = 0; i < n; i++) {
      float sum = 1;
      for (int k = 0; k < 20; k++) {
        sum = Math.fma(sum, x[i], 1f / (k + 1));
      }
      y[i] = (float) Math.sqrt(Math.abs(sum)) / 3f - sum * 0.1f;
    }
    for (int device = 0; device < 3; device++) {
      try (EmulatedContext context = new EmulatedContext(device)) {
        CUdeviceptr out = context.allocate(4L * n);
        context.run("correct", "horner", 8, 128, 0, out, context.upload(x), n);
        assertArrayEquals(y, context.floats(out, n));
      }
    }
  }

  @Test
  void namesSayBuildAndOrder() {
    JCudaDriver.cuInit(0);
    String[] names = new String[3];
    for (int i = 0; i < 3; i++) {
      CUdevice device = new CUdevice();
      EmulatedContext.check(JCudaDriver.cuDeviceGet(device, i));
      byte[] name = new byte[100];
      EmulatedContext.check(JCudaDriver.cuDeviceGetName(name, name.length, device));
      names[i] = new String(name, java.nio.charset.StandardCharsets.US_ASCII).trim();
    }
    assertArrayEquals(
        new String[] {
          "CUDA emulator, fast, forward",
          "CUDA emulator, fast, reverse",
          "CUDA emulator, checked, forward"
        },
        names);
  }

  static float[] sequence(int n, float step) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = step * i;
    }
    return values;
  }

  /// What a device pointer is to a kernel.
  private static long address(CUdeviceptr pointer) {
    return new Address(pointer).value();
  }

  /// JCuda keeps the number of a pointer to itself.
  private static final class Address extends CUdeviceptr {
    Address(CUdeviceptr pointer) {
      super(pointer);
    }

    long value() {
      return getNativePointer();
    }
  }
}
