package dev.weft.examples;

import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Tokenizer;
import dev.weft.tensor.Device;
import java.io.PrintWriter;

/// What an example works with. A model is opened when it is first asked for.
public interface Setting {
  /// Where to compute.
  Device device();

  /// The language model.
  LanguageModel model();

  /// The model's tokenizer.
  Tokenizer tokenizer();

  /// Where to print.
  PrintWriter out();
}
