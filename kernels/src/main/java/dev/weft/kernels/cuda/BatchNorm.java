package dev.weft.kernels.cuda;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;

/// Batch norm over rows: two launches each way, one at inference.
final class BatchNorm {
  private final CudaModule module;

  BatchNorm(CudaStream stream) {
    module = new CudaModule(stream, "batchnorm");
  }

  void batchNorm(
      Tensor y,
      Tensor stats,
      Tensor running,
      Tensor x,
      Tensor w,
      Tensor b,
      double momentum,
      double eps) {
    long rows = x.shape().rows();
    int n = x.shape().last();
    Columns columns = Columns.of(rows, n);
    long per = columns.per();
    Grid grid = columns.grid();
    try (Scope _ = Scope.noGrad()) {
      Tensor parts = columns.scratch(x, n);
      module.launch("batchnorm_moments_f32", grid, parts, x, Rows.step(x), rows, per, n);
      module.launch(
          "batchnorm_fwd_f32",
          grid,
          y,
          stats,
          running,
          parts,
          x,
          w,
          b,
          Rows.step(y),
          Rows.step(stats),
          running == null ? 0L : Rows.step(running),
          Rows.step(x),
          rows,
          per,
          n,
          (float) (1.0 / rows),
          (float) (1.0 / (rows - 1)),
          (float) momentum,
          (float) eps);
    }
  }

  void batchNormInference(Tensor y, Tensor running, Tensor x, Tensor w, Tensor b, double eps) {
    long rows = x.shape().rows();
    int n = x.shape().last();
    Columns columns = Columns.of(rows, n);
    module.launch(
        "batchnorm_inference_f32",
        columns.grid(),
        y,
        running,
        x,
        w,
        b,
        Rows.step(y),
        Rows.step(running),
        Rows.step(x),
        rows,
        columns.per(),
        n,
        (float) eps);
  }

  void batchNormGrad(Grad dx, Grad dw, Grad db, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    long rows = x.shape().rows();
    int n = x.shape().last();
    Columns columns = Columns.of(rows, n);
    long per = columns.per();
    long dyStep = Rows.step(dy);
    long xStep = Rows.step(x);
    long statsStep = Rows.step(stats);
    try (Scope _ = Scope.noGrad()) {
      Tensor parts = columns.scratch(x, n);
      module.launch(
          "batchnorm_bwd_sums_f32",
          columns.grid(),
          parts,
          dy,
          x,
          stats,
          dyStep,
          xStep,
          statsStep,
          rows,
          per,
          n);
      module.launch(
          "batchnorm_bwd_f32",
          dx == null ? columns.onePart() : columns.grid(),
          dx,
          dw,
          db,
          parts,
          dy,
          x,
          w,
          stats,
          dx == null ? 0L : Rows.step(dx),
          dyStep,
          xStep,
          statsStep,
          rows,
          per,
          n,
          columns.parts(),
          (float) (1.0 / rows),
          dx != null && dx.accumulate(),
          dw != null && dw.accumulate(),
          db != null && db.accumulate());
    }
  }
}
