package dev.weft.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.DeviceProvider;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Everything that can be missing or fail on the way to a GPU and on it, each with its sentence.
final class CudaErrorsTest {
  private static final CudaDevice.Options USUAL = new CudaDevice.Options(true, true, true);

  @BeforeEach
  void emulator() {
    EmulatedCuda.assumeAvailable();
    EmulatedCuda.close(EmulatedCuda.FORWARD);
  }

  @AfterEach
  void asItWas() {
    EmulatedCuda.set("devices", 3);
    EmulatedCuda.set("driver", 12060);
    EmulatedCuda.set("capability", 80);
    EmulatedCuda.set("cublas", 1);
    EmulatedCuda.set("fail_alloc_after", -1);
    EmulatedCuda.set("fail_launch_after", -1);
    EmulatedCuda.set("memory_mb", 8192);
    EmulatedCuda.close(EmulatedCuda.FORWARD);
  }

  private static String reason(int index) {
    return assertThrows(Probe.Missing.class, () -> CudaDevice.open(index, USUAL)).getMessage();
  }

  @Test
  void anOldDriver() {
    EmulatedCuda.set("driver", 10020);
    assertEquals(
        "the NVIDIA driver is for CUDA 10.2 but the kernels need 11.0 or newer; install a newer"
            + " driver",
        reason(0));
  }

  @Test
  void theOldestDriverThatWillDo() {
    EmulatedCuda.set("driver", 11000);
    Device device = EmulatedCuda.device(EmulatedCuda.FORWARD);
    try (Scope _ = Scope.noGrad()) {
      assertEquals(3, Tensor.full(device, DType.F32, Shape.of(5), 3).toFloats()[4]);
    }
  }

  @Test
  void noGpu() {
    EmulatedCuda.set("devices", 0);
    assertEquals(
        "the NVIDIA driver is there but reports no GPU (nvidia-smi lists what it sees)", reason(0));
  }

  @Test
  void anIndexThatIsTooLarge() {
    assertEquals("number 3 was asked for, but there are 3 GPUs, numbered from 0", reason(3));
  }

  @Test
  void anOldGpu() {
    EmulatedCuda.set("capability", 70);
    String reason = reason(0);
    assertTrue(reason.contains("compute capability 7.0 but the kernels need 7.5"), reason);
  }

  @Test
  void withoutCublasOurOwnProducts() {
    EmulatedCuda.set("cublas", 0);
    Device device = EmulatedCuda.device(EmulatedCuda.FORWARD);
    assertTrue(device.description().contains("products by our own kernels"), device.description());
    assertEquals(0, device.stats().liveBytes(), "of cuBLAS");
    try (Scope _ = Scope.noGrad()) {
      Tensor a = Tensor.full(device, DType.F32, Shape.of(9, 70), 2);
      Tensor b = Tensor.full(device, DType.F32, Shape.of(70, 5), 0.5);
      assertEquals(70, a.matmul(b).toFloats()[44]);
    }
  }

  @Test
  void theStepsToAGpu() {
    List<DeviceProvider.Step> steps = new CudaDevice.Provider().probe(0);
    assertTrue(steps.stream().allMatch(DeviceProvider.Step::ok), steps.toString());
    assertEquals(
        List.of("JCuda", "driver", "version", "device", "capability", "kernels", "products"),
        steps.stream().map(DeviceProvider.Step::name).toList());
    EmulatedCuda.set("capability", 61);
    steps = new CudaDevice.Provider().probe(0);
    DeviceProvider.Step last = steps.getLast();
    assertEquals("capability", last.name());
    assertFalse(last.ok());
    assertEquals(5, steps.size());
  }

  @Test
  void outOfMemoryNamesWhoAskedAndLeavesTheDeviceUsable() {
    Device device = EmulatedCuda.device(EmulatedCuda.FORWARD);
    try (Scope _ = Scope.noGrad()) {
      Tensor kept = Tensor.full(device, DType.F32, Shape.of(1 << 20), 1);
      EmulatedCuda.set("fail_alloc_after", 1);
      var error =
          assertThrows(
              OutOfMemoryError.class, () -> Tensor.empty(device, DType.F32, Shape.of(3 << 20)));
      String text = error.getMessage();
      assertTrue(text.startsWith("cuda:0: no-grad scope asked for 12 MiB"), text);
      assertTrue(
          text.contains("the most has cuBLAS with 8 MiB, then no-grad scope with 4 MiB"), text);
      assertEquals(1 << 20, Ops.sum(kept).item());
    }
  }

  @Test
  void withoutMemoryForCublasOurOwnProducts() {
    EmulatedCuda.set("fail_alloc_after", 1);
    Device device = EmulatedCuda.device(EmulatedCuda.FORWARD);
    String text = device.description();
    assertTrue(text.contains("products by our own kernels (cuda:0: cuBLAS asked for 8 MiB"), text);
  }

  @Test
  void theStepsWhereThereIsNoMemory() {
    EmulatedCuda.set("memory_mb", 1);
    DeviceProvider.Step last = new CudaDevice.Provider().probe(0).getLast();
    assertEquals("kernels", last.name());
    assertTrue(last.text().contains("asked for"), last.text());
  }

  @Test
  void aFailedLaunchNamesKernelGridAndShapes() {
    Device device = EmulatedCuda.device(EmulatedCuda.FORWARD);
    try (Scope _ = Scope.noGrad()) {
      Tensor x = Tensor.full(device, DType.F32, Shape.of(3, 5), 1);
      device.synchronize();
      EmulatedCuda.set("fail_launch_after", 1);
      var error = assertThrows(CudaError.class, () -> x.exp().toFloats());
      assertTrue(error.getMessage().contains("CUDA_ERROR_LAUNCH_FAILED"), error.getMessage());
      assertTrue(error.getMessage().contains("unary_fwd_exp_f32"), error.getMessage());
      var later = assertThrows(CudaError.class, () -> Ops.add(x, x));
      assertTrue(later.getMessage().contains("binary_fwd_add_f32"), later.getMessage());
      assertTrue(later.getMessage().contains("F32 (3, 5)"), later.getMessage());
      assertTrue(later.getMessage().contains("block (256, 1)"), later.getMessage());
    }
  }

  @Test
  void tensorsOfAnotherDeviceAreRefused() {
    Device device = EmulatedCuda.device(EmulatedCuda.FORWARD);
    try (Scope _ = Scope.noGrad()) {
      Tensor here = Tensor.full(device, DType.F32, Shape.of(2), 1);
      Tensor there = Tensor.full(Devices.require("cpu"), DType.F32, Shape.of(2), 1);
      var error = assertThrows(IllegalArgumentException.class, () -> here.add(there));
      assertTrue(error.getMessage().contains("cuda:0"), error.getMessage());
      assertTrue(error.getMessage().contains("cpu"), error.getMessage());
    }
  }

  @Test
  void memoryThatWasGivenBackIsNotRead() {
    Device device = EmulatedCuda.device(EmulatedCuda.FORWARD);
    Tensor x;
    try (Scope _ = Scope.noGrad()) {
      x = Tensor.full(device, DType.F32, Shape.of(2), 1);
    }
    assertThrows(IllegalStateException.class, x::toFloats);
  }

  @Test
  void theHostCannotReadDeviceMemory() {
    Device device = EmulatedCuda.device(EmulatedCuda.FORWARD);
    try (Scope _ = Scope.noGrad()) {
      assertEquals(0, Tensor.full(device, DType.F32, Shape.of(2), 1).memory().byteSize());
    }
  }

  @Test
  void aClosedDeviceHoldsNothing() {
    EmulatedCuda.device(EmulatedCuda.FORWARD);
    EmulatedCuda.close(EmulatedCuda.FORWARD);
    long live = EmulatedCuda.get("live_bytes");
    Device device = EmulatedCuda.device(EmulatedCuda.FORWARD);
    try (Scope _ = Scope.noGrad()) {
      Tensor.full(device, DType.F32, Shape.of(2 << 20), 1).exp().toFloats();
    }
    assertTrue(EmulatedCuda.get("live_bytes") > live);
    EmulatedCuda.close(EmulatedCuda.FORWARD);
    assertEquals(live, EmulatedCuda.get("live_bytes"));
  }

  @Test
  void noDriver() throws Exception {
    assertEquals(
        "device cuda:0: NVIDIA's driver cannot be loaded: libcuda.so.1 is missing. Install the"
            + " driver, or in a container the NVIDIA container toolkit",
        inAnotherJvm(System.getProperty("java.class.path")));
  }

  @Test
  void nowhereToUnpackTheNativeLibrary() throws Exception {
    String text = inAnotherJvm(System.getProperty("java.class.path"), "-Djava.io.tmpdir=/proc");
    assertTrue(text.startsWith("device cuda:0: JCuda's native library cannot be loaded: "), text);
  }

  @Test
  void noNativeLibrary() throws Exception {
    String without =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("-natives"))
            .collect(Collectors.joining(File.pathSeparator));
    String text = inAnotherJvm(without);
    assertTrue(
        text.startsWith("device cuda:0: JCuda's native library is not on the class path"), text);
  }

  @Test
  void switchedOff() {
    DeviceProvider.Opened opened = new CudaDevice.Provider().open(0); // Surefire says so
    assertEquals(
        "switched off by -Dweft.cuda=off",
        assertInstanceOf(DeviceProvider.Unavailable.class, opened).reason());
  }

  /// What opening `cuda:0` says where no emulator was loaded.
  private static String inAnotherJvm(String classPath, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", classPath, OpenCuda.class.getName()));
    Process java = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, java.waitFor(), output);
    return output.strip();
  }

  /// Prints why there is no GPU.
  static final class OpenCuda {
    private OpenCuda() {}

    public static void main(String[] args) {
      try {
        Devices.open("cuda:0");
        System.out.println("there is one");
      } catch (IllegalArgumentException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
