package dev.weft.rnn;

import dev.weft.decoding.LanguageModel;
import dev.weft.nn.Place;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Gating;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Philox;

/// A language model of two small layers with drawn weights, in both forms.
final class SmallLanguageModel implements AutoCloseable {
  static final int VOCABULARY = 11;

  final ParameterSet parameters;
  final RnnLanguageModel model;
  final RnnInference inference;

  SmallLanguageModel(Device device, LanguageModelConfig config, DType weightType) {
    parameters = new ParameterSet("small", device, DType.F32);
    model = new RnnLanguageModel(Place.in(parameters), config, null);
    parameters.allocate(3);
    inference = RnnInference.of(model, weightType);
  }

  static LanguageModelConfig config(Gating gating) {
    return LanguageModelConfig.of(VOCABULARY, RnnConfig.of(gating, 6, 9).withLayers(2));
  }

  /// One or more ids.
  static int[] ids(Philox random, int most) {
    int[] ids = new int[1 + random.nextInt(most)];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = random.nextInt(VOCABULARY);
    }
    return ids;
  }

  /// The model of class 1 where it has classes.
  LanguageModel decoding() {
    return inference.config().classes() == 0 ? inference : inference.given(1);
  }

  @Override
  public void close() {
    inference.close();
    parameters.close();
  }
}
