package dev.weft.kernels.cuda;

import dev.weft.tensor.MemoryPool;
import dev.weft.tensor.Recording;
import jcuda.driver.CUgraphExec;
import jcuda.driver.JCudaDriver;

/// A CUDA graph: what a stream captured, launched as one.
final class CudaGraph implements Recording {
  private final CudaStream stream;
  private final DeviceMemory memory;
  private final CUgraphExec graph;
  private final MemoryPool.Aside kept;
  private boolean closed;

  private CudaGraph(
      CudaStream stream, DeviceMemory memory, CUgraphExec graph, MemoryPool.Aside kept) {
    this.stream = stream;
    this.memory = memory;
    this.graph = graph;
    this.kept = kept;
  }

  /// Captures what `work` queues.
  static CudaGraph of(CudaStream stream, DeviceMemory memory, Runnable work) {
    synchronized (stream) { // one recording at a time
      memory.beginAside();
      CUgraphExec graph = null;
      MemoryPool.Aside kept;
      try {
        graph = stream.capture(work);
      } finally {
        kept = memory.endAside();
        if (graph == null) {
          memory.giveBack(kept);
        }
      }
      return new CudaGraph(stream, memory, graph, kept);
    }
  }

  @Override
  public void replay() {
    synchronized (stream) {
      if (closed) {
        throw new IllegalStateException("cuda: the recording is closed");
      }
      stream.launch(graph);
    }
  }

  @Override
  public void close() {
    synchronized (stream) {
      if (!closed) {
        closed = true;
        stream.enter();
        JCudaDriver.cuGraphExecDestroy(graph);
        memory.giveBack(kept);
      }
    }
  }
}
