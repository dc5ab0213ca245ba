package dev.weft.kernels.cuda;

import dev.weft.tensor.MemoryPool;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/// Memory of the GPU. Segments have length 0: the host can take their address but not read them.
final class DeviceMemory extends MemoryPool {
  private static final int NAN = 0x7fc0dead;

  private final CudaStream stream;
  private final Map<Long, CUdeviceptr> reserved = new HashMap<>();

  DeviceMemory(String device, CudaStream stream, boolean pooled) {
    super(device, pooled);
    this.stream = stream;
  }

  /// A pointer for the driver's copies and for cuBLAS.
  static CUdeviceptr pointer(long address) {
    return new CUdeviceptr().withByteOffset(address);
  }

  /// Of what the driver allocated: its address can be read.
  private static final class Reserved extends CUdeviceptr {
    long address() {
      return getNativePointer();
    }
  }

  @Override
  protected MemorySegment reserve(long bytes) {
    stream.enter();
    Reserved pointer = new Reserved();
    int result = JCudaDriver.cuMemAlloc(pointer, bytes);
    if (result == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      return null;
    }
    Driver.check(result, () -> "allocating " + bytes + " bytes");
    reserved.put(pointer.address(), pointer);
    return MemorySegment.ofAddress(pointer.address());
  }

  @Override
  protected void giveBack(MemorySegment memory) {
    stream.enter();
    Driver.check(JCudaDriver.cuMemFree(reserved.remove(memory.address())), "freeing memory");
  }

  @Override
  protected MemorySegment cut(MemorySegment slab, long offset, long bytes) {
    return MemorySegment.ofAddress(slab.address() + offset);
  }

  @Override
  protected void poison(MemorySegment memory, long bytes) {
    synchronized (stream) { // not into the recording of another thread
      stream.enter();
      Driver.check(
          JCudaDriver.cuMemsetD32Async(
              pointer(memory.address()), NAN, bytes / Integer.BYTES, stream.handle()),
          "poisoning memory");
    }
  }

  /// Gives everything back to the driver.
  synchronized void close() {
    stream.enter();
    reserved.values().forEach(JCudaDriver::cuMemFree);
    reserved.clear();
  }
}
