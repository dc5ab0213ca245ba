package dev.weft.kernels.cuda;

import static jcuda.driver.JCudaDriver.cuCtxCreate;
import static jcuda.driver.JCudaDriver.cuCtxDestroy;
import static jcuda.driver.JCudaDriver.cuCtxSetCurrent;
import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuGetErrorString;
import static jcuda.driver.JCudaDriver.cuInit;
import static jcuda.driver.JCudaDriver.cuLaunchKernel;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoH;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoD;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleLoadData;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;

/// A context of its own on one of the emulated devices, and the driver's calls as tests need them:
/// through JCuda, each checked. Closing it forgets a failure and frees what is left.
final class EmulatedContext implements AutoCloseable {
  /// A call that failed: the driver's code, and its text.
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;
    final int code;

    Failure(int code, String text) {
      super(text);
      this.code = code;
    }
  }

  private final CUcontext context = new CUcontext();

  /// @param ordinal of the device
  EmulatedContext(int ordinal) {
    EmulatedCuda.closeAll();
    check(cuInit(0));
    CUdevice device = new CUdevice();
    check(cuDeviceGet(device, ordinal));
    check(cuCtxCreate(context, 0, device));
  }

  void makeCurrent() {
    check(cuCtxSetCurrent(context));
  }

  static void check(int code) {
    if (code != 0) {
      String[] text = new String[1];
      cuGetErrorString(code, text);
      throw new Failure(code, text[0]);
    }
  }

  static String ptx(String name) {
    try (InputStream resource = EmulatedContext.class.getResourceAsStream(name + ".ptx")) {
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  CUmodule load(String ptx) {
    CUmodule module = new CUmodule();
    check(cuModuleLoadData(module, ptx));
    return module;
  }

  CUfunction function(CUmodule module, String name) {
    CUfunction function = new CUfunction();
    check(cuModuleGetFunction(function, module, name));
    return function;
  }

  /// Runs one kernel of a module named after its resource, and waits for it.
  void run(String ptx, String kernel, int blocks, int threads, int shared, Object... arguments) {
    CUmodule module = load(ptx(ptx));
    launch(function(module, kernel), blocks, threads, shared, null, arguments);
    synchronize();
  }

  CUdeviceptr allocate(long bytes) {
    CUdeviceptr pointer = new CUdeviceptr();
    check(cuMemAlloc(pointer, bytes));
    return pointer;
  }

  CUdeviceptr upload(float... values) {
    CUdeviceptr pointer = allocate(4L * values.length);
    check(cuMemcpyHtoD(pointer, Pointer.to(values), 4L * values.length));
    return pointer;
  }

  CUdeviceptr upload(int... values) {
    CUdeviceptr pointer = allocate(4L * values.length);
    check(cuMemcpyHtoD(pointer, Pointer.to(values), 4L * values.length));
    return pointer;
  }

  CUdeviceptr upload(short... values) {
    CUdeviceptr pointer = allocate(2L * values.length);
    check(cuMemcpyHtoD(pointer, Pointer.to(values), 2L * values.length));
    return pointer;
  }

  CUdeviceptr upload(double... values) {
    CUdeviceptr pointer = allocate(8L * values.length);
    check(cuMemcpyHtoD(pointer, Pointer.to(values), 8L * values.length));
    return pointer;
  }

  void free(CUdeviceptr pointer) {
    check(cuMemFree(pointer));
  }

  float[] floats(CUdeviceptr pointer, int count) {
    float[] values = new float[count];
    check(cuMemcpyDtoH(Pointer.to(values), pointer, 4L * count));
    return values;
  }

  int[] ints(CUdeviceptr pointer, int count) {
    int[] values = new int[count];
    check(cuMemcpyDtoH(Pointer.to(values), pointer, 4L * count));
    return values;
  }

  double[] doubles(CUdeviceptr pointer, int count) {
    double[] values = new double[count];
    check(cuMemcpyDtoH(Pointer.to(values), pointer, 8L * count));
    return values;
  }

  /// @param stream null for the default one
  /// @param arguments device pointers, whole numbers, or the bytes of a struct
  void launch(
      CUfunction function,
      int blocks,
      int threads,
      int shared,
      CUstream stream,
      Object... arguments) {
    Pointer[] pointers = new Pointer[arguments.length];
    for (int i = 0; i < pointers.length; i++) {
      pointers[i] =
          switch (arguments[i]) {
            case CUdeviceptr pointer -> Pointer.to(pointer);
            case Integer number -> Pointer.to(new int[] {number});
            case Long number -> Pointer.to(new long[] {number});
            case byte[] struct -> Pointer.to(struct);
            default -> throw new IllegalArgumentException("argument " + arguments[i]);
          };
    }
    check(
        cuLaunchKernel(
            function, blocks, 1, 1, threads, 1, 1, shared, stream, Pointer.to(pointers), null));
  }

  void synchronize() {
    check(cuCtxSynchronize());
  }

  @Override
  public void close() {
    cuCtxDestroy(context);
  }
}
