package dev.weft.kernels.cuda;

import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventElapsedTime;
import static jcuda.driver.JCudaDriver.cuEventQuery;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuEventSynchronize;
import static jcuda.driver.JCudaDriver.cuGraphDestroy;
import static jcuda.driver.JCudaDriver.cuGraphExecDestroy;
import static jcuda.driver.JCudaDriver.cuGraphInstantiate;
import static jcuda.driver.JCudaDriver.cuGraphLaunch;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemAllocHost;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoDAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoHAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoDAsync;
import static jcuda.driver.JCudaDriver.cuMemsetD32Async;
import static jcuda.driver.JCudaDriver.cuMemsetD8Async;
import static jcuda.driver.JCudaDriver.cuStreamBeginCapture;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamEndCapture;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;
import static jcuda.driver.JCudaDriver.cuStreamWaitEvent;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Streams, events, copies and graphs of the emulated device: what is ordered gives its result, and
/// what is not shows.
class CudaEmulatorStreamsTest {
  private static final int N = 1024;
  private static final int GLOBAL = CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL;

  private EmulatedContext context;
  private CUfunction twice;
  private CUfunction add;
  private CUstream stream;
  private CUstream other;
  private CUdeviceptr x;

  @BeforeEach
  void open() {
    EmulatedCuda.assumeAvailable();
    context = new EmulatedContext(EmulatedCuda.CHECKED);
    var module = context.load(EmulatedContext.ptx("correct"));
    twice = context.function(module, "twice");
    add = context.function(module, "vec_add");
    stream = stream();
    other = stream();
    x = context.upload(CudaEmulatorTest.sequence(N, 1));
  }

  @AfterEach
  void close() {
    EmulatedCuda.resetSettings();
    if (context != null) { // null when skipped
      context.close();
    }
  }

  @Test
  void pinnedMemoryIsNotReadyBeforeSynchronise() {
    Pointer pinned = new Pointer();
    check(cuMemAllocHost(pinned, 4L * N));
    FloatBuffer host =
        pinned.getByteBuffer(0, 4L * N).order(ByteOrder.nativeOrder()).asFloatBuffer();
    for (int round = 0;
        round < 2;
        round++) { // in the second one the old values would pass for new ones
      check(cuMemcpyDtoHAsync(pinned, x, 4L * N, stream));
      assertTrue(Float.isNaN(host.get(5)));
      check(cuStreamSynchronize(stream));
      assertEquals(5f, host.get(5));
    }
    check(cuMemFreeHost(pinned));
  }

  @Test
  void pinnedSourceIsReadLateAndPageableAtTheCall() {
    Pointer pinned = new Pointer();
    check(cuMemAllocHost(pinned, 4));
    FloatBuffer host = pinned.getByteBuffer(0, 4).order(ByteOrder.nativeOrder()).asFloatBuffer();
    float[] pageable = {1};
    CUdeviceptr late = context.allocate(4);
    CUdeviceptr early = context.allocate(4);
    host.put(0, 1);
    check(cuMemcpyHtoDAsync(late, pinned, 4, stream));
    check(cuMemcpyHtoDAsync(early, Pointer.to(pageable), 4, stream));
    host.put(0, 2);
    pageable[0] = 2;
    check(cuStreamSynchronize(stream));
    assertArrayEquals(new float[] {2}, context.floats(late, 1));
    assertArrayEquals(new float[] {1}, context.floats(early, 1));
    check(cuMemFreeHost(pinned));
  }

  @Test
  void missingEventShows() {
    CUdeviceptr sum = context.allocate(4 * N);
    CUdeviceptr second = context.allocate(4 * N);
    context.launch(add, 4, 256, 0, stream, sum, x, x, N);
    context.launch(add, 4, 256, 0, other, second, sum, x, N);
    EmulatedContext.Failure failure =
        assertThrows(EmulatedContext.Failure.class, () -> check(cuStreamSynchronize(other)));
    assertTrue(failure.getMessage().contains("nothing has written"), failure.getMessage());
  }

  @Test
  void eventOrdersTwoStreams() {
    CUdeviceptr sum = context.allocate(4 * N);
    CUdeviceptr second = context.allocate(4 * N);
    context.launch(add, 4, 256, 0, stream, sum, x, x, N);
    CUevent event = event();
    check(cuEventRecord(event, stream));
    check(cuStreamWaitEvent(other, event, 0));
    context.launch(add, 4, 256, 0, other, second, sum, x, N);
    check(cuStreamSynchronize(other));
    assertEquals(15f, context.floats(second, N)[5]);
  }

  @Test
  void eventsTellOfProgressAndTime() {
    CUevent begin = event();
    CUevent end = event();
    check(cuEventRecord(begin, stream));
    context.launch(twice, 4, 256, 0, stream, x, N);
    check(cuEventRecord(end, stream));
    assertEquals(CUresult.CUDA_ERROR_NOT_READY, cuEventElapsedTime(new float[1], begin, end));
    assertEquals(CUresult.CUDA_ERROR_NOT_READY, cuEventQuery(end));
    check(cuEventSynchronize(end));
    check(cuEventQuery(end));
    float[] milliseconds = {-1};
    check(cuEventElapsedTime(milliseconds, begin, end));
    assertTrue(milliseconds[0] >= 0, "" + milliseconds[0]);
  }

  @Test
  void eagerStreamsRunAtOnce() {
    EmulatedCuda.set("lazy", 0);
    long before = EmulatedCuda.get("launches");
    context.launch(twice, 4, 256, 0, stream, x, N);
    assertEquals(before + 1, EmulatedCuda.get("launches"));
  }

  @Test
  void lazyStreamsRunWhenTheyAreWaitedFor() {
    long before = EmulatedCuda.get("launches");
    context.launch(twice, 4, 256, 0, stream, x, N);
    assertEquals(before, EmulatedCuda.get("launches"));
    check(cuStreamSynchronize(stream));
    assertEquals(before + 1, EmulatedCuda.get("launches"));
  }

  @Test
  void fillsAndCopiesWithinTheDevice() {
    CUdeviceptr y = context.allocate(4 * 8);
    check(cuMemsetD32Async(y, Float.floatToRawIntBits(2.5f), 4, stream));
    check(cuMemsetD8Async(y.withByteOffset(16), (byte) 0, 16, stream));
    check(cuMemcpyDtoDAsync(y.withByteOffset(20), x.withByteOffset(4), 8, stream));
    check(cuStreamSynchronize(stream));
    assertArrayEquals(new float[] {2.5f, 2.5f, 2.5f, 2.5f, 0, 1, 2, 0}, context.floats(y, 8));
  }

  /// A copy hands on what of its source was never written.
  @Test
  void copyOfNothingIsStillNothing() {
    CUdeviceptr empty = context.allocate(4 * N);
    CUdeviceptr copy = context.allocate(4 * N);
    check(cuMemcpyDtoDAsync(copy, empty, 4 * N, stream));
    context.launch(twice, 4, 256, 0, stream, copy, N);
    EmulatedContext.Failure failure =
        assertThrows(EmulatedContext.Failure.class, () -> check(cuStreamSynchronize(stream)));
    assertTrue(failure.getMessage().contains("nothing has written"), failure.getMessage());
  }

  @Test
  void graphRunsAsOftenAsItIsLaunched() {
    check(cuStreamBeginCapture(stream, GLOBAL));
    context.launch(twice, 4, 256, 0, stream, x, N);
    CUevent fork = event();
    CUevent join = event();
    check(cuEventRecord(fork, stream));
    check(cuStreamWaitEvent(other, fork, 0));
    context.launch(twice, 4, 256, 0, other, x, N);
    check(cuEventRecord(join, other));
    check(cuStreamWaitEvent(stream, join, 0));
    CUgraph graph = new CUgraph();
    check(cuStreamEndCapture(stream, graph));
    CUgraphExec executable = new CUgraphExec();
    check(cuGraphInstantiate(executable, graph, 0));
    check(cuGraphDestroy(graph));
    assertEquals(3f, context.floats(x, N)[3]); // capturing runs nothing

    EmulatedCuda.resetCounters();
    check(cuGraphLaunch(executable, stream));
    check(cuGraphLaunch(executable, stream));
    check(cuStreamSynchronize(stream));
    assertEquals(3f * 16, context.floats(x, N)[3]);
    assertEquals(2, EmulatedCuda.get("graph_launches"));
    assertEquals(4, EmulatedCuda.get("graph_kernels"));
    assertEquals(0, EmulatedCuda.get("launches"));
    check(cuGraphExecDestroy(executable));
  }

  @Test
  void allocationBreaksACapture() {
    check(cuStreamBeginCapture(stream, GLOBAL));
    assertEquals(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, cuMemAlloc(new CUdeviceptr(), 16));
    assertEquals(
        CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, cuStreamEndCapture(stream, new CUgraph()));
  }

  @Test
  void synchroniseBreaksACapture() {
    check(cuStreamBeginCapture(stream, GLOBAL));
    context.launch(twice, 4, 256, 0, stream, x, N);
    assertEquals(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, cuStreamSynchronize(stream));
    assertNotEquals(0, cuStreamEndCapture(stream, new CUgraph()));
    assertEquals(3f, context.floats(x, N)[3]); // the context is as good as before
  }

  @Test
  void forkThatIsNotJoinedIsRefused() {
    check(cuStreamBeginCapture(stream, GLOBAL));
    CUevent fork = event();
    check(cuEventRecord(fork, stream));
    check(cuStreamWaitEvent(other, fork, 0));
    context.launch(twice, 4, 256, 0, other, x, N);
    assertEquals(
        CUresult.CUDA_ERROR_STREAM_CAPTURE_UNJOINED, cuStreamEndCapture(stream, new CUgraph()));
  }

  private static void check(int code) {
    EmulatedContext.check(code);
  }

  private static CUstream stream() {
    CUstream created = new CUstream();
    check(cuStreamCreate(created, CUstream_flags.CU_STREAM_NON_BLOCKING));
    return created;
  }

  private static CUevent event() {
    CUevent created = new CUevent();
    check(cuEventCreate(created, 0));
    return created;
  }
}
