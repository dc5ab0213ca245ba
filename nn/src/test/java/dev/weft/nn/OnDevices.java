package dev.weft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.kernels.cuda.EmulatedCuda;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.ParameterSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

/// Runs every test of a subclass on each device, and checks that it gave all memory back. A class
/// whose name begins with `Cuda` runs on two of the emulated CUDA devices, the fast and the checked
/// one, others on those of the host:
///
/// ```java
/// final class CudaOptimizersTest extends OptimizersTest {}
/// ```
@ParameterizedClass
@ArgumentsSource(OnDevices.Names.class)
public abstract class OnDevices {
  /// How far results on CUDA may be off where hosts give the same bits: sums run in another order.
  private static final double CUDA_TOLERANCE = 1e-5;

  @Parameter private String name;

  /// The device under test.
  protected Device device;

  private long live;

  static final class Names implements ArgumentsProvider {
    @Override
    public Stream<Arguments> provideArguments(
        ParameterDeclarations parameters, ExtensionContext context) {
      boolean cuda = context.getRequiredTestClass().getSimpleName().startsWith("Cuda");
      return (cuda ? Stream.of("cuda:0", "cuda:2") : Stream.of("reference", "cpu"))
          .map(Arguments::of);
    }
  }

  @BeforeEach
  void open() {
    device = onCuda() ? EmulatedCuda.device(name) : Devices.require(name);
    live = device.stats().liveBytes();
  }

  @AfterEach
  void nothingIsLeft() {
    if (device != null) { // no emulator
      assertEquals(live, device.stats().liveBytes(), "live bytes");
    }
  }

  /// Whether the device is an emulated GPU.
  protected final boolean onCuda() {
    return name.startsWith("cuda");
  }

  /// How often something is done: the emulated GPUs are slow, and hosts have done it in full.
  protected final int times(int onHosts, int onCuda) {
    return onCuda() ? onCuda : onHosts;
  }

  /// How far two ways to one number may be apart: 0 on hosts.
  protected final double tolerance() {
    return onCuda() ? CUDA_TOLERANCE : 0;
  }

  /// The same bits on hosts, and as near as CUDA promises there: 1e-5 of a number, or of 1.
  protected final void assertSameNumbers(float[] expected, float[] actual, String what) {
    if (!onCuda()) {
      assertArrayEquals(expected, actual, what);
      return;
    }
    assertEquals(expected.length, actual.length, what);
    for (int i = 0; i < expected.length; i++) {
      assertSameNumber(expected[i], actual[i], what + " [" + i + "]");
    }
  }

  /// See [#assertSameNumbers(float[], float[], String)].
  protected final void assertSameNumbers(float[] expected, float[] actual) {
    assertSameNumbers(expected, actual, "");
  }

  /// See [#assertSameNumbers(float[], float[], String)].
  protected final void assertSameNumbers(double[] expected, double[] actual) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      assertSameNumber(expected[i], actual[i], "[" + i + "]");
    }
  }

  /// See [#assertSameNumbers(float[], float[], String)].
  protected final void assertSameNumber(double expected, double actual, String what) {
    double bound = tolerance() * Math.max(1, Math.abs(expected));
    boolean near = Math.abs(actual - expected) <= bound;
    if (!near && Double.compare(expected, actual) != 0) {
      assertEquals(expected, actual, what);
    }
  }

  /// An empty F32 set on the device.
  protected ParameterSet parameters() {
    return new ParameterSet("test", device, DType.F32);
  }
}
