package dev.weft.kernels.cuda;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.DeviceProvider;
import dev.weft.tensor.DeviceStats;
import dev.weft.tensor.Kernels;
import dev.weft.tensor.MachineLimits;
import dev.weft.tensor.Recording;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// A GPU of NVIDIA's, through JCuda's driver API.
///
/// One context, one stream, a pool of slabs: work is queued in the order of the calls, memory that
/// is given back is handed out again at once, and only [#download] and [#synchronize] wait.
public final class CudaDevice implements Device {
  private static final String KIND = "cuda";

  private final String name;
  private final String description;
  private final CudaStream stream;
  private final DeviceMemory memory;
  private final Staging staging;
  private final CudaLimits limits;
  private final Blas blas;
  private final boolean graphs;
  private final Kernels kernels;

  private CudaDevice(Probe.Found found, Options options) {
    name = KIND + ":" + found.index();
    graphs = options.graphs();
    stream = new CudaStream(found.device());
    memory = new DeviceMemory(name, stream, options.pooled());
    staging = new Staging(stream);
    blas =
        options.cublas()
            ? Cublas.find(stream, memory)
            : new OwnBlas(stream, "cuBLAS was not asked for");
    kernels = new CudaKernels(stream, blas);
    limits = new CudaLimits(this, stream, found.processors(), 1 << 16, 1 << 28);
    description = found.description() + "; " + blas.description();
  }

  /// How a device is opened.
  ///
  /// @param pooled whether memory is kept in a pool; without one a memory checker sees every block
  /// @param cublas whether cuBLAS is used where it is installed
  /// @param graphs whether [#record] makes CUDA graphs; `-Dweft.cuda.graphs=off` for no
  record Options(boolean pooled, boolean cublas, boolean graphs) {
    static final Options USUAL =
        new Options(true, true, !System.getProperty("weft.cuda.graphs", "").equals("off"));
  }

  /// The device with an index.
  ///
  /// @throws Probe.Missing with the reason when there is none
  static CudaDevice open(int index, Options options) {
    return new CudaDevice(Probe.find(index), options);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public MemorySegment allocate(long bytes, String owner) {
    return memory.allocate(bytes, owner);
  }

  @Override
  public void release(MemorySegment segment, long bytes) {
    memory.release(segment, bytes);
  }

  @Override
  public void upload(
      MemorySegment target,
      long targetOffset,
      MemorySegment source,
      long sourceOffset,
      long bytes) {
    staging.upload(target.address() + targetOffset, source, sourceOffset, bytes);
  }

  @Override
  public void download(
      MemorySegment source,
      long sourceOffset,
      MemorySegment target,
      long targetOffset,
      long bytes) {
    staging.download(source.address() + sourceOffset, target, targetOffset, bytes);
  }

  @Override
  public void synchronize() {
    stream.synchronize("waiting for " + name);
  }

  /// As a CUDA graph.
  @Override
  public Recording record(Runnable work) {
    return graphs ? CudaGraph.of(stream, memory, work) : null;
  }

  @Override
  public DeviceStats stats() {
    return memory.stats();
  }

  @Override
  public void resetPeak() {
    memory.resetPeak();
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }

  @Override
  public MachineLimits limits() {
    return limits;
  }

  /// All but F64, which is the reference device's.
  @Override
  public boolean supports(DType dtype) {
    return dtype != DType.F64;
  }

  CudaStream stream() {
    return stream;
  }

  Blas blas() {
    return blas;
  }

  /// Runs a kernel: its PTX has to compile.
  void tryKernels() {
    try (Scope _ = Scope.noGrad()) {
      double one = Tensor.full(this, DType.F32, Shape.of(1), 1).item();
      if (one != 1) {
        throw new CudaError("cuda: a kernel was to write 1 but wrote " + one);
      }
    }
  }

  /// Gives everything back to the driver; for tests. No tensor may be used afterwards.
  void close() {
    blas.close();
    staging.close();
    memory.close();
    stream.close();
  }

  /// Opens a GPU, or says what is missing.
  public static final class Provider implements DeviceProvider {
    /// For `ServiceLoader`.
    public Provider() {}

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public int rank() {
      return 20;
    }

    @Override
    public Opened open(int index) {
      if (System.getProperty("weft.cuda", "").equals("off")) {
        return new Unavailable("switched off by -Dweft.cuda=off");
      }
      try {
        return new Available(CudaDevice.open(index, Options.USUAL));
      } catch (Probe.Missing | CudaError e) {
        return new Unavailable(e.getMessage());
      }
    }

    /// Opens and closes a device when there is one.
    @Override
    public List<Step> probe(int index) {
      return Probe.steps(index);
    }
  }
}
