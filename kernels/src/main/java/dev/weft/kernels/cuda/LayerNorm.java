package dev.weft.kernels.cuda;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;

/// Layer norm and RMS norm: forward one launch, the gradient of x one, those of gain and bias one,
/// or two where the rows are many.
final class LayerNorm {
  private static final int WARP = 32;

  private final CudaModule module;

  LayerNorm(CudaStream stream) {
    module = new CudaModule(stream, "norms");
  }

  private static float share(int n) {
    return (float) (1.0 / n);
  }

  void layerNorm(Tensor y, Tensor stats, Tensor x, Tensor w, Tensor b, double eps) {
    long rows = x.shape().rows();
    int n = x.shape().last();
    module.launch(
        "layernorm_fwd_f32",
        Rows.grid(rows, n),
        y,
        stats,
        x,
        w,
        b,
        Rows.step(y),
        Rows.step(stats),
        Rows.step(x),
        rows,
        n,
        share(n),
        (float) eps);
  }

  void rmsNorm(Tensor y, Tensor stats, Tensor x, Tensor w, double eps) {
    long rows = x.shape().rows();
    int n = x.shape().last();
    module.launch(
        "rmsnorm_fwd_f32",
        Rows.grid(rows, n),
        y,
        stats,
        x,
        w,
        Rows.step(y),
        Rows.step(x),
        rows,
        n,
        share(n),
        (float) eps);
  }

  void layerNormGrad(Grad dx, Grad dw, Grad db, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    gradients("layernorm", dx, dw, db, dy, x, w, stats, Rows.step(stats));
  }

  void rmsNormGrad(Grad dx, Grad dw, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    gradients("rmsnorm", dx, dw, null, dy, x, w, stats, 1);
  }

  private void gradients(
      String norm,
      Grad dx,
      Grad dw,
      Grad db,
      Tensor dy,
      Tensor x,
      Tensor w,
      Tensor stats,
      long statsStep) {
    long rows = x.shape().rows();
    int n = x.shape().last();
    if (dx != null) {
      module.launch(
          norm + "_bwd_f32",
          Rows.grid(rows, n),
          dx,
          dy,
          x,
          w,
          stats,
          Rows.step(dx),
          Rows.step(dy),
          Rows.step(x),
          statsStep,
          rows,
          n,
          share(n),
          dx.accumulate());
    }
    if (dw != null || db != null) {
      weights(norm + "_weights_bwd_f32", dw, db, dy, x, stats, statsStep);
    }
  }

  private void weights(
      String kernel, Grad dw, Grad db, Tensor dy, Tensor x, Tensor stats, long statsStep) {
    long rows = x.shape().rows();
    int n = x.shape().last();
    boolean addToGain = dw != null && dw.accumulate();
    boolean addToBias = db != null && db.accumulate();
    Columns columns = Columns.of(rows, n);
    try (Scope _ = Scope.noGrad()) {
      Tensor parts = columns.parts() > 1 ? columns.scratch(x, n) : null;
      module.launch(
          kernel,
          columns.grid(),
          dw,
          db,
          parts,
          dy,
          x,
          stats,
          Rows.step(dy),
          Rows.step(x),
          statsStep,
          rows,
          columns.per(),
          n,
          addToGain,
          addToBias);
      if (parts != null) {
        Grid grid = Grid.of(columns.blocks(), WARP).by(2);
        module.launch(
            "join_parts_f32", grid, dw, db, parts, columns.parts(), n, addToGain, addToBias);
      }
    }
  }
}
