package dev.weft.kernels.cpu;

import dev.weft.tensor.Activation;
import dev.weft.tensor.Device;
import dev.weft.tensor.Recurrence;

/// The steps of some rows, first to last.
final class RecurrentForward extends RecurrentPart {
  private final Panels w;
  private final Epilogue epilogue; // adds the bias
  private final long pStride; // of the products of a step, whole panels

  RecurrentForward(Recurrence run, Panels w, int firstRow, int rows, Device device, Team team) {
    super(run, firstRow, rows, device, team, rows * pStride(w) + Vectors.BYTES);
    this.w = w;
    epilogue =
        run.bias() == null
            ? Epilogue.NONE
            : new Epilogue(run.bias().address(), Activation.NONE, 0, 0);
    this.pStride = pStride(w);
  }

  private static long pStride(Panels w) {
    return (long) w.count() * Panels.ROW_BYTES;
  }

  void run() {
    for (int i = 0; i < run.steps(); i++) {
      int t = run.step(i);
      if (!allMasked(t)) {
        product(before(i, 0), beforeStride(i), w, 0, more(), pStride, false, epilogue);
      }
      for (int r = 0; r < rows; r++) {
        if (masked(t, r)) {
          carry(i, t, r);
        } else {
          step(i, t, r);
        }
      }
      switch (run.gating()) {
        case GRU_RESET_FIRST -> candidates(i, t);
        case TANH, RELU, LSTM, GRU -> {}
      }
    }
  }

  private void carry(int i, int t, int r) {
    Strided.copy(h(t, r), before(i, r), stride());
    if (run.c() != null) {
      Strided.copy(c(t, r), cellBefore(i, r), stride());
    }
    if (run.hidden() != null) {
      Strided.zero(hidden(t, r), units, false);
    }
  }

  private void step(int i, int t, int r) {
    long p = more() + r * pStride;
    switch (run.gating()) {
      case TANH -> {
        RecurrentLoops.tanh(out(1, h(t, r)), in(0, gates(t, r, 0)), p, whole);
        back(1, h(t, r));
      }
      case RELU -> {
        RecurrentLoops.relu(out(1, h(t, r)), in(0, gates(t, r, 0)), p, whole);
        back(1, h(t, r));
      }
      case LSTM -> lstm(i, t, r, p);
      case GRU -> {
        sigmoid(t, r, 0, p);
        sigmoid(t, r, 1, p);
        long x = in(2, gates(t, r, 2));
        long product = p + 2L * units * 4;
        Strided.copy(hidden(t, r), product, stride());
        RecurrentLoops.resetTanh(x, x, in(0, gates(t, r, 0)), product, whole);
        back(2, gates(t, r, 2));
        state(i, t, r);
      }
      case GRU_RESET_FIRST -> {
        sigmoid(t, r, 0, p);
        sigmoid(t, r, 1, p);
        long h = in(3, before(i, r));
        RecurrentLoops.multiply(out(4, hidden(t, r)), out(0, gates(t, r, 0)), h, whole);
        back(4, hidden(t, r));
      }
    }
  }

  /// A block of gates becomes its sigmoid.
  private void sigmoid(int t, int r, int block, long p) {
    long x = in(block, gates(t, r, block));
    RecurrentLoops.sigmoid(x, x, p + (long) block * units * 4, whole);
    back(block, gates(t, r, block));
  }

  private void lstm(int i, int t, int r, long p) {
    sigmoid(t, r, 0, p);
    sigmoid(t, r, 1, p);
    long g = in(2, gates(t, r, 2));
    RecurrentLoops.tanh(g, g, p + 2L * units * 4, whole);
    back(2, gates(t, r, 2));
    sigmoid(t, r, 3, p);
    long h = h(t, r);
    long c = c(t, r);
    RecurrentLoops.lstm(
        out(4, h),
        out(5, c),
        in(6, cellBefore(i, r)),
        out(0, gates(t, r, 0)),
        out(1, gates(t, r, 1)),
        g,
        out(3, gates(t, r, 3)),
        whole);
    back(4, h);
    back(5, c);
  }

  /// h of a GRU, whose gates are done.
  private void state(int i, int t, int r) {
    RecurrentLoops.gru(
        out(4, h(t, r)), in(3, before(i, r)), in(1, gates(t, r, 1)), in(2, gates(t, r, 2)), whole);
    back(4, h(t, r));
  }

  /// The second half of a step whose reset gate comes first.
  private void candidates(int i, int t) {
    if (allMasked(t)) {
      return;
    }
    int from = 2 * units / Panels.WIDTH; // the panels of n, the first of which z may share
    product(hidden(t, 0), stride(), w, from, more(), pStride, false, epilogue);
    for (int r = 0; r < rows; r++) {
      if (!masked(t, r)) {
        long x = in(2, gates(t, r, 2));
        RecurrentLoops.tanh(x, x, more() + r * pStride + 2L * units * 4, whole);
        back(2, gates(t, r, 2));
        state(i, t, r);
      }
    }
  }
}
