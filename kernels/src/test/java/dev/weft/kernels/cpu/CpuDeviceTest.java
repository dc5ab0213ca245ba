package dev.weft.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.DeviceProvider;
import dev.weft.tensor.Devices;
import dev.weft.tensor.FreshJvm;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;
import java.util.List;
import org.junit.jupiter.api.Test;

class CpuDeviceTest {
  /// Prints what became of opening the device, for a process of its own.
  public static void main(String[] args) {
    System.out.println(
        switch (new CpuDevice.Provider().open(0)) {
          case DeviceProvider.Available available -> "device " + available.device().description();
          case DeviceProvider.Unavailable none -> "none " + none.reason();
        });
  }

  @Test
  void isFoundByItsName() {
    Device device = Devices.require("cpu");
    assertEquals("cpu", device.name());
    assertInstanceOf(CpuDevice.class, device);
    assertEquals(device, Devices.open("cpu:0"));
  }

  @Test
  void saysItsWidthAndThreads() {
    assertEquals(
        "Vector API, " + Vectors.BITS + " bits, 3 threads", CpuDevice.withThreads(3).description());
  }

  @Test
  void withoutTheModuleTheFlagIsNamed() throws Exception {
    String said = opened("--enable-native-access=ALL-UNNAMED");
    assertTrue(said.startsWith("none "), said);
    assertTrue(said.contains("--add-modules jdk.incubator.vector"), said);
  }

  @Test
  void withoutNativeAccessTheFlagIsNamed() throws Exception {
    String said = opened("--add-modules", "jdk.incubator.vector");
    assertTrue(said.startsWith("none "), said);
    assertTrue(said.contains("--enable-native-access=ALL-UNNAMED"), said);
  }

  @Test
  void withoutFusedMultiplyAddTheProcessorIsNamed() throws Exception {
    String said = openedWithFlags("-XX:+UnlockDiagnosticVMOptions", "-XX:-UseFMA");
    assertTrue(said.startsWith("none ") && said.contains("fused multiply-add"), said);
  }

  @Test
  void aWidthThatDoesNotExistIsRefusedWithThoseThatDo() throws Exception {
    String said = openedWithFlags("-Dweft.vectorBits=1024");
    assertTrue(said.startsWith("none ") && said.contains("0, 128, 256 and 512"), said);
  }

  @Test
  void widthZeroRunsTheDefinitions() throws Exception {
    assertEquals(
        "device scalar definitions, 0 bits, 1 thread", openedWithFlags("-Dweft.vectorBits=0"));
  }

  @Test
  void theNumberOfThreadsCanBeSet() throws Exception {
    String said = openedWithFlags("-Dweft.threads=3");
    assertTrue(said.endsWith(", 3 threads"), said);
  }

  @Test
  void packsOfF16AreRefusedWithWhatToTakeInstead() {
    try (Scope scope = Scope.noGrad()) {
      Tensor matrix = Tensor.empty(Devices.require("cpu"), DType.F32, Shape.of(2, 3));
      var e =
          assertThrows(IllegalArgumentException.class, () -> Weight.pack(matrix, DType.F16, scope));
      assertTrue(e.getMessage().contains("take BF16"), e.getMessage());
    }
  }

  private static String openedWithFlags(String... flags) throws Exception {
    return FreshJvm.output(CpuDeviceTest.class, FreshJvm.vectorsAnd(flags));
  }

  private static String opened(String... flags) throws Exception {
    return FreshJvm.output(CpuDeviceTest.class, List.of(flags));
  }
}
