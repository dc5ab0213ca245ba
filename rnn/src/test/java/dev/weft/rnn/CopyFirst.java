package dev.weft.rnn;

import dev.weft.nn.Place;
import dev.weft.nn.optim.Adam;
import dev.weft.nn.optim.Clip;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;

/// The task of naming the first token of a sequence after all others were read. Every sequence is
/// drawn anew, so that nothing can be learnt by heart.
///
/// @param tokens that a sequence is drawn from, evenly
/// @param length of a sequence
/// @param rows of a batch
/// @param seed of the data and of the weights
record CopyFirst(int tokens, int length, int rows, long seed) {
  /// The share of 512 further sequences that a network names rightly after `steps` steps of Adam,
  /// with gradients clipped to norm 1.
  double accuracy(Device device, RnnConfig rnn, int steps, double rate) {
    try (ParameterSet set = new ParameterSet("copy", device, DType.F32)) {
      ClassifierConfig config = ClassifierConfig.ofIds(tokens, rnn, tokens);
      SequenceClassifier classifier = new SequenceClassifier(Place.in(set), config, null);
      set.allocate(seed);
      Adam adam = new Adam(set);
      for (int step = 0; step < steps; step++) {
        int[][] batch = batch(rows, step);
        try (Tape tape = new Tape()) {
          Tensor x = ids(device, batch);
          set.zeroGrad();
          tape.backward(classifier.forward(x).logits().loss(labels(device, batch)));
          Clip.globalNorm(set, 1);
          adam.step(rate);
        }
      }
      int[][] test = batch(512, -1);
      int right = 0;
      try (Scope _ = Scope.noGrad()) {
        int[] named = classifier.forward(ids(device, test)).logits().classes();
        for (int b = 0; b < named.length; b++) {
          right += named[b] == test[b][0] ? 1 : 0;
        }
      }
      return right / 512.0;
    }
  }

  private int[][] batch(int size, int step) {
    Philox random = new Philox(seed, Philox.Purpose.SHUFFLE, step, 0);
    int[][] batch = new int[size][length];
    for (int[] row : batch) {
      for (int t = 0; t < length; t++) {
        row[t] = random.nextInt(tokens);
      }
    }
    return batch;
  }

  private Tensor ids(Device device, int[][] batch) {
    int[] flat = new int[batch.length * length];
    for (int b = 0; b < batch.length; b++) {
      System.arraycopy(batch[b], 0, flat, b * length, length);
    }
    return Tensor.ids(device, Shape.of(batch.length, length), flat);
  }

  private static Tensor labels(Device device, int[][] batch) {
    int[] first = new int[batch.length];
    for (int b = 0; b < first.length; b++) {
      first[b] = batch[b][0];
    }
    return Tensor.ids(device, Shape.of(first.length), first);
  }
}
