package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.nn.Place;
import dev.weft.tensor.DType;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Gradients of whole classifiers against central differences in double precision.
class ClassifierGradientTest {
  private static final int[][] ROWS = {{1, 4, 2, 4}, {3, 0, 0, 0}, {5, 2, 1, 0}};
  private static final int[] LENGTHS = {4, 1, 3};
  private static final double STEP = 1e-5;

  @ParameterizedTest
  @EnumSource(Gating.class)
  @DisplayName("S0-01: gradients reach head, recurrent layers and embedding, to 1e-6")
  void gradientsAreThoseOfFiniteDifferences(Gating gating) {
    for (Pooling pooling : Pooling.values()) {
      boolean normed = pooling == Pooling.MEAN;
      RnnConfig rnn =
          RnnConfig.of(gating, 2, 3)
              .withBidirectional(true)
              .withLayerNorm(normed)
              .withFirst(RnnConfig.FirstState.LEARNED);
      check(ClassifierConfig.ofIds(6, rnn, 3).withPooling(pooling));
    }
  }

  private static void check(ClassifierConfig config) {
    try (ParameterSet set = new ParameterSet("double", Devices.reference(), DType.F64)) {
      SequenceClassifier classifier = new SequenceClassifier(Place.in(set), config, null);
      set.allocate(21);
      for (Parameter parameter : set.all()) {
        if (parameter
            .name()
            .matches("rnn\\.[hc]0_.*")) { // a norm bends too much at a state of zeros
          parameter.tensor().set(0.5, -0.7, 0.2);
        }
      }
      try (Tape tape = new Tape()) {
        tape.backward(loss(classifier));
      }
      for (Parameter parameter : set.all()) {
        double[] gradient = parameter.gradient().toDoubles();
        double[] values = parameter.tensor().toDoubles();
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < values.length; i++) {
          double kept = values[i];
          values[i] = kept + STEP;
          double above = loss(classifier, parameter, values);
          values[i] = kept - STEP;
          double below = loss(classifier, parameter, values);
          values[i] = kept;
          loss(classifier, parameter, values);
          double difference = (above - below) / (2 * STEP);
          largest = Math.max(largest, Math.abs(difference));
          worst = Math.max(worst, Math.abs(difference - gradient[i]));
        }
        assertTrue(largest > 0, parameter + " has no gradient: " + config);
        assertTrue(
            worst <= 1e-6 * largest + 1e-10,
            parameter + " is off by " + worst + " of " + largest + ": " + config);
      }
    }
  }

  private static double loss(SequenceClassifier classifier, Parameter parameter, double... values) {
    parameter.tensor().set(values);
    try (Scope _ = Scope.noGrad()) {
      return loss(classifier).item();
    }
  }

  private static Tensor loss(SequenceClassifier classifier) {
    Tensor labels = Tensor.ids(Devices.reference(), Shape.of(3), 2, 0, 1);
    return classifier.forward(ROWS, LENGTHS).logits().loss(labels);
  }
}
