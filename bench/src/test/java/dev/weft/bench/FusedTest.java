package dev.weft.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Scope;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FusedTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 8, 29})
  @DisplayName("S1-96: bias, GELU and residual within a product or apart: the same bits")
  void fusedAndApartHaveTheSameBits(int count) {
    Device device = Devices.require("cpu");
    try (Owner owner = new Owner("test");
        Scope _ = Scope.noGrad()) {
      Fused.Layers layers = Fused.Layers.random(owner, device, count);
      float[] fused = layers.fused().toFloats();
      assertArrayEquals(fused, layers.apart().toFloats());
      assertTrue(IntStream.range(0, fused.length).anyMatch(i -> Math.abs(fused[i]) > 0.1));
    }
  }
}
