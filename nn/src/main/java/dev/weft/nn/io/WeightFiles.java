package dev.weft.nn.io;

import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// A model's parameters as a safetensors file; [TensorFiles#loadInto] reads them back.
public final class WeightFiles {
  private WeightFiles() {}

  /// Writes all parameters and buffers of an allocated set under their names, in the order of
  /// their declaration; what is shared (a tied matrix) is written once.
  public static void write(Path path, ParameterSet parameters) throws IOException {
    Safetensors.write(path, tensors(parameters), Map.of("format", "weft"));
  }

  static Map<String, Tensor> tensors(ParameterSet parameters) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : parameters.all()) {
      tensors.put(parameter.name(), parameter.tensor());
    }
    return tensors;
  }
}
