package dev.weft.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/// The kernels of one `.cu` file: its PTX is a resource, which the driver compiles for the GPU at
/// hand when the first of them is launched (and keeps for later runs).
final class CudaModule {
  private final CudaStream stream;
  private final String file;
  private final Map<String, CudaFunction> functions = new HashMap<>();
  private boolean loaded;

  /// The kernels of `FILE.cu`; nothing is loaded yet.
  CudaModule(CudaStream stream, String file) {
    this.stream = stream;
    this.file = file;
  }

  /// Queues a kernel of this file; see [Arguments] for what may be passed.
  void launch(String kernel, Grid grid, Object... arguments) {
    if (!grid.empty()) {
      stream.launch(function(kernel), grid, arguments);
    }
  }

  private synchronized CudaFunction function(String kernel) {
    if (!loaded) {
      load();
      loaded = true;
    }
    CudaFunction function = functions.get(kernel);
    if (function == null) {
      throw new IllegalStateException("cuda: " + file + ".cu has no kernel " + kernel);
    }
    return function;
  }

  private void load() {
    String ptx = text(file);
    stream.enter();
    CUmodule module = new CUmodule();
    Driver.check(JCudaDriver.cuModuleLoadData(module, ptx), "loading " + file + ".ptx");
    for (Signature signature : Signature.of(ptx).values()) {
      CUfunction handle = new CUfunction();
      Driver.check(
          JCudaDriver.cuModuleGetFunction(handle, module, signature.name()),
          () -> "finding kernel " + signature.name() + " in " + file + ".ptx");
      functions.put(signature.name(), new CudaFunction(signature, handle));
    }
  }

  /// The PTX text of a `.cu` file.
  static String text(String file) {
    try (InputStream in = CudaModule.class.getResourceAsStream(file + ".ptx")) {
      if (in == null) {
        throw new IllegalStateException("cuda: the resource " + file + ".ptx is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
