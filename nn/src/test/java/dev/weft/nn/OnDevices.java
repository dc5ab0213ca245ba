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
/// whose name begins with `Cuda` runs on the emulated CUDA devices, others on those of the host:
///
/// ```java
/// final class CudaOptimizersTest extends OptimizersTest {}
/// ```
@ParameterizedClass
@ArgumentsSource(OnDevices.Names.class)
public abstract class OnDevices {
  /// How far results on CUDA may be off where hosts give the same bits: sums run in another order.
  private static final float CUDA_TOLERANCE = 1e-5f;

  @Parameter private String name;

  /// The device under test.
  protected Device device;

  private long live;

  static final class Names implements ArgumentsProvider {
    @Override
    public Stream<Arguments> provideArguments(
        ParameterDeclarations parameters, ExtensionContext context) {
      boolean cuda = context.getRequiredTestClass().getSimpleName().startsWith("Cuda");
      return (cuda ? Stream.of("cuda:0", "cuda:1", "cuda:2") : Stream.of("reference", "cpu"))
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

  /// The same bits on hosts, and as near as CUDA promises there.
  protected final void assertSameNumbers(float[] expected, float[] actual, String what) {
    if (onCuda()) {
      assertArrayEquals(expected, actual, CUDA_TOLERANCE, what);
    } else {
      assertArrayEquals(expected, actual, what);
    }
  }

  /// An empty F32 set on the device.
  protected ParameterSet parameters() {
    return new ParameterSet("test", device, DType.F32);
  }
}
