package dev.weft.rnn;

import dev.weft.nn.Place;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.Recurrent;
import java.util.ArrayList;
import java.util.List;

/// Everything that one training pass of a classifier computes of a batch: the bits to compare.
///
/// @param logits (B, classes)
/// @param states (B, T, n)
/// @param last of each layer and direction: h and c, row by row
/// @param gradients of all parameters, in order of declaration
record Bits(float[] logits, float[] states, List<float[]> last, List<float[]> gradients) {
  /// The pass over rows of ids; `labels` has one for each.
  static Bits of(
      Device device, ClassifierConfig config, int[][] rows, int[] lengths, int... labels) {
    try (ParameterSet set = new ParameterSet("bits", device, DType.F32);
        Tape tape = new Tape()) {
      SequenceClassifier classifier = new SequenceClassifier(Place.in(set), config, null);
      set.allocate(5);
      return of(tape, set, classifier.forward(rows, lengths), labels);
    }
  }

  /// The pass over float vectors (B, T, D).
  static Bits of(
      Device device,
      ClassifierConfig config,
      Shape shape,
      float[] x,
      int[] lengths,
      int... labels) {
    try (ParameterSet set = new ParameterSet("bits", device, DType.F32);
        Tape tape = new Tape()) {
      SequenceClassifier classifier = new SequenceClassifier(Place.in(set), config, null);
      set.allocate(5);
      Tensor vectors = Tensor.of(device, shape, x);
      return of(tape, set, classifier.forward(vectors, lengths), labels);
    }
  }

  private static Bits of(
      Tape tape, ParameterSet set, SequenceClassifier.Result result, int... labels) {
    Tensor targets = Tensor.ids(set.device(), Shape.of(labels.length), labels);
    tape.backward(result.logits().loss(targets));
    List<float[]> gradients = new ArrayList<>();
    for (Parameter parameter : set.all()) {
      gradients.add(parameter.gradient().toFloats());
    }
    List<float[]> last = new ArrayList<>();
    for (Recurrent.State part : result.last().parts()) {
      last.add(part.h().toFloats());
      if (part.c() != null) {
        last.add(part.c().toFloats());
      }
    }
    return new Bits(
        result.logits().values().toFloats(), result.states().toFloats(), last, gradients);
  }
}
