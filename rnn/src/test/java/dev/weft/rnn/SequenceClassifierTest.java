package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.nn.Noise;
import dev.weft.nn.OnDevices;
import dev.weft.nn.Place;
import dev.weft.nn.optim.Adam;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Classifiers of sequences: shapes, counts, what they return, and what they refuse.
class SequenceClassifierTest extends OnDevices {
  private static final RnnConfig VECTORS = RnnConfig.of(Gating.TANH, 10, 20);
  private static final RnnConfig IDS = RnnConfig.of(Gating.TANH, 8, 16);

  /// What is done with a classifier whose parameters were drawn.
  private interface Use {
    void of(SequenceClassifier classifier, ParameterSet set);
  }

  private void with(ClassifierConfig config, Use use) {
    try (ParameterSet set = parameters();
        Scope _ = Scope.noGrad()) {
      SequenceClassifier classifier = new SequenceClassifier(Place.in(set), config, new Noise(1));
      set.allocate(7);
      classifier.eval();
      use.of(classifier, set);
    }
  }

  private float[] normal(long seed, int count) {
    var random = new Philox(seed, Philox.Purpose.INITIALISATION, 0, 0);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextNormal();
    }
    return values;
  }

  private Tensor vectors(int... dims) {
    Shape shape = Shape.of(dims);
    return Tensor.of(device, shape, normal(2, (int) shape.size()));
  }

  private Tensor ids() {
    int[] ids = new int[28];
    Arrays.setAll(ids, i -> (i * 17 + 3) % 50);
    return Tensor.ids(device, Shape.of(4, 7), ids);
  }

  @Test
  @DisplayName(
      "S0-02, S0-56: float vectors (16, 5, 10) become states (16, 5, 20) and logits (16, 2)")
  void floatVectorsAreClassified() {
    with(
        ClassifierConfig.ofVectors(VECTORS, 2),
        (classifier, _) -> {
          Tensor x = vectors(16, 5, 10);
          SequenceClassifier.Result result = classifier.forward(x);
          assertEquals(Shape.of(16, 5, 20), result.states().shape());
          assertEquals(Shape.of(16, 20), result.last().parts().getFirst().h().shape());
          assertEquals(Shape.of(16, 2), result.logits().values().shape());
          assertArrayEquals(x.toFloats(), result.embedded().toFloats());
          assertThrows(
              IllegalArgumentException.class, () -> classifier.forward(new int[][] {{1}}, 1));
        });
  }

  @Test
  @DisplayName("S0-26, S0-28: ids (4, 7) give logits (4, 2) and what was embedded, (4, 7, 8)")
  void idsAreEmbeddedAndClassified() {
    with(
        ClassifierConfig.ofIds(50, IDS, 2),
        (classifier, set) -> {
          SequenceClassifier.Result result = classifier.forward(ids());
          assertEquals(Shape.of(50, 8), set.get("embedding.weight").shape());
          assertEquals(Shape.of(4, 7, 8), result.embedded().shape());
          assertEquals(Shape.of(7, 8), result.embedded().slice(0, 0, 1).reshape(7, 8).shape());
          assertEquals(Shape.of(4, 16), result.last().parts().getFirst().h().shape());
          assertEquals(Shape.of(4, 2), result.logits().values().shape());
          float[] third = result.embedded().slice(0, 0, 1).slice(1, 0, 1).toFloats();
          float[] table = classifier.embedding().weight().tensor().toFloats();
          assertArrayEquals(Arrays.copyOfRange(table, 3 * 8, 4 * 8), third);
          assertThrows(IllegalArgumentException.class, () -> classifier.forward(vectors(4, 7, 8)));
        });
  }

  @Test
  @DisplayName("S0-04, S0-27: one bias counts 662 and 834 parameters, two count 682 and 850")
  void parametersAreCountedAsInBothLibraries() {
    RnnConfig.Biases one = RnnConfig.Biases.ONE;
    assertCount(662, ClassifierConfig.ofVectors(VECTORS.withBiases(one), 2));
    assertCount(682, ClassifierConfig.ofVectors(VECTORS, 2));
    assertCount(834, ClassifierConfig.ofIds(50, IDS.withBiases(one), 2));
    assertCount(850, ClassifierConfig.ofIds(50, IDS, 2));
  }

  private void assertCount(long wanted, ClassifierConfig config) {
    with(config, (_, set) -> assertEquals(wanted, set.count(), config + ""));
  }

  @Test
  @DisplayName("S0-03: the last state is the default pooling")
  void theLastStateIsTheDefaultPooling() {
    with(
        ClassifierConfig.ofVectors(VECTORS, 2),
        (classifier, set) -> {
          SequenceClassifier.Result result = classifier.forward(vectors(3, 5, 10));
          Tensor last = result.states().slice(1, 4, 5).reshape(3, 20);
          Tensor logits =
              last.matmul(set.get("head.weight").tensor().transpose())
                  .add(set.get("head.bias").tensor());
          assertArrayEquals(logits.toFloats(), result.logits().values().toFloats(), 1e-6f);
        });
    assertEquals(Pooling.LAST, ClassifierConfig.ofIds(9, VECTORS, 2).pooling());
  }

  @Test
  @DisplayName("S0-09, S0-57: a pass over random data begins near ln 2 and predicts 0 or 1")
  void aPassOverRandomDataBeginsNearLn2() {
    try (ParameterSet set = parameters()) {
      SequenceClassifier classifier =
          new SequenceClassifier(Place.in(set), ClassifierConfig.ofVectors(VECTORS, 2), null);
      set.allocate(11);
      Adam adam = new Adam(set);
      double first = Double.NaN;
      double last = Double.NaN;
      for (int step = 0; step < 20; step++) {
        try (Tape tape = new Tape()) {
          Tensor labels = Tensor.ids(device, Shape.of(4), 0, 1, 0, 1);
          Tensor loss = classifier.forward(vectors(4, 5, 10)).logits().loss(labels);
          last = loss.item();
          first = step == 0 ? last : first;
          set.zeroGrad();
          tape.backward(loss);
          adam.step(0.01);
        }
      }
      assertEquals(Math.log(2), first, 0.15);
      assertTrue(last < first, last + " after " + first);
      try (Scope _ = Scope.noGrad()) {
        for (int predicted : classifier.forward(vectors(16, 5, 10)).logits().classes()) {
          assertTrue(predicted == 0 || predicted == 1);
        }
      }
    }
  }

  @Test
  @DisplayName("S0-30: one word in two contexts has one embedding and two hidden states")
  void contextChangesTheStateButNotTheEmbedding() {
    with(
        ClassifierConfig.ofIds(50, IDS, 2),
        (classifier, _) -> {
          var result = classifier.forward(new int[][] {{4, 9, 7}, {5, 9, 7}}, 3, 3);
          assertArrayEquals(step(result.embedded(), 0, 1), step(result.embedded(), 1, 1));
          assertTrue(
              Arrays.mismatch(step(result.states(), 0, 1), step(result.states(), 1, 1)) >= 0);
        });
  }

  private static float[] step(Tensor x, int row, int step) {
    return x.slice(0, row, row + 1).slice(1, step, step + 1).toFloats();
  }

  @Test
  @DisplayName("T20: logits and probabilities have a loss each, which agree, and cannot be mixed")
  void logitsAndProbabilitiesAreNotMixed() {
    with(
        ClassifierConfig.ofIds(50, IDS, 2),
        (classifier, _) -> {
          Logits logits = classifier.forward(ids()).logits();
          Tensor labels = Tensor.ids(device, Shape.of(4), 0, 1, 1, 0);
          Probabilities probabilities = logits.probabilities();
          assertEquals(logits.loss(labels).item(), probabilities.loss(labels).item(), 1e-6);
          var error =
              assertThrows(
                  IllegalArgumentException.class, () -> new Probabilities(logits.values()));
          assertTrue(error.getMessage().contains("pass logits to Logits"), error.getMessage());
        });
  }

  @Test
  void aFrozenEmbeddingStaysWhileTheRestLearns() {
    try (ParameterSet set = parameters()) {
      ClassifierConfig config = ClassifierConfig.ofIds(50, IDS, 2).withFrozen(true);
      SequenceClassifier classifier = new SequenceClassifier(Place.in(set), config, null);
      set.allocate(3);
      assertEquals(850 - 400, set.count());
      float[] before = classifier.embedding().weight().tensor().toFloats();
      float[] head = set.get("head.weight").tensor().toFloats();
      try (Tape tape = new Tape()) {
        Tensor labels = Tensor.ids(device, Shape.of(4), 0, 1, 1, 0);
        tape.backward(classifier.forward(ids()).logits().loss(labels));
        new Adam(set).step(0.01);
      }
      assertArrayEquals(before, classifier.embedding().weight().tensor().toFloats());
      assertTrue(Arrays.mismatch(head, set.get("head.weight").tensor().toFloats()) >= 0);
    }
  }

  @Test
  @DisplayName("S0-31: embeddings are read out, and the nearest are found by cosine")
  void nearestEmbeddingsAreFoundByCosine() {
    try (Scope _ = Scope.noGrad()) {
      Tensor table = Tensor.of(device, Shape.of(5, 2), 1f, 0f, 0f, 1f, -3f, 0f, 2f, 0.1f, 0f, 0f);
      List<Neighbours.Neighbour> nearest = Neighbours.of(table, 0, 3);
      assertEquals(List.of(3, 1, 4), nearest.stream().map(Neighbours.Neighbour::id).toList());
      assertEquals(2 / Math.sqrt(4.01), nearest.getFirst().cosine(), 1e-7);
      assertEquals(-1, Neighbours.of(table, 0, 9).getLast().cosine());
      assertThrows(IllegalArgumentException.class, () -> Neighbours.of(table, 5, 1));
    }
  }

  @Test
  void aSavedClassifierClassifiesAlike(@TempDir Path folder) {
    RnnConfig rnn =
        RnnConfig.of(Gating.LSTM, 8, 6).withBidirectional(true).withLayers(2).withDropout(0.25);
    ClassifierConfig config =
        ClassifierConfig.ofIds(50, rnn, 3).withPooling(Pooling.MAX).withFrozen(true);
    with(
        config,
        (classifier, _) -> {
          try (ParameterSet empty = parameters()) {
            classifier.save(folder);
            assertEquals(Optional.of(ModelKind.CLASSIFIER), ModelKind.of(folder));
            SequenceClassifier loaded = SequenceClassifier.load(folder, empty, new Noise(2));
            loaded.eval();
            assertEquals(config, loaded.config());
            assertArrayEquals(
                classifier.forward(ids()).logits().values().toFloats(),
                loaded.forward(ids()).logits().values().toFloats());
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void aConfigurationThatLacksAFieldIsRefused() {
    var tree = Json.of(ClassifierConfig.ofVectors(VECTORS, 2));
    assertEquals(
        ClassifierConfig.ofVectors(VECTORS, 2), Json.read("here", tree, ClassifierConfig.class));
    ((com.fasterxml.jackson.databind.node.ObjectNode) tree).remove("pooling");
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> Json.read("here", tree, ClassifierConfig.class));
    assertTrue(error.getMessage().contains("pooling"), error.getMessage());
    ((com.fasterxml.jackson.databind.node.ObjectNode) tree)
        .put("pooling", "LAST")
        .put("classes", 1);
    var value =
        assertThrows(
            IllegalArgumentException.class, () -> Json.read("here", tree, ClassifierConfig.class));
    assertTrue(value.getMessage().contains("not 0 and 1"), value.getMessage());
  }

  @Test
  void dropoutActsInTrainingOnly() {
    with(
        ClassifierConfig.ofIds(50, IDS, 2).withDropout(0.5),
        (classifier, _) -> {
          float[] still = classifier.forward(ids()).logits().values().toFloats();
          assertArrayEquals(still, classifier.forward(ids()).logits().values().toFloats());
          classifier.train();
          assertTrue(
              Arrays.mismatch(still, classifier.forward(ids()).logits().values().toFloats()) >= 0);
        });
  }

  @Test
  void lengthsMustFitTheRows() {
    with(
        ClassifierConfig.ofIds(50, IDS, 2),
        (classifier, set) -> {
          int[][] rows = {{1, 2}, {3, 4, 5}};
          assertThrows(IllegalArgumentException.class, () -> classifier.forward(rows, 2));
          assertThrows(IllegalArgumentException.class, () -> classifier.forward(rows, 3, 3));
          assertThrows(IllegalArgumentException.class, () -> classifier.forward(rows, 2, 0));
          for (Parameter parameter : set.all()) {
            assertNotEquals("", parameter.name());
          }
        });
  }
}
