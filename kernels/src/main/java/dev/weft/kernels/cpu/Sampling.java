package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.INT;
import static dev.weft.kernels.cpu.Vectors.ALL;

import dev.weft.tensor.Draw;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Tensor;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Draws from rows of logits. Threads share the rows; a single row they share by blocks.
final class Sampling {
  private final Team team;
  private final ConcurrentLinkedQueue<RowDraw> idle = new ConcurrentLinkedQueue<>();

  Sampling(Team team) {
    this.team = team;
  }

  void sample(Tensor ids, Tensor logits, Draw draw) {
    RowAddresses targets = RowAddresses.ofScalars(ids);
    RowAddresses rows = RowAddresses.of(logits);
    RowAddresses steps = RowAddresses.ofScalars(draw.steps());
    RowAddresses sequences = RowAddresses.ofScalars(draw.sequences());
    int n = rows.n();
    team.run(
        Math.toIntExact(rows.count()),
        r -> {
          int step = ALL.get(INT, steps.at(r));
          int sequence = ALL.get(INT, sequences.at(r));
          double uniform = Philox.uniform(draw.seed(), Philox.Purpose.TOKEN, step, sequence);
          RowDraw found = idle.poll();
          RowDraw row = found == null ? new RowDraw(team) : found;
          try (Scratch scratch = new Scratch(logits.device(), row.bytes(n, draw))) {
            row.scale(scratch.address, rows.at(r), n, (float) draw.temperature());
            if (draw.penalty() != 0) {
              penalise(row, draw, r);
            }
            ALL.set(INT, targets.at(r), row.draw(draw, uniform));
          }
          idle.add(row);
        });
  }

  private static void penalise(RowDraw row, Draw draw, int r) {
    RowAddresses starts = RowAddresses.ofScalars(draw.counts().starts());
    RowAddresses ids = RowAddresses.ofScalars(draw.counts().ids());
    RowAddresses times = RowAddresses.ofScalars(draw.counts().times());
    int end = ALL.get(INT, starts.at(r + 1L));
    for (int i = ALL.get(INT, starts.at(r)); i < end; i++) {
      row.lower(ALL.get(INT, ids.at(i)), draw.penalty() * ALL.get(INT, times.at(i)));
    }
    row.lowered();
  }
}
