package dev.weft.bench.engine;

import dev.weft.gpt2.Gpt2;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.gpt2.Gpt2Folder;
import dev.weft.nn.io.Safetensors;
import dev.weft.tensor.DType;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// The models that are measured, random but the same for all, in a folder: made once, as
/// safetensors. Tools make of them what other engines read (`tools/peer-models`).
public final class Models {
  private final Path folder;

  /// The models in a folder, which need not be there yet.
  public Models(Path folder) {
    this.folder = folder;
  }

  /// Where they lie.
  public Path folder() {
    return folder;
  }

  /// Folder of GPT-2 124M, as Hugging Face lays it out.
  public Path gpt2() {
    return folder.resolve("gpt2-124m");
  }

  /// The weights of a recurrent network under PyTorch's names: `embedding.weight`,
  /// `rnn.weight_ih_l0` …, `head.weight`, `head.bias`.
  public Path recurrent(RecurrentWork work) {
    return folder.resolve(work.name() + ".safetensors");
  }

  /// Makes GPT-2 124M where it is missing.
  public Path ensureGpt2() throws IOException {
    if (!Files.exists(gpt2().resolve("config.json"))) {
      Files.createDirectories(gpt2()); // fails before half a gigabyte has been drawn
      try (Gpt2 model = Gpt2.create(Gpt2Config.SMALL, Devices.open("cpu"), DType.F32, 1)) {
        Gpt2Folder.save(model, gpt2(), DType.F32);
      }
    }
    return gpt2();
  }

  /// Makes a recurrent network's weights where they are missing.
  public Path ensureRecurrent(RecurrentWork work) throws IOException {
    Path file = recurrent(work);
    if (!Files.exists(file)) {
      Files.createDirectories(folder);
      try (Scope _ = Scope.noGrad()) {
        Safetensors.write(file, weights(work), Map.of("format", "pt"));
      }
    }
    return file;
  }

  private static Map<String, Tensor> weights(RecurrentWork work) {
    Philox random = new Philox(1, Philox.Purpose.INITIALISATION, 0, 0);
    double bound = 1 / Math.sqrt(work.hidden());
    int gates = work.gates() * work.hidden();
    Map<String, Tensor> weights = new LinkedHashMap<>();
    weights.put("embedding.weight", uniform(random, 1, work.vocabulary(), work.embedding()));
    for (int layer = 0; layer < work.layers(); layer++) {
      int in = layer == 0 ? work.embedding() : work.hidden();
      weights.put("rnn.weight_ih_l" + layer, uniform(random, bound, gates, in));
      weights.put("rnn.weight_hh_l" + layer, uniform(random, bound, gates, work.hidden()));
      weights.put("rnn.bias_ih_l" + layer, uniform(random, bound, gates));
      weights.put("rnn.bias_hh_l" + layer, uniform(random, bound, gates));
    }
    weights.put("head.weight", uniform(random, bound, work.out(), work.hidden()));
    weights.put("head.bias", uniform(random, bound, work.out()));
    return weights;
  }

  private static Tensor uniform(Philox random, double bound, int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (bound * (2 * random.nextUniform() - 1));
    }
    return Tensor.of(Devices.open("cpu"), shape, values);
  }
}
