package dev.weft.rnn;

import dev.weft.tensor.Device;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;

/// Sequences of a data set side by side.
///
/// @param examples the place of each row's sequence in the data set, so that labels can be found
/// @param ids (rows, longest), filled up with [Vocabulary#MASK] after each row's length
/// @param lengths of the rows without the padding
public record PaddedBatch(int[] examples, int[][] ids, int[] lengths) {
  /// The batch of these examples.
  public static PaddedBatch of(int[][] sequences, int... examples) {
    int[] lengths = new int[examples.length];
    int longest = 0;
    for (int r = 0; r < examples.length; r++) {
      lengths[r] = sequences[examples[r]].length;
      longest = Math.max(longest, lengths[r]);
    }
    int[][] ids = new int[examples.length][];
    for (int r = 0; r < examples.length; r++) {
      ids[r] = Arrays.copyOf(sequences[examples[r]], longest); // MASK is 0
    }
    return new PaddedBatch(examples.clone(), ids, lengths);
  }

  /// Rows of the batch.
  public int rows() {
    return ids.length;
  }

  /// Length of the longest row.
  public int longest() {
    return ids.length == 0 ? 0 : ids[0].length;
  }

  /// The rows' entries of something that the whole data set has, such as its labels.
  public int[] of(int[] values) {
    return Arrays.stream(examples).map(example -> values[example]).toArray();
  }

  /// The batch of all rows, in their order.
  public static PaddedBatch of(int[]... rows) {
    int[] all = new int[rows.length];
    Arrays.setAll(all, r -> r);
    return of(rows, all);
  }

  /// Steps [from, to) of each row, time-major: I32 (to − from, rows), in the thread's scope.
  Tensor steps(Device device, int from, int to) {
    int[] values = new int[Math.multiplyExact(to - from, rows())];
    for (int b = 0; b < rows(); b++) {
      for (int t = from; t < to; t++) {
        values[(t - from) * rows() + b] = ids[b][t];
      }
    }
    return Tensor.ids(device, Shape.of(to - from, rows()), values);
  }

  /// Which steps are real when each row is shortened to fit `steps` of them by leaving out its
  /// last ids: BOOL (steps, rows); null where all are.
  Tensor mask(Device device, int steps) {
    int cut = longest() - steps;
    int[] real = Arrays.stream(lengths).map(length -> Math.max(0, length - cut)).toArray();
    boolean whole = Arrays.stream(real).allMatch(length -> length == steps);
    return whole ? null : Mask.ofLengths(device, steps, real);
  }
}
