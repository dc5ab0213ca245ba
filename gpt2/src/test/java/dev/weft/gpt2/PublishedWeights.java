package dev.weft.gpt2;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.tensor.DType;
import dev.weft.tensor.Devices;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// The published 124M weights, whose folder `-Dweft.gpt2.weights` names, opened for each test; a
/// test is skipped without it.
final class PublishedWeights implements BeforeEachCallback, AfterEachCallback {
  private Gpt2Tokenizer tokenizer;
  private Gpt2Inference model;

  Gpt2Tokenizer tokenizer() {
    return tokenizer;
  }

  Gpt2Inference model() {
    return model;
  }

  int[] encode(String text) {
    return tokenizer.encode(text);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    String folder = System.getProperty("weft.gpt2.weights");
    assumeTrue(folder != null, "no published weights: name their folder in -Dweft.gpt2.weights");
    try (Gpt2Folder files = Gpt2Folder.open(Path.of(folder))) {
      tokenizer = files.tokenizer();
      model = files.inference(Devices.best(), DType.F32);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (model != null) {
      model.close();
    }
  }
}
