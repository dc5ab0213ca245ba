package dev.weft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.DType;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LayersTest extends OnDevices {
  @Test
  void linearNamesAndLaysOutItsParametersAsPyTorchDoes() {
    try (ParameterSet set = parameters()) {
      Linear linear = new Linear(Place.in(set).at("head"), 3, 2);
      set.allocate(1);
      assertEquals(List.of("head.weight", "head.bias"), names(set));
      assertEquals(Shape.of(2, 3), linear.weight().shape());
      linear.weight().tensor().set(1f, 2f, 3f, 4f, 5f, 6f);
      linear.bias().tensor().set(10f, 20f);
      try (Scope _ = new Scope()) {
        Tensor x = Tensor.of(device, Shape.of(1, 2, 3), 1f, 0f, -1f, 0f, 1f, 0f);
        assertArrayEquals(new float[] {8, 18, 12, 25}, linear.forward(x).toFloats());
      }
    }
  }

  @Test
  @DisplayName("S0-31: weights can be read as a copy")
  void weightsCanBeRead() {
    try (ParameterSet set = parameters()) {
      Linear linear = new Linear(Place.in(set), 2, 1);
      set.allocate(1);
      linear.weight().tensor().set(3f, 4f);
      float[] copy = set.get("weight").tensor().toFloats();
      linear.weight().tensor().set(5f, 6f);
      assertArrayEquals(new float[] {3, 4}, copy);
    }
  }

  @Test
  @DisplayName("S0-32: a tied head adds both uses' gradients, is one parameter and is stepped once")
  void tiedHeadSharesTheEmbedding() {
    int vocabulary = 7;
    int width = 5;
    try (ParameterSet tied = parameters();
        ParameterSet untied = parameters()) {
      Embedding embedding = new Embedding(Place.in(tied).at("embedding"), vocabulary, width);
      Linear head = Linear.tied(Place.in(tied).at("head"), embedding, width, vocabulary, false);
      Embedding table = new Embedding(Place.in(untied).at("embedding"), vocabulary, width);
      Linear output = new Linear(Place.in(untied).at("head"), width, vocabulary, false);
      tied.allocate(3);
      untied.allocate(3);
      output.weight().tensor().set(embedding.weight().tensor().toFloats());
      backward(embedding, head, tied);
      backward(table, output, untied);

      assertEquals(List.of("embedding.weight"), names(tied));
      assertEquals((long) vocabulary * width, tied.count());
      double[] sum = table.weight().gradient().toDoubles();
      double[] second = output.weight().gradient().toDoubles();
      for (int i = 0; i < sum.length; i++) {
        sum[i] += second[i];
      }
      double[] together = embedding.weight().gradient().toDoubles();
      Golden.assertClose("dw", sum, together, 1e-6, 1e-7);

      float[] before = embedding.weight().tensor().toFloats();
      new dev.weft.nn.optim.Sgd(tied).step(0.5);
      float[] after = embedding.weight().tensor().toFloats();
      for (int i = 0; i < after.length; i++) {
        assertEquals(before[i] - 0.5 * together[i], after[i], 1e-6);
      }
    }
  }

  @Test
  @DisplayName("S0-32: tying saves vocabulary · width parameters at GPT-2's size")
  void tyingSavesAMatrix() {
    try (ParameterSet tied = parameters();
        ParameterSet untied = parameters()) {
      Embedding shared = new Embedding(Place.in(tied).at("wte"), 50257, 768);
      Linear.tied(Place.in(tied).at("head"), shared, 768, 50257, false);
      new Embedding(Place.in(untied).at("wte"), 50257, 768);
      new Linear(Place.in(untied).at("head"), 768, 50257, false);
      assertEquals(Golden.get("tying_saves").asLong(), untied.count() - tied.count());
    }
  }

  private void backward(Embedding embedding, Linear head, ParameterSet set) {
    set.zeroGrad();
    try (Tape tape = new Tape()) {
      Tensor ids = Tensor.ids(device, Shape.of(4), 1, 2, 1, 6);
      Tensor targets = Tensor.ids(device, Shape.of(4), 2, 1, 6, 0);
      tape.backward(Ops.crossEntropy(head.forward(embedding.forward(ids)), targets));
    }
  }

  @Test
  @DisplayName("S0-33: tying unequal sizes throws with both of them")
  void tyingNeedsEqualSizes() {
    try (ParameterSet set = parameters()) {
      Embedding embedding = new Embedding(Place.in(set).at("embedding"), 7, 5);
      Place head = Place.in(set).at("head");
      var error =
          assertThrows(
              IllegalArgumentException.class, () -> Linear.tied(head, embedding, 6, 7, false));
      assertTrue(error.getMessage().contains("maps 5 to 7, not 6 to 7"), error.getMessage());
      assertThrows(IllegalArgumentException.class, () -> Linear.tied(head, embedding, 5, 8, false));
    }
  }

  @Test
  @DisplayName("S0-29: used rows of an embedding get gradients, repeated ids sum, others exactly 0")
  void embeddingGradientsReachUsedRowsOnly() {
    try (ParameterSet set = parameters()) {
      Embedding embedding = new Embedding(Place.in(set), 5, 2);
      set.allocate(1);
      set.zeroGrad();
      try (Tape tape = new Tape()) {
        Tensor ids = Tensor.ids(device, Shape.of(1, 3), 3, 1, 3);
        Tensor factors = Tensor.of(device, Shape.of(1, 3, 2), 1f, 2f, 10f, 20f, 100f, 200f);
        tape.backward(Ops.sum(Ops.mul(embedding.forward(ids), factors)));
      }
      assertArrayEquals(
          new float[] {0, 0, 10, 20, 0, 0, 101, 202, 0, 0},
          embedding.weight().gradient().toFloats());
    }
  }

  @Test
  @DisplayName("S0-37: batch norm uses biased variance, its running variance is unbiased")
  void batchNormMatchesTheGolden() {
    try (ParameterSet set = parameters()) {
      BatchNorm norm = new BatchNorm(Place.in(set).at("bn"), 2);
      set.allocate(1);
      assertEquals(4, set.count(), "running figures are no parameters");
      try (Scope _ = new Scope()) {
        Tensor x = Tensor.of(device, Shape.of(3, 2), 1f, 10f, 2f, 20f, 3f, 60f);
        assertGolden("batchnorm_[[1,10],[2,20],[3,60]]_eps1e-5", norm.forward(x), 1e-6);
        assertGolden("batchnorm_running_mean_var_mom0.1", norm.running().tensor(), 1e-6);
        norm.eval();
        float[] first = norm.forward(x).toFloats();
        double expected = (1 - 0.2) / Math.sqrt(1.0 + 1e-5);
        assertEquals(expected, first[0], 1e-6);
        Tensor one = Tensor.of(device, Shape.of(1, 1, 2), 1f, 10f);
        assertEquals(expected, norm.forward(one).toFloats()[0], 1e-6);
        assertGolden("batchnorm_running_mean_var_mom0.1", norm.running().tensor(), 1e-6);
      }
    }
  }

  @Test
  @DisplayName("S0-38: layer norm normalises each example by itself")
  void layerNormMatchesTheGolden() {
    try (ParameterSet set = parameters()) {
      LayerNorm norm = new LayerNorm(Place.in(set).at("ln"), 4);
      set.allocate(1);
      try (Scope _ = new Scope()) {
        Tensor one = Tensor.of(device, Shape.of(1, 4), 1f, 2f, 3f, 4f);
        Tensor y = norm.forward(one);
        assertGolden("layernorm_[1,2,3,4]_eps1e-5", y, 1e-6);
        Tensor batch = Tensor.of(device, Shape.of(1, 2, 4), 9f, -9f, 5f, 7f, 1f, 2f, 3f, 4f);
        Tensor second = Ops.slice(norm.forward(batch), 1, 1, 2);
        assertArrayEquals(y.toFloats(), second.toFloats(), "the same bits in any batch");
      }
    }
  }

  @Test
  @DisplayName("S0-19: dropout scales what it keeps, so that the mean of ones stays 1")
  void dropoutKeepsTheMean() {
    Dropout dropout = new Dropout("drop", 0.5, new Noise(11));
    try (Scope _ = new Scope()) {
      Tensor ones = Tensor.full(device, DType.F32, Shape.of(1_000_000), 1);
      Tensor y = dropout.forward(ones);
      assertEquals(1, Ops.mean(y).item(), 0.005);
      for (float value : y.toFloats()) {
        assertTrue(value == 0 || value == 2, "kept elements are scaled by 1 / (1 - p)");
      }
      dropout.eval();
      assertTrue(dropout.forward(ones) == ones, "evaluation is the identity");
    }
  }

  @Test
  void dropoutDrawsTheSameMaskForTheSameStep() {
    Noise noise = new Noise(5);
    Dropout dropout = new Dropout("drop", 0.3, noise);
    try (Scope _ = new Scope()) {
      Tensor ones = Tensor.full(device, DType.F32, Shape.of(64), 1);
      noise.begin(4);
      float[] first = dropout.forward(ones).toFloats();
      float[] second = dropout.forward(ones).toFloats();
      noise.begin(4);
      assertArrayEquals(first, dropout.forward(ones).toFloats());
      assertArrayEquals(second, dropout.forward(ones).toFloats());
      assertNotEquals(List.of(box(first)), List.of(box(second)), "two layers differ");
      noise.begin(5);
      assertNotEquals(List.of(box(first)), List.of(box(dropout.forward(ones).toFloats())));
    }
    assertThrows(IllegalArgumentException.class, () -> new Dropout("drop", 1, noise));
    assertThrows(IllegalArgumentException.class, () -> new Dropout("drop", Double.NaN, noise));
  }

  @Test
  @DisplayName(
      "S0-10: without zeroGrad gradients add up, eval turns dropout off, no-grad records nothing")
  void trainingModesAndAccumulation() {
    try (ParameterSet set = parameters()) {
      Linear linear = new Linear(Place.in(set).at("linear"), 3, 2);
      Sequential model = new Sequential("", linear, new Dropout("drop", 0.5, new Noise(1)));
      set.allocate(1);
      model.eval();
      assertFalse(linear.training(), "the mode reaches all parts");
      set.zeroGrad();
      sumBackward(model);
      float[] once = linear.weight().gradient().toFloats();
      sumBackward(model);
      float[] twice = linear.weight().gradient().toFloats();
      for (int i = 0; i < once.length; i++) {
        assertEquals(2 * once[i], twice[i], 1e-6);
        assertNotEquals(0, once[i]);
      }
      set.zeroGrad();
      sumBackward(model);
      assertArrayEquals(once, linear.weight().gradient().toFloats());
      try (Tape tape = new Tape();
          Scope _ = Scope.noGrad()) {
        Tensor x = Tensor.full(device, DType.F32, Shape.of(1, 3), 1);
        float[] first = model.forward(x).toFloats();
        assertArrayEquals(first, model.forward(x).toFloats());
        assertEquals(0, tape.size());
      }
      model.train();
      assertTrue(linear.training());
    }
  }

  private void sumBackward(Sequential model) {
    try (Tape tape = new Tape()) {
      Tensor x = Tensor.of(device, Shape.of(2, 3), 1f, 2f, 3f, -4f, 5f, 6.5f);
      tape.backward(Ops.sum(model.forward(x)));
    }
  }

  @Test
  @DisplayName("S0-16: a masked loss is the mean over real tokens, and throws when there is none")
  void maskedLossCountsRealTokensOnly() {
    try (Scope _ = new Scope()) {
      float[] values = new float[2 * 3 * 4];
      Philox random = new Philox(3, Philox.Purpose.SHUFFLE, 0, 0);
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextNormal();
      }
      Tensor logits = Tensor.of(device, Shape.of(2, 3, 4), values);
      int[] padded = Losses.padded(new int[][] {{1, 2, 3}, {0}}, 3);
      double masked = Ops.crossEntropy(logits, Tensor.ids(device, Shape.of(2, 3), padded)).item();
      Tensor real = Ops.slice(Ops.reshape(logits, 6, 4), 0, 0, 4);
      double plain = Ops.crossEntropy(real, Tensor.ids(device, Shape.of(4), 1, 2, 3, 0)).item();
      assertEquals(plain, masked, 1e-6);
      Tensor none = Tensor.ids(device, Shape.of(2, 3), Losses.padded(new int[2][0], 3));
      assertThrows(IllegalArgumentException.class, () -> Ops.crossEntropy(logits, none));
    }
  }

  @Test
  void meanSquaredErrorIsTheMeanOfSquares() {
    try (Scope _ = new Scope()) {
      Tensor a = Tensor.of(device, Shape.of(2), 1f, 5f);
      Tensor b = Tensor.of(device, Shape.of(2), 3f, 4f);
      assertEquals(2.5, Losses.meanSquaredError(a, b).item());
      Tensor wide = Tensor.of(device, Shape.of(1, 2), 3f, 4f);
      assertThrows(IllegalArgumentException.class, () -> Losses.meanSquaredError(a, wide));
    }
  }

  private static List<String> names(ParameterSet set) {
    return set.all().stream().map(Parameter::name).toList();
  }

  private static Float[] box(float[] values) {
    Float[] boxed = new Float[values.length];
    for (int i = 0; i < boxed.length; i++) {
      boxed[i] = values[i];
    }
    return boxed;
  }

  private static void assertGolden(String key, Tensor actual, double tolerance) {
    double[] expected = Golden.numbers(Golden.get(key));
    Golden.assertClose(key, expected, actual.toDoubles(), tolerance, 0);
  }
}
