package dev.weft.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUmodule;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The emulator itself, through JCuda: kernels without a fault give on each of its devices what
/// they should.
class CudaEmulatorTest {
  @BeforeAll
  static void emulator() {
    EmulatedCuda.assumeAvailable();
  }

  @ParameterizedTest
  @ValueSource(ints = {EmulatedCuda.FORWARD, EmulatedCuda.REVERSE, EmulatedCuda.CHECKED})
  void addsVectors(int device) {
    int n = 10_003;
    float[] a = new float[n];
    float[] b = new float[n];
    float[] sum = new float[n];
    for (int i = 0; i < n; i++) {
      a[i] = 0.5f * i;
      b[i] = n - i;
      sum[i] = a[i] + b[i];
    }
    try (EmulatedContext context = new EmulatedContext(device)) {
      CUmodule module = context.load(EmulatedContext.ptx("correct"));
      CUdeviceptr out = context.allocate(4L * n);
      context.launch(
          context.function(module, "vec_add"),
          (n + 255) / 256,
          256,
          0,
          null,
          out,
          context.upload(a),
          context.upload(b),
          n);
      assertArrayEquals(sum, context.floats(out, n));
    }
  }
}
