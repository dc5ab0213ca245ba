package dev.weft.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class CudaLimitsTest {
  private static final int FLOATS = 4 * 1000;

  @Test
  void bothLimitsAreMeasuredAndEveryFloatIsRead() {
    CudaDevice device = (CudaDevice) EmulatedCuda.device(EmulatedCuda.CHECKED);
    CudaLimits limits = new CudaLimits(device, device.stream(), 1, 17, FLOATS);
    long before = device.stats().liveBytes();
    assertTrue(limits.flops(1) > 0);
    assertTrue(limits.readBandwidth(1) > 0);
    assertEquals(before, device.stats().liveBytes());
    EmulatedCuda.resetCounters();
    assertTrue(limits.readBandwidth(1) > 0);
    assertEquals(10 * FLOATS * 4L, EmulatedCuda.get("bytes_read"));
  }
}
