package dev.weft.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.decoding.LanguageModel;
import dev.weft.nn.OnDevices;
import dev.weft.nn.io.TensorFiles;
import dev.weft.nn.optim.AdamW;
import dev.weft.tensor.DType;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// A small GPT-2 against PyTorch's numbers in double precision; `tools/goldens/gpt2_goldens.py`
/// makes them.
class Gpt2GoldenTest extends OnDevices {
  private Gpt2Folder folder;
  private TensorFiles golden;

  @BeforeEach
  void openFiles() throws IOException, URISyntaxException {
    Path path =
        Path.of(Gpt2GoldenTest.class.getResource("/golden/config.json").toURI()).getParent();
    folder = Gpt2Folder.open(path);
    golden = TensorFiles.open(path.resolve("golden.safetensors"));
  }

  @AfterEach
  void closeFiles() {
    folder.close();
    golden.close();
  }

  private Tensor ids() {
    Tensor ids = Tensor.empty(device, DType.I32, Shape.of(2, 17));
    golden.load("ids", ids);
    return ids;
  }

  private int[][] inputs() {
    try (Scope _ = new Scope()) {
      int[] flat = ids().toInts();
      return new int[][] {Arrays.copyOf(flat, 16), Arrays.copyOfRange(flat, 17, 33)};
    }
  }

  /// Within `tolerance` of the largest value.
  private static void assertClose(float[] wanted, float[] got, double tolerance, String what) {
    assertEquals(wanted.length, got.length, what);
    double largest = 0;
    for (float x : wanted) {
      largest = Math.max(largest, Math.abs(x));
    }
    for (int i = 0; i < wanted.length; i++) {
      if (!(Math.abs(wanted[i] - got[i]) <= tolerance * largest)) {
        throw new AssertionError(what + "[" + i + "]: wanted " + wanted[i] + " but got " + got[i]);
      }
    }
  }

  @Test
  @DisplayName("T22: logits, with GELU by tanh")
  void logits() {
    try (Gpt2 model = folder.training(device);
        Gpt2Inference inference = folder.inference(device, DType.F32);
        Scope _ = new Scope()) {
      float[] wanted = golden.floats("logits");
      Tensor ids = ids().slice(1, 0, 16);
      assertClose(wanted, model.logits(ids).toFloats(), 2e-6, "training logits");
      assertClose(wanted, inference.logits(ids).toFloats(), 2e-6, "inference logits");
    }
  }

  @Test
  void cachedLogits() {
    float[] wanted = golden.floats("logits");
    int vocabulary = folder.config().vocabulary();
    int[][] inputs = inputs();
    try (Gpt2Inference inference = folder.inference(device, DType.F32);
        LanguageModel.Session session = inference.open(2)) {
      for (int t = 0; t < 16; t++) {
        float[] got = session.feed(new int[][] {{inputs[0][t]}, {inputs[1][t]}}).toFloats();
        for (int r = 0; r < 2; r++) {
          int at = (r * 16 + t) * vocabulary;
          assertClose(
              Arrays.copyOfRange(wanted, at, at + vocabulary),
              Arrays.copyOfRange(got, r * vocabulary, (r + 1) * vocabulary),
              5e-6,
              "position " + t + " of row " + r);
        }
      }
    }
  }

  @Test
  void lossAndEveryGradient() {
    try (Gpt2 model = folder.training(device);
        Tape tape = new Tape()) {
      Tensor loss = model.loss(ids());
      assertEquals(golden.floats("loss")[0], loss.item(), 5e-6);
      tape.backward(loss);
      for (Parameter parameter : model.parameters().all()) {
        assertClose(
            golden.floats("gradient." + parameter.name()),
            parameter.gradient().toFloats(),
            1e-5,
            "gradient of " + parameter.name());
      }
    }
  }

  @Test
  void tenStepsOfAdamW() {
    float[] wanted = golden.floats("losses");
    float[] got = new float[wanted.length];
    try (Gpt2 model = folder.training(device)) {
      AdamW optimizer = new AdamW(model.parameters(), 0.9, 0.95, 1e-8, 0.1);
      for (int step = 0; step < got.length; step++) {
        model.parameters().zeroGrad();
        try (Tape tape = new Tape()) {
          Tensor loss = model.loss(ids());
          got[step] = (float) loss.item();
          tape.backward(loss);
          optimizer.step(3e-3);
        }
      }
    }
    assertArrayEquals(wanted, got, 2e-4f, () -> Arrays.toString(got));
  }
}
