package dev.weft.kernels.cpu;

import dev.weft.tensor.Device;
import java.lang.foreign.MemorySegment;

/// Native memory for the inside of one kernel, from the device's pool.
final class Scratch implements AutoCloseable {
  final long address;
  private final Device device;
  private final MemorySegment memory;
  private final long bytes;

  Scratch(Device device, long bytes) {
    this.device = device;
    this.bytes = bytes;
    this.memory = device.allocate(bytes, "a kernel");
    this.address = memory.address();
  }

  @Override
  public void close() {
    device.release(memory, bytes);
  }
}
