package dev.weft.gpt2;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.Philox;

/// A random model whose sizes are awkward: a width and a vocabulary that are no multiples of a
/// panel, and a context of more than two.
final class SmallModel {
  static final Gpt2Config CONFIG = new Gpt2Config(509, 120, 72, 2, 4, 1e-5);

  private SmallModel() {}

  static Gpt2 training(Device device, Gpt2Config config) {
    Gpt2 model = Gpt2.create(config, device, DType.F32, 7);
    // Weights large enough that every token and position tells on the logits.
    for (Parameter parameter : model.parameters().all()) {
      float[] values = parameter.tensor().toFloats();
      Philox random = new Philox(3, Philox.Purpose.INITIALISATION, 1, values.length);
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (values[i] + 0.15 * random.nextNormal());
      }
      parameter.tensor().set(values);
    }
    model.parameters().changed();
    return model;
  }

  static Gpt2Inference inference(Device device, DType weightType) {
    return inference(device, CONFIG, weightType);
  }

  static Gpt2Inference inference(Device device, Gpt2Config config, DType weightType) {
    try (Gpt2 model = training(device, config)) {
      return Gpt2Inference.of(model, weightType);
    }
  }

  /// `n` ids drawn by a seed.
  static int[] ids(int seed, int n) {
    Philox random = new Philox(seed, Philox.Purpose.SHUFFLE, 0, 0);
    int[] ids = new int[n];
    for (int i = 0; i < n; i++) {
      ids[i] = random.nextInt(CONFIG.vocabulary());
    }
    return ids;
  }
}
