package dev.weft.cli;

import dev.weft.decoding.Tokenizer;
import dev.weft.gpt2.Gpt2Inference;

/// A model that is ready: its weights are on a device.
///
/// @param name what the user called it
record OpenModel(String name, Gpt2Inference model, Tokenizer tokenizer) implements AutoCloseable {

  @Override
  public void close() {
    model.close();
  }
}
