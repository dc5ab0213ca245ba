package dev.weft.decoding;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Draw;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Reduce;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.List;

/// The next id of each of R rows, its logit, and the log-sum-exp of its row, read on the device:
/// one copy there before a step (what the draws depend on), one back after it.
final class RowDraws implements Readout, AutoCloseable {
  private final DeviceSampler stages; // null: the host draws, from all logits
  private final int rows;
  private final int room; // distinct ids of all rows that can be counted
  private final Owner owner = new Owner("draws");
  private final Tensor input; // I32: steps (R), sequences (R), starts (R + 1), ids, times (room)
  private final Tensor output; // I32 (3, R): ids, and as bits of F32 their logits, log-sums
  private final Tensor ids; // I32 (R), of the output
  private final Tensor chosen; // F32 (R)
  private final Tensor logSums; // F32 (R)
  private final Draw draw; // null where nothing is drawn here

  RowDraws(DeviceSampler stages, long seed, Device device, int rows, int room) {
    this.stages = stages;
    this.rows = rows;
    this.room = room;
    output = owner.zeros(device, DType.I32, Shape.of(3, rows));
    ids = output.slice(0, 0, 1).reshape(rows);
    chosen = output.slice(0, 1, 2).reshape(rows).bitsAs(DType.F32);
    logSums = output.slice(0, 2, 3).reshape(rows).bitsAs(DType.F32);
    if (stages == null || stages.greedy()) {
      input = null;
      draw = null;
    } else {
      input = owner.empty(device, DType.I32, Shape.of(size()));
      draw = stages.draw(seed, part(0, rows), part(rows, rows), counts());
    }
  }

  private int size() {
    return stages.counted() == null ? 2 * rows : 3 * rows + 1 + 2 * room;
  }

  private Draw.Counts counts() {
    int starts = 2 * rows;
    int first = starts + rows + 1;
    return stages.counted() == null
        ? null
        : new Draw.Counts(part(starts, rows + 1), part(first, room), part(first + room, room));
  }

  private Tensor part(int from, int length) {
    return input.slice(0, from, from + length);
  }

  /// Whether it serves so many rows, with so many ids counted.
  boolean fits(int rows, int counted) {
    return rows == this.rows && counted <= room;
  }

  /// Takes what the next draws depend on.
  void set(List<History> histories, int[] sequences) {
    if (input == null) {
      return;
    }
    int[] values = new int[Math.toIntExact(input.size())];
    for (int r = 0; r < rows; r++) {
      values[r] = histories.get(r).length();
      values[rows + r] = sequences[r];
    }
    if (stages.counted() != null) {
      setCounts(histories, values);
    }
    input.set(values);
  }

  private void setCounts(List<History> histories, int[] values) {
    int starts = 2 * rows;
    int first = starts + rows + 1;
    int n = 0;
    for (int r = 0; r < rows; r++) {
      TokenCounts counts = histories.get(r).counts(stages.counted());
      for (int i = 0; i < counts.size(); i++, n++) {
        values[first + n] = counts.id(i);
        values[first + room + n] = counts.count(i);
      }
      values[starts + r + 1] = n;
    }
  }

  /// Of logits (R, V), or of one row that stands for all.
  @Override
  public void run(Tensor logits) {
    try (Scope _ = Scope.noGrad()) {
      if (stages != null) {
        Tensor all = logits.expand(rows, logits.dim(1));
        if (draw == null) {
          logits.kernels().argmax(ids, all);
        } else {
          Ops.sampleInto(ids, all, draw);
        }
        logits.kernels().gather(chosen.reshape(rows, 1), all, ids.reshape(rows, 1));
      }
      Tensor sums = logSums.slice(0, 0, logits.dim(0));
      logits.kernels().reduce(Reduce.LOG_SUM_EXP, Grad.into(sums), logits);
    }
  }

  /// What was read last, as bits: ids, their logits, and the log-sum-exp of each row of the logits,
  /// R numbers each. Waits for the device.
  int[] read() {
    return output.toInts();
  }

  @Override
  public void close() {
    owner.close();
  }
}
