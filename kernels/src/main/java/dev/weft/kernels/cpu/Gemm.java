package dev.weft.kernels.cpu;

import dev.weft.tensor.Device;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;

/// `matmul`: the right side is packed into panels, before [Product] runs or while it does.
final class Gemm {
  private final Team team;

  Gemm(Team team) {
    this.team = team;
  }

  void matmul(Grad c, Tensor a, Tensor b) {
    Device device = c.tensor().device();
    Matrices cs = new Matrices(c.tensor());
    Matrices as = new Matrices(a);
    Matrices bs = new Matrices(b);
    if (cs.count == 0 || cs.rows == 0 || cs.columns == 0) {
      return;
    }
    if (bs.repeated() && as.folds() && cs.folds()) {
      one(device, c.accumulate(), cs.fold(), as.fold(), bs, 0);
    } else if (cs.count >= team.size()) {
      team.run(cs.count, i -> one(device, c.accumulate(), cs, as, bs, i));
    } else {
      for (int i = 0; i < cs.count; i++) {
        one(device, c.accumulate(), cs, as, bs, i);
      }
    }
  }

  private void one(Device device, boolean accumulate, Matrices c, Matrices a, Matrices b, int i) {
    if (Panels.late(c.rows)) {
      Panels panels = Panels.dense(b.address(i), b.row, b.step, a.columns, c.columns);
      run(device, accumulate, c, a, panels, i);
      return;
    }
    try (Scratch scratch = new Scratch(device, Panels.bytes(a.columns, c.columns))) {
      Panels panels =
          Panels.pack(team, scratch.address, b.address(i), b.row, b.step, a.columns, c.columns);
      run(device, accumulate, c, a, panels, i);
    }
  }

  private void run(Device device, boolean accumulate, Matrices c, Matrices a, Panels b, int i) {
    long from = a.address(i);
    new Product(c.rows, from, a.row, a.step, b, c.address(i), c.row, accumulate, Epilogue.NONE)
        .run(device, team);
  }
}
