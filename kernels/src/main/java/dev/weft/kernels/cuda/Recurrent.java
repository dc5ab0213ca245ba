package dev.weft.kernels.cuda;

import dev.weft.tensor.Gating;
import dev.weft.tensor.Recurrence;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;
import java.util.Arrays;
import java.util.Locale;

/// Recurrent layers: one launch for each step, forward and backward, that makes the step's product
/// and its gates; two where the reset gate comes first. `recurrent.cu` and
/// `recurrent_grad.cu` say how.
final class Recurrent {
  /// A block's part of the layer and of the batch.
  private static final int UNITS = 8;

  private static final int ROWS = 32;

  /// Where the numbers of the steps stand among the forward arguments, behind the tensors.
  private static final int STEP = 8;

  private final CudaModule module;
  private final CudaModule gradients;

  Recurrent(CudaStream stream) {
    module = new CudaModule(stream, "recurrent");
    gradients = new CudaModule(stream, "recurrent_grad");
  }

  private static Grid grid(Recurrence run) {
    int blocks = Math.ceilDiv(run.units(), UNITS);
    return Grid.of(blocks, Grid.THREADS).by(Math.ceilDiv(run.rows(), ROWS));
  }

  void forward(Recurrence run) {
    String kind = run.w().packed() ? run.w().dtype().name().toLowerCase(Locale.ROOT) : "f32";
    Object[] arguments = arguments(run);
    for (int i = 0; i < run.steps(); i++) {
      arguments[STEP] = run.step(i);
      arguments[STEP + 1] = i == 0 ? -1 : run.step(i - 1);
      switch (run.gating()) {
        case TANH, RELU -> launch("plain_" + kind, run, arguments);
        case LSTM -> launch("lstm_" + kind, run, arguments);
        case GRU -> launch("gru_" + kind, run, arguments);
        case GRU_RESET_FIRST -> {
          launch("reset_" + kind, run, arguments);
          launch("new_" + kind, run, arguments);
        }
      }
    }
  }

  private void launch(String kernel, Recurrence run, Object... arguments) {
    module.launch("recurrent_" + kernel, grid(run), arguments);
  }

  /// What the forward kernels take; the steps are filled in later.
  private static Object[] arguments(Recurrence run) {
    Object[] tensors = {
      run.h(), run.c(), run.gates(), run.hidden(), run.bias(), run.h0(), run.c0(), run.mask()
    };
    Object[] weight = weight(run.w());
    Object[] all = Arrays.copyOf(tensors, STEP + 5 + weight.length);
    all[STEP + 2] = run.rows();
    all[STEP + 3] = run.units();
    all[STEP + 4] = run.gating() == Gating.RELU;
    System.arraycopy(weight, 0, all, STEP + 5, weight.length);
    return all;
  }

  /// A weight as the forward kernels of its kind take it.
  private static Object[] weight(Weight w) {
    if (!w.packed()) {
      return new Object[] {w.dense(), w.dense().stride(0), w.dense().stride(1)};
    }
    int width = w.layout().width();
    return switch (w.dtype()) {
      case F32 -> new Object[] {w.panels(), (long) width, 1L};
      case BF16, F16 -> new Object[] {w.panels(), width};
      case I8 -> new Object[] {w.panels(), w.scales(), width};
      case F64, I32, BOOL -> throw new IllegalStateException("cuda: no packs of " + w.dtype());
    };
  }

  void backward(Recurrence run, Tensor dh, Tensor dh0, Tensor dc0, Tensor dy, Tensor dcLast) {
    try (Scope _ = Scope.noGrad()) {
      Tensor dc = dc0;
      if (dc == null && run.gating().cells()) {
        dc = Tensor.empty(dh.device(), dh.dtype(), dh.shape().without(0));
      }
      Backward backward = new Backward(run, dh, dh0, dc, dy);
      for (int i = run.steps() - 1; i >= 0; i--) {
        Tensor dcIn = i == run.steps() - 1 ? dcLast : dc;
        switch (run.gating()) {
          case TANH, RELU -> backward.step("plain", i, dcIn);
          case LSTM -> backward.step("lstm", i, dcIn);
          case GRU -> backward.step("gru", i, dcIn);
          case GRU_RESET_FIRST -> {
            backward.step("reset", i, dcIn);
            backward.step("new", i, dcIn);
          }
        }
      }
      if (dh0 != null) {
        switch (run.gating()) {
          case TANH, RELU -> backward.step("plain", -1, dc);
          case LSTM -> backward.step("lstm", -1, dc);
          case GRU -> backward.step("gru", -1, dc);
          case GRU_RESET_FIRST -> backward.step("reset", -1, dc);
        }
      }
    }
  }

  /// The reverse of one run.
  private final class Backward {
    private final Recurrence run;
    private final Tensor dh;
    private final Tensor dh0;
    private final Tensor dc;
    private final Tensor dy;

    Backward(Recurrence run, Tensor dh, Tensor dh0, Tensor dc, Tensor dy) {
      this.run = run;
      this.dh = dh;
      this.dh0 = dh0;
      this.dc = dc;
      this.dy = dy;
    }

    /// The i-th step to run; −1 is the state before the first.
    void step(String kernel, int i, Tensor dcIn) {
      Tensor w = run.w().dense();
      gradients.launch(
          "recurrent_bwd_" + kernel + "_f32",
          grid(run),
          dh,
          dh0,
          dcIn,
          dc,
          dy,
          run.gates(),
          run.hidden(),
          run.h(),
          run.c(),
          run.h0(),
          run.c0(),
          run.mask(),
          i < 0 ? -1 : run.step(i),
          i <= 0 ? -1 : run.step(i - 1),
          i == run.steps() - 1 ? -1 : run.step(i + 1),
          run.rows(),
          run.units(),
          run.gating() == Gating.RELU,
          w,
          w.stride(0),
          w.stride(1));
    }
  }
}
