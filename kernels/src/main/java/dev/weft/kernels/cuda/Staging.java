package dev.weft.kernels.cuda;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import jcuda.Pointer;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/// Copies between the host and the GPU through page-locked memory: two halves in turn, each used
/// again only after its last copy has ended. Arrays of the Java heap never reach the driver.
final class Staging {
  private static final int HALF = 4 << 20;

  private final CudaStream stream;
  private final Pointer buffer = new Pointer();
  private final MemorySegment memory;
  private final CUevent[] copied = {new CUevent(), new CUevent()};
  private int half;
  private int used; // bytes of this half

  Staging(CudaStream stream) {
    this.stream = stream;
    stream.enter();
    Driver.check(JCudaDriver.cuMemAllocHost(buffer, 2L * HALF), "allocating page-locked memory");
    ByteBuffer bytes = buffer.getByteBuffer(0, 2L * HALF);
    memory = MemorySegment.ofBuffer(bytes);
    for (CUevent event : copied) {
      int flags = CUevent_flags.CU_EVENT_DISABLE_TIMING;
      Driver.check(JCudaDriver.cuEventCreate(event, flags), "making an event");
    }
  }

  /// Queues a copy to `target`; the source may be changed when this returns.
  void upload(long target, MemorySegment source, long offset, long bytes) {
    synchronized (stream) { // not into the recording of another thread
      queue(target, source, offset, bytes);
    }
  }

  private void queue(long target, MemorySegment source, long offset, long bytes) {
    String what = "copying " + bytes + " bytes to the device";
    stream.requireNoRecording(what);
    stream.enter();
    for (long done = 0; done < bytes; ) {
      int count = (int) Math.min(HALF, bytes - done);
      int at = room(count);
      MemorySegment.copy(source, offset + done, memory, at, count);
      Driver.check(
          JCudaDriver.cuMemcpyHtoDAsync(
              DeviceMemory.pointer(target + done), from(at), count, stream.handle()),
          what);
      done += count;
    }
  }

  /// Waits for all work and copies from `source`.
  void download(long source, MemorySegment target, long offset, long bytes) {
    synchronized (stream) {
      fetch(source, target, offset, bytes);
    }
  }

  private void fetch(long source, MemorySegment target, long offset, long bytes) {
    String what = "copying " + bytes + " bytes from the device";
    stream.requireNoRecording(what);
    stream.enter();
    for (long done = 0; done < bytes; ) {
      int count = (int) Math.min(HALF, bytes - done);
      int at = room(count);
      Driver.check(
          JCudaDriver.cuMemcpyDtoHAsync(
              from(at), DeviceMemory.pointer(source + done), count, stream.handle()),
          what);
      stream.synchronize(what);
      MemorySegment.copy(memory, at, target, offset + done, count);
      done += count;
    }
  }

  private Pointer from(long at) {
    return buffer.withByteOffset(at);
  }

  /// Where `count` bytes are free: behind the last ones, or in the other half once its copies have
  /// ended.
  private int room(int count) {
    if (used + count > HALF) {
      Driver.check(JCudaDriver.cuEventRecord(copied[half], stream.handle()), "recording an event");
      half = 1 - half;
      used = 0;
      Driver.check(JCudaDriver.cuEventSynchronize(copied[half]), "waiting for copies to end");
    }
    int at = half * HALF + used;
    used += count + 15 & -16;
    return at;
  }

  /// Gives the page-locked memory back.
  void close() {
    stream.enter();
    for (CUevent event : copied) {
      JCudaDriver.cuEventDestroy(event);
    }
    JCudaDriver.cuMemFreeHost(buffer);
  }
}
