package dev.weft.nn.io;

import dev.weft.tensor.Ops;
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

  /// The parts of a flat buffer that belong to the parameters, each under `prefix` and its name;
  /// `buffers` says whether the flat buffer holds buffers too.
  static Map<String, Tensor> cut(
      String prefix, Tensor flat, ParameterSet parameters, boolean buffers) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : parameters.all()) {
      if (buffers || parameter.kind() != Parameter.Kind.BUFFER) {
        long from = parameters.offset(parameter);
        Tensor part = ParameterSet.range(flat, from, from + parameter.shape().size());
        tensors.put(prefix + parameter.name(), Ops.reshape(part, parameter.shape().dims()));
      }
    }
    return tensors;
  }
}
