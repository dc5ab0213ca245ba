package dev.weft.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.ParameterSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs every test of a subclass on each device, and checks that it gave all memory back.
@ParameterizedClass
@MethodSource("dev.weft.nn.OnDevices#names")
public abstract class OnDevices {
  @Parameter private String name;

  /// The device under test.
  protected Device device;

  private long live;

  static Stream<String> names() {
    return Stream.of("reference", "cpu");
  }

  @BeforeEach
  void open() {
    device = Devices.require(name);
    live = device.stats().liveBytes();
  }

  @AfterEach
  void nothingIsLeft() {
    assertEquals(live, device.stats().liveBytes(), "live bytes");
  }

  /// An empty F32 set on the device.
  protected ParameterSet parameters() {
    return new ParameterSet("test", device, DType.F32);
  }
}
