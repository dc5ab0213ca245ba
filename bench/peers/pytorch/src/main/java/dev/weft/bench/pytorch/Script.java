package dev.weft.bench.pytorch;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A TorchScript module and the tensors that go into it.
final class Script implements AutoCloseable {
  private final PtNDManager manager;
  private final PtSymbolBlock block;
  private final List<PtNDArray> lent = new ArrayList<>(); // to the next call; they own the memory

  Script(PtNDManager parent, Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException(file + " is missing: run tools/peer-models pytorch MODELS");
    }
    manager = (PtNDManager) parent.newSubManager();
    block = JniUtils.loadModule(manager, file, true, new String[0], new String[0], false);
  }

  /// The result of a method, which the caller closes; closes the arguments, so that a script that
  /// keeps one has to copy it.
  IValue call(String method, IValue... arguments) {
    try {
      return IValueUtils.runMethod(block, method, arguments);
    } finally {
      for (IValue argument : arguments) {
        argument.close();
      }
      lent.forEach(PtNDArray::close);
      lent.clear();
    }
  }

  /// The first value that `forward` gives when it may record gradients; [#call] never lets it.
  float train(NDList arguments) {
    try (NDList result = IValueUtils.forward(block, arguments, true)) {
      return result.get(0).getFloat();
    }
  }

  /// Ids as a tensor (rows, columns), for one call.
  IValue ids(int[] ids, int rows) {
    return lend(kept(ids, rows));
  }

  /// Ids as a tensor (rows, columns) that stays until the end.
  PtNDArray kept(int[] ids, int rows) {
    long[] values = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      values[i] = ids[i];
    }
    return (PtNDArray) manager.create(values, new Shape(rows, ids.length / rows));
  }

  /// A row-major matrix, for one call.
  IValue matrix(float[] values, int rows) {
    return lend((PtNDArray) manager.create(values, new Shape(rows, values.length / rows)));
  }

  private IValue lend(PtNDArray tensor) {
    lent.add(tensor);
    return IValue.from(tensor);
  }

  /// The values of a tensor as F32.
  float[] floats(IValue tensor) {
    try (NDManager inner = manager.newSubManager()) {
      return tensor.toTensor((PtNDManager) inner).toType(DataType.FLOAT32, false).toFloatArray();
    }
  }

  @Override
  public void close() {
    block.close();
    manager.close();
  }
}
