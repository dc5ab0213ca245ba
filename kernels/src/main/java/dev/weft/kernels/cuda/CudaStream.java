package dev.weft.kernels.cuda;

import java.util.Arrays;
import java.util.stream.Collectors;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/// The one stream of a device, in the device's primary context. Everything that a device does goes
/// through it in order, so memory that was given back may be handed out again at once.
///
/// Many threads may use it; each call holds its lock.
final class CudaStream {
  private final CUdevice device;
  private final CUcontext context = new CUcontext();
  private final CUstream stream = new CUstream();
  private final Arguments arguments = new Arguments();
  private boolean recording;

  CudaStream(CUdevice device) {
    this.device = device;
    Driver.check(JCudaDriver.cuDevicePrimaryCtxRetain(context, device), "opening a context");
    enter();
    int flags = CUstream_flags.CU_STREAM_NON_BLOCKING;
    Driver.check(JCudaDriver.cuStreamCreate(stream, flags), "making a stream");
  }

  /// Makes the device's context the one of the calling thread: what every call of the driver needs.
  void enter() {
    Driver.check(JCudaDriver.cuCtxSetCurrent(context), "entering the device's context");
  }

  CUstream handle() {
    return stream;
  }

  /// Queues a kernel. Nothing happens when the grid is empty.
  synchronized void launch(CudaFunction function, Grid grid, Object... values) {
    if (grid.empty()) {
      return;
    }
    enter();
    arguments.set(function.signature(), values);
    int result =
        JCudaDriver.cuLaunchKernel(
            function.handle(),
            grid.x(),
            grid.y(),
            grid.z(),
            grid.threadsX(),
            grid.threadsY(),
            1,
            grid.shared(),
            stream,
            arguments.parameters,
            null);
    Driver.check(
        result,
        () ->
            "kernel "
                + function.signature().name()
                + ", "
                + grid
                + ", arguments ("
                + Arrays.stream(values).map(Arguments::describe).collect(Collectors.joining(", "))
                + ")");
  }

  /// Captures what `work` queues in a graph; other threads wait.
  synchronized CUgraphExec capture(Runnable work) {
    enter();
    int mode = CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED;
    Driver.check(JCudaDriver.cuStreamBeginCapture(stream, mode), "beginning a recording");
    CUgraph graph = new CUgraph();
    boolean done = false;
    recording = true;
    try {
      work.run();
      done = true;
    } finally {
      recording = false;
      int result = JCudaDriver.cuStreamEndCapture(stream, graph);
      if (done) {
        Driver.check(result, "ending a recording");
      } else if (result == CUresult.CUDA_SUCCESS) {
        JCudaDriver.cuGraphDestroy(graph);
      }
    }
    CUgraphExec executable = new CUgraphExec();
    try {
      Driver.check(JCudaDriver.cuGraphInstantiate(executable, graph, 0), "making a graph");
    } finally {
      JCudaDriver.cuGraphDestroy(graph);
    }
    return executable;
  }

  /// Queues a graph.
  synchronized void launch(CUgraphExec graph) {
    enter();
    Driver.check(JCudaDriver.cuGraphLaunch(graph, stream), "running a recording");
  }

  /// Ends the stream and leaves the context.
  void close() {
    JCudaDriver.cuStreamDestroy(stream);
    JCudaDriver.cuDevicePrimaryCtxRelease(device);
  }

  /// Throws while this thread records. A caller that holds the lock is in no other recording.
  ///
  /// @param what the recording cannot do
  void requireNoRecording(String what) {
    if (recording) {
      throw new IllegalStateException(
          "cuda: " + what + ", which a recording cannot do; do it before or after");
    }
  }

  /// Waits until all work has ended; `what` stands in the message when some of it failed. Holds the
  /// lock meanwhile: waiting for a stream that is captured would end the capture.
  synchronized void synchronize(String what) {
    requireNoRecording(what);
    enter();
    Driver.check(JCudaDriver.cuStreamSynchronize(stream), what);
  }
}
