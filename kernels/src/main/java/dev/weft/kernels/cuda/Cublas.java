package dev.weft.kernels.cuda;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;

/// cuBLAS in F32, without TF32. It thinks in columns: a row-major product is asked for as its
/// transpose, cᵀ = bᵀ · aᵀ.
final class Cublas implements Blas {
  /// What cuBLAS may use while it works, so that it allocates nothing itself.
  private static final long WORKSPACE = 8L << 20;

  private static final Pointer ONE = constant(1);
  private static final Pointer ZERO = constant(0);

  private final CudaStream stream;
  private final cublasHandle handle = new cublasHandle();
  private final int version;

  private Cublas(CudaStream stream, CUdeviceptr workspace) {
    this.stream = stream;
    stream.enter();
    check(JCublas2.cublasCreate(handle), "opening cuBLAS");
    check(
        JCublas2.cublasSetStream(handle, new cudaStream_t(stream.handle())), "giving it a stream");
    check(JCublas2.cublasSetWorkspace(handle, workspace, WORKSPACE), "giving it memory");
    int[] number = new int[1];
    check(JCublas2.cublasGetVersion(handle, number), "asking cuBLAS for its version");
    version = number[0];
  }

  /// cuBLAS, or our own products with the reason.
  static Blas find(CudaStream stream, DeviceMemory memory) {
    MemorySegment workspace = null;
    String reason;
    try {
      JCublas2.setExceptionsEnabled(false);
      workspace = memory.allocate(WORKSPACE, "cuBLAS");
      return new Cublas(stream, DeviceMemory.pointer(workspace.address()));
    } catch (LinkageError e) {
      reason = "cuBLAS cannot be loaded; install libcublas 12 to use it";
    } catch (CudaError | OutOfMemoryError e) {
      reason = e.getMessage();
    }
    if (workspace != null) {
      memory.release(workspace, WORKSPACE);
    }
    return new OwnBlas(stream, reason);
  }

  private static Pointer constant(float value) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(Float.BYTES).order(ByteOrder.nativeOrder());
    return Pointer.to(bytes.putFloat(0, value));
  }

  @Override
  public void gemm(int m, int n, int k, int count, Matrix c, Matrix a, Matrix b, boolean add) {
    synchronized (stream) {
      stream.enter();
      int result =
          JCublas2.cublasSgemmStridedBatched(
              handle,
              operation(b, n),
              operation(a, k),
              n,
              m,
              k,
              ONE,
              DeviceMemory.pointer(b.address()),
              (int) leading(b, k, n),
              b.batch(),
              DeviceMemory.pointer(a.address()),
              (int) leading(a, m, k),
              a.batch(),
              add ? ONE : ZERO,
              DeviceMemory.pointer(c.address()),
              (int) leading(c, m, n),
              c.batch(),
              count);
      if (result != cublasStatus.CUBLAS_STATUS_SUCCESS) {
        check(result, "a product (" + m + ", " + k + ") · (" + k + ", " + n + ") × " + count);
      }
    }
  }

  /// Row-major is what cuBLAS calls the transpose, which is what it gets.
  private static int operation(Matrix x, int columns) {
    return rowMajor(x, columns) ? cublasOperation.CUBLAS_OP_N : cublasOperation.CUBLAS_OP_T;
  }

  private static boolean rowMajor(Matrix x, int columns) {
    return x.column() == 1 || columns == 1;
  }

  /// Elements between rows, or between columns where those lie apart; of a single one the stride
  /// does not matter.
  private static long leading(Matrix x, int rows, int columns) {
    if (rowMajor(x, columns)) {
      return rows == 1 ? columns : x.row();
    }
    return x.column();
  }

  @Override
  public boolean takes(Matrix x, int rows, int columns) {
    boolean byRows = rowMajor(x, columns);
    long leading = leading(x, rows, columns);
    return (byRows || x.row() == 1 || rows == 1)
        && leading >= (byRows ? columns : rows)
        && leading <= Integer.MAX_VALUE;
  }

  @Override
  public String description() {
    return "products by cuBLAS " + version / 10_000 + "." + version % 10_000 / 100;
  }

  @Override
  public void close() {
    stream.enter();
    JCublas2.cublasDestroy(handle);
  }

  private static void check(int result, String what) {
    if (result != cublasStatus.CUBLAS_STATUS_SUCCESS) {
      throw new CudaError("cuda: " + what + ": " + cublasStatus.stringFor(result));
    }
  }
}
