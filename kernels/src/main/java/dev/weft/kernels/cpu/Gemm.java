package dev.weft.kernels.cpu;

import dev.weft.tensor.Device;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;

/// `matmul`: the right side is packed into panels, then [Product] runs.
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
    try (Scratch scratch = new Scratch(device, Panels.bytes(a.columns, c.columns))) {
      Panels panels =
          Panels.pack(team, scratch.address, b.address(i), b.row, b.step, a.columns, c.columns);
      Product product =
          new Product(
              c.rows,
              a.address(i),
              a.row,
              a.step,
              panels,
              c.address(i),
              c.row,
              accumulate,
              Epilogue.NONE);
      product.run(device, team);
    }
  }
}
