package dev.weft.kernels.cpu;

import dev.weft.tensor.Activation;
import dev.weft.tensor.Device;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;

/// `linear`: a product with a packed or a dense weight, finished by bias, activation and residual
/// while C is in the first cache.
final class Linear {
  private final Team team;

  Linear(Team team) {
    this.team = team;
  }

  void linear(Tensor y, Tensor x, Weight w, Tensor bias, Activation activation, Tensor residual) {
    Device device = y.device();
    int rows = Math.toIntExact(x.shape().rows());
    if (w.packed()) {
      run(device, y, x, rows, Panels.of(w), bias, activation, residual);
      return;
    }
    Matrices dense = new Matrices(w.dense());
    if (Panels.late(rows)) {
      Panels panels = Panels.dense(dense.address(0), dense.row, dense.step, w.in(), w.out());
      run(device, y, x, rows, panels, bias, activation, residual);
      return;
    }
    try (Scratch scratch = new Scratch(device, Panels.bytes(w.in(), w.out()))) {
      Panels panels =
          Panels.pack(
              team, scratch.address, dense.address(0), dense.row, dense.step, w.in(), w.out());
      run(device, y, x, rows, panels, bias, activation, residual);
    }
  }

  private void run(
      Device device,
      Tensor y,
      Tensor x,
      int rows,
      Panels panels,
      Tensor bias,
      Activation activation,
      Tensor residual) {
    try (Rows xs = new Rows(device, x);
        Rows ys = new Rows(device, y);
        Rows added = new Rows(device, residual)) {
      long biases = bias == null ? 0 : bias.address();
      Epilogue epilogue = new Epilogue(biases, activation, added.address, added.stride);
      new Product(
              rows,
              xs.address,
              xs.stride,
              Float.BYTES,
              panels,
              ys.address,
              ys.stride,
              false,
              epilogue)
          .run(device, team);
    }
  }
}
