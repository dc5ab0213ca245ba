package dev.weft.kernels.cuda;

import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemAllocAsync;
import static jcuda.driver.JCudaDriver.cuMemFreeAsync;
import static jcuda.driver.JCudaDriver.cuMemGetInfo;
import static jcuda.driver.JCudaDriver.cuMemHostRegister;
import static jcuda.driver.JCudaDriver.cuMemHostUnregister;
import static jcuda.driver.JCudaDriver.cuMemcpy2DAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoDAsync;
import static jcuda.driver.JCudaDriver.cuMemsetD16;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import jcuda.Pointer;
import jcuda.driver.CUDA_MEMCPY2D;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUmemorytype;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Memory of the emulated device: how much there is, what a context leaves behind, copies by rows.
class CudaEmulatorMemoryTest {
  @BeforeEach
  void emulator() {
    EmulatedCuda.assumeAvailable();
  }

  @AfterEach
  void defaults() {
    EmulatedCuda.resetSettings();
  }

  @Test
  void memoryIsCountedToTheByte() {
    EmulatedCuda.set("memory_mb", 1);
    try (EmulatedContext context = new EmulatedContext(1);
        EmulatedContext elsewhere = new EmulatedContext(2)) {
      elsewhere.allocate(5000);
      context.makeCurrent();
      CUdeviceptr first = context.allocate(1001);
      context.allocate(1 << 19);
      assertEquals((1 << 20) - 1001 - (1 << 19), free());
      assertEquals(CUresult.CUDA_ERROR_OUT_OF_MEMORY, cuMemAlloc(new CUdeviceptr(), 1 << 19));
      context.free(first);
      context.allocate(1 << 19);
      assertEquals(0, free());
    }
  }

  @Test
  void leaksAreCounted() {
    EmulatedCuda.resetCounters();
    long live = EmulatedCuda.get("live_bytes");
    try (EmulatedContext context = new EmulatedContext(0)) {
      context.allocate(100);
      context.allocate(23);
      context.free(context.allocate(7));
      assertEquals(live + 123, EmulatedCuda.get("live_bytes"));
      assertEquals(3, EmulatedCuda.get("allocations"));
    }
    assertEquals(live, EmulatedCuda.get("live_bytes"));
    assertEquals(2, EmulatedCuda.get("leaked_allocations"));
    assertEquals(123, EmulatedCuda.get("leaked_bytes"));
  }

  @Test
  void allocationsAreAlignedAsAsked() {
    EmulatedCuda.set("align", 256);
    try (EmulatedContext context = new EmulatedContext(0)) {
      CUdeviceptr x = context.allocate(20);
      assertTrue(x.toString().matches(".*00[,\\]].*"), x.toString());
    }
  }

  @Test
  void copiesRowsOfAMatrix() {
    try (EmulatedContext context = new EmulatedContext(0)) {
      CUdeviceptr x = context.upload(CudaEmulatorTest.sequence(100, 1));
      CUdeviceptr y = context.allocate(4 * 6);
      CUDA_MEMCPY2D copy = new CUDA_MEMCPY2D();
      copy.srcMemoryType = copy.dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
      copy.srcDevice = x;
      copy.srcXInBytes = 4;
      copy.srcY = 1;
      copy.srcPitch = 40;
      copy.dstDevice = y;
      copy.dstPitch = 12;
      copy.WidthInBytes = 12;
      copy.Height = 2;
      EmulatedContext.check(cuMemcpy2DAsync(copy, null));
      assertArrayEquals(new float[] {11, 12, 13, 21, 22, 23}, context.floats(y, 6));
    }
  }

  @Test
  void allocationsInAStreamAreFreedInIt() {
    try (EmulatedContext context = new EmulatedContext(EmulatedCuda.CHECKED)) {
      var twice = context.function(context.load(EmulatedContext.ptx("correct")), "twice");
      CUstream stream = new CUstream();
      EmulatedContext.check(cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
      CUdeviceptr x = new CUdeviceptr();
      EmulatedContext.check(cuMemAllocAsync(x, 4, stream));
      EmulatedContext.check(cuMemcpyHtoDAsync(x, Pointer.to(new float[] {1}), 4, stream));
      context.launch(twice, 1, 1, 0, stream, x, 1);
      EmulatedContext.check(cuMemFreeAsync(x, stream));
      context.synchronize();
      context.launch(twice, 1, 1, 0, stream, x, 1);
      EmulatedContext.Failure failure =
          assertThrows(EmulatedContext.Failure.class, context::synchronize);
      assertTrue(failure.getMessage().contains("inside freed allocation"), failure.getMessage());
    }
  }

  @Test
  void registeredMemoryIsReadLate() {
    try (EmulatedContext context = new EmulatedContext(0);
        Arena arena = Arena.ofConfined()) {
      FloatBuffer host =
          arena.allocate(4, 4).asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
      Pointer pointer = Pointer.to(host);
      EmulatedContext.check(cuMemHostRegister(pointer, 4, 0));
      CUdeviceptr x = context.allocate(4);
      host.put(0, 1);
      EmulatedContext.check(cuMemcpyHtoDAsync(x, pointer, 4, null));
      host.put(0, 2);
      context.synchronize();
      assertArrayEquals(new float[] {2}, context.floats(x, 1));
      EmulatedContext.check(cuMemHostUnregister(pointer));
    }
  }

  @Test
  void fillsWantTheirAlignment() {
    try (EmulatedContext context = new EmulatedContext(0)) {
      CUdeviceptr x = context.allocate(8);
      EmulatedContext.check(cuMemsetD16(x, (short) 3, 4));
      assertArrayEquals(new int[] {0x30003, 0x30003}, context.ints(x, 2));
      assertEquals(
          CUresult.CUDA_ERROR_INVALID_VALUE, cuMemsetD16(x.withByteOffset(1), (short) 3, 1));
    }
  }

  private static long free() {
    long[] free = new long[1];
    EmulatedContext.check(cuMemGetInfo(free, new long[1]));
    return free[0];
  }
}
