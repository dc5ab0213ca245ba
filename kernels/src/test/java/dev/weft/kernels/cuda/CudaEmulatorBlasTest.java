package dev.weft.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.driver.CUdeviceptr;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasGemmAlgo;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The products of the emulated cuBLAS, whose bits are promised: one chain for each element.
class CudaEmulatorBlasTest {
  private static final Pointer ONE = Pointer.to(new float[] {1});
  private static final Pointer ZERO = Pointer.to(new float[] {0});

  @BeforeEach
  void emulator() {
    EmulatedCuda.assumeAvailable();
  }

  @Test
  void productIsOneChainForEachElement() {
    int m = 37;
    int n = 23;
    int k = 129;
    float[] a = CudaEmulatorTest.sequence(m * k, 0.37f);
    float[] b = CudaEmulatorTest.sequence(k * n, -0.11f);
    float[] c = CudaEmulatorTest.sequence(m * n, 0.01f);
    float[] added = new float[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        float sum = 0;
        for (int p = 0; p < k; p++) {
          sum = Math.fma(a[i * k + p], b[p * n + j], sum);
        }
        added[i * n + j] = sum + c[i * n + j];
      }
    }
    for (int device = 0; device < 3; device++) {
      try (EmulatedContext context = new EmulatedContext(device)) {
        EmulatedCuda.resetCounters();
        CUdeviceptr out = context.upload(c);
        cublasHandle handle = new cublasHandle();
        assertEquals(0, JCublas2.cublasCreate(handle));
        // Rows first, c = a b is columns first c' = b' a'; here with b stored transposed for BLAS.
        float[] columns = new float[k * n];
        for (int p = 0; p < k; p++) {
          for (int j = 0; j < n; j++) {
            columns[j * k + p] = b[p * n + j];
          }
        }
        assertEquals(
            0,
            JCublas2.cublasSgemm(
                handle,
                cublasOperation.CUBLAS_OP_T,
                cublasOperation.CUBLAS_OP_N,
                n,
                m,
                k,
                ONE,
                context.upload(columns),
                k,
                context.upload(a),
                k,
                ONE,
                out,
                n));
        assertArrayEquals(added, context.floats(out, m * n));
        assertEquals(1, EmulatedCuda.get("cublas_calls"));
        if (device == EmulatedCuda.CHECKED) {
          assertEquals(
              4 * ((long) m * k + (long) k * n + (long) m * n), EmulatedCuda.get("bytes_read"));
        }
        JCublas2.cublasDestroy(handle);
      }
    }
  }

  @Test
  void productOfHalfPrecisionSumsInFull() {
    int m = 5;
    int k = 40;
    short[] a = new short[m * k];
    short[] x = new short[k];
    float[] y = new float[m];
    for (int p = 0; p < k; p++) {
      x[p] = bfloat16(0.5f + p);
      for (int i = 0; i < m; i++) {
        a[p * m + i] = bfloat16(1f / (i + p + 1));
        y[i] = Math.fma(widened(a[p * m + i]), widened(x[p]), y[i]);
      }
    }
    try (EmulatedContext context = new EmulatedContext(EmulatedCuda.CHECKED)) {
      cublasHandle handle = new cublasHandle();
      assertEquals(0, JCublas2.cublasCreate(handle));
      CUdeviceptr out = context.allocate(4L * m);
      assertEquals(
          0,
          JCublas2.cublasGemmEx_new(
              handle,
              cublasOperation.CUBLAS_OP_N,
              cublasOperation.CUBLAS_OP_N,
              m,
              1,
              k,
              ONE,
              context.upload(a),
              cudaDataType.CUDA_R_16BF,
              m,
              context.upload(x),
              cudaDataType.CUDA_R_16BF,
              k,
              ZERO,
              out,
              cudaDataType.CUDA_R_32F,
              m,
              cublasComputeType.CUBLAS_COMPUTE_32F,
              cublasGemmAlgo.CUBLAS_GEMM_DEFAULT));
      assertArrayEquals(y, context.floats(out, m));
      JCublas2.cublasDestroy(handle);
    }
  }

  @Test
  void batchesLieAtTheirStrides() {
    int m = 3;
    int k = 7;
    int batches = 4;
    float[] a = CudaEmulatorTest.sequence(m * k * batches, 0.3f);
    float[] x = CudaEmulatorTest.sequence(k, -0.7f); // one vector for all batches
    float[] y = new float[m * batches];
    short[] rounded = new short[m * batches];
    for (int i = 0; i < y.length; i++) {
      for (int p = 0; p < k; p++) {
        y[i] = Math.fma(a[i / m * m * k + p * m + i % m], x[p], y[i]);
      }
      rounded[i] = Float.floatToFloat16(y[i]);
    }
    try (EmulatedContext context = new EmulatedContext(EmulatedCuda.CHECKED)) {
      cublasHandle handle = new cublasHandle();
      assertEquals(0, JCublas2.cublasCreate(handle));
      CUdeviceptr left = context.upload(a);
      CUdeviceptr right = context.upload(x);
      CUdeviceptr out = context.allocate(4L * y.length);
      assertEquals(
          0,
          JCublas2.cublasSgemmStridedBatched(
              handle,
              cublasOperation.CUBLAS_OP_N,
              cublasOperation.CUBLAS_OP_N,
              m,
              1,
              k,
              ONE,
              left,
              m,
              (long) m * k,
              right,
              k,
              0,
              ZERO,
              out,
              m,
              m,
              batches));
      assertArrayEquals(y, context.floats(out, y.length));
      CUdeviceptr half = context.upload(new short[y.length]);
      assertEquals(
          0,
          JCublas2.cublasGemmStridedBatchedEx_new(
              handle,
              cublasOperation.CUBLAS_OP_N,
              cublasOperation.CUBLAS_OP_N,
              m,
              1,
              k,
              ONE,
              left,
              cudaDataType.CUDA_R_32F,
              m,
              (long) m * k,
              right,
              cudaDataType.CUDA_R_32F,
              k,
              0,
              ZERO,
              half,
              cudaDataType.CUDA_R_16F,
              m,
              m,
              batches,
              cublasComputeType.CUBLAS_COMPUTE_32F,
              cublasGemmAlgo.CUBLAS_GEMM_DEFAULT));
      int[] pairs = context.ints(half, rounded.length / 2);
      for (int i = 0; i < rounded.length; i++) {
        assertEquals(rounded[i], (short) (pairs[i / 2] >>> 16 * (i % 2)));
      }
      JCublas2.cublasDestroy(handle);
    }
  }

  private static short bfloat16(float value) {
    return (short) (Float.floatToRawIntBits(value) >>> 16);
  }

  private static float widened(short value) {
    return Float.intBitsToFloat(value << 16);
  }
}
