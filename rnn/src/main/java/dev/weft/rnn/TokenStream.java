package dev.weft.rnn;

import dev.weft.tensor.Device;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;

/// A long text as parallel rows: row r is the r-th of `rows` consecutive parts of equal length, so
/// that what follows in time follows in the text. Up to rows − 1 ids at the end are left over.
///
/// @param ids of the text
/// @param rows B, at least 1
public record TokenStream(int[] ids, int rows) {
  /// Checks that each row has an id and the one that follows it.
  public TokenStream {
    if (rows < 1 || ids.length - 1 < rows) {
      throw new IllegalArgumentException(
          "stream: "
              + ids.length
              + " ids are too few for "
              + rows
              + " rows; each needs one id and the one that follows");
    }
    ids = ids.clone();
  }

  /// L: steps of a row.
  public int steps() {
    return (ids.length - 1) / rows;
  }

  /// Steps from … to − 1 of all rows: I32 (to − from, B), in the thread's scope.
  public Tensor inputs(Device device, int from, int to) {
    return part(device, from, to, 0);
  }

  /// The ids that follow those of [#inputs].
  public Tensor targets(Device device, int from, int to) {
    return part(device, from, to, 1);
  }

  private Tensor part(Device device, int from, int to, int later) {
    int steps = steps();
    if (from < 0 || from >= to || to > steps) {
      throw new IllegalArgumentException(
          "stream: steps " + from + " … " + (to - 1) + " of rows of " + steps);
    }
    int[] part = new int[Math.multiplyExact(to - from, rows)]; // (T, B)
    Arrays.setAll(part, i -> ids[i % rows * steps + from + i / rows + later]);
    return Tensor.ids(device, Shape.of(to - from, rows), part);
  }
}
