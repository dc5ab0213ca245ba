package dev.weft.kernels.cpu;

import dev.weft.tensor.Device;
import dev.weft.tensor.Recurrence;
import dev.weft.tensor.Tensor;

/// The steps of some rows, last to first.
final class RecurrentBackward extends RecurrentPart {
  /// The tensors of a reverse run; the last three may be absent.
  record Gradients(Tensor dh, Tensor dy, Tensor dh0, Tensor dc0, Tensor dcLast) {}

  private final Panels w; // wᵀ, (blocks · H, H); for GRU of r and z only
  private final Panels wn; // wᵀ of n, for GRU
  private final Gradients gradients;
  private final long dh;
  private final long dy;
  private final long dc; // rows of whole vectors
  private final long dq; // rows of whole panels
  private final long spare; // rows of whole vectors

  RecurrentBackward(
      Recurrence run,
      Panels w,
      Panels wn,
      Gradients gradients,
      int firstRow,
      int rows,
      Device device,
      Team team) {
    super(
        run,
        firstRow,
        rows,
        device,
        team,
        rows * (2 * wholeBytes(run) + dqStride(w)) + Vectors.BYTES);
    this.w = w;
    this.wn = wn;
    this.gradients = gradients;
    dh = gradients.dh.address();
    dy = gradients.dy.address();
    dc = more();
    spare = dc + rows * wholeBytes(run);
    dq = spare + rows * wholeBytes(run);
  }

  private static long wholeBytes(Recurrence run) {
    return 4L * ((run.units() + Vectors.LANES - 1) & -Vectors.LANES);
  }

  private static long dqStride(Panels w) {
    return (long) w.count() * Panels.ROW_BYTES;
  }

  void run() {
    long row = stride();
    for (int r = 0; r < rows; r++) {
      if (gradients.dcLast == null) {
        Native.zero(dc(r), row);
      } else {
        Strided.copy(dc(r), at(gradients.dcLast.address(), r), row);
      }
    }
    int last = run.step(run.steps() - 1);
    Strided.copy(at(dh, last, 0), at(dy, last, 0), rows * row);
    for (int i = run.steps() - 1; i > 0; i--) {
      int before = run.step(i - 1);
      step(i, at(dh, before, 0), at(dy, before, 0), true);
    }
    boolean wanted = gradients.dh0 != null;
    step(0, wanted ? at(gradients.dh0.address(), 0) : spare, 0, wanted);
    for (int r = 0; gradients.dc0 != null && r < rows; r++) {
      Strided.copy(at(gradients.dc0.address(), r), dc(r), row);
    }
  }

  private long dc(int r) {
    return dc + r * 4L * whole;
  }

  /// The gradients of a step's gates, then of the state before it: rows at `target`, from dy rows
  /// at `given` (0: from zeros). `wanted` false: the gates are enough.
  private void step(int i, long target, long given, boolean wanted) {
    int t = run.step(i);
    start(target, given, rows);
    for (int r = 0; r < rows; r++) {
      if (masked(t, r)) {
        clear(t, r);
      } else {
        gates(i, t, r, target + r * stride());
      }
    }
    boolean products = !allMasked(t);
    switch (run.gating()) {
      case GRU_RESET_FIRST -> {
        if (products) {
          resets(i, t, target);
        }
      }
      case TANH, RELU, LSTM, GRU -> {}
    }
    if (wanted && products) {
      product(gates(t, 0, 0), gatesStride(), w, 0, target, stride(), true, Epilogue.NONE);
      switch (run.gating()) {
        case GRU -> product(hidden(t, 0), stride(), wn, 0, target, stride(), true, Epilogue.NONE);
        case TANH, RELU, LSTM, GRU_RESET_FIRST -> {}
      }
    }
    for (int r = 0; r < rows; r++) {
      if (masked(t, r)) {
        long at = r * stride();
        start(target + at, given == 0 ? 0 : given + at, 1);
        Strided.add(target + at, at(dh, t, r), units);
      }
    }
  }

  private void start(long target, long given, int count) {
    if (given == 0) {
      Native.zero(target, count * stride());
    } else {
      Strided.copy(target, given, count * stride());
    }
  }

  private void clear(int t, int r) {
    Native.zero(gates(t, r, 0), gatesStride());
    switch (run.gating()) {
      case GRU -> Native.zero(hidden(t, r), stride());
      case TANH, RELU, LSTM, GRU_RESET_FIRST -> {}
    }
  }

  /// A row's gates become their gradients; for GRU_RESET_FIRST all but r, which waits for dq. `sum`
  /// is where GRU adds the state's direct share.
  private void gates(int i, int t, int r, long sum) {
    long e = in(4, at(dh, t, r));
    long gate = gates(t, r, 0);
    switch (run.gating()) {
      case TANH -> {
        RecurrentLoops.tanhGrad(out(0, gate), e, in(6, h(t, r)), whole);
        back(0, gate);
      }
      case RELU -> {
        RecurrentLoops.reluGrad(out(0, gate), e, in(6, h(t, r)), whole);
        back(0, gate);
      }
      case LSTM -> lstm(i, t, r, e);
      case GRU -> {
        gru(i, t, r, e, sum);
        long p = in(7, hidden(t, r));
        RecurrentLoops.gruReset(in(0, gate), p, out(2, gates(t, r, 2)), whole);
        back(0, gate);
        back(7, hidden(t, r));
      }
      case GRU_RESET_FIRST -> gru(i, t, r, e, sum);
    }
  }

  private void lstm(int i, int t, int r, long e) {
    long input = in(0, gates(t, r, 0));
    long forget = in(1, gates(t, r, 1));
    long candidate = in(2, gates(t, r, 2));
    long output = in(3, gates(t, r, 3));
    RecurrentLoops.tanh(spare, in(6, c(t, r)), whole);
    RecurrentLoops.lstmOut(output, dc(r), spare, e, whole);
    RecurrentLoops.lstmGates(input, forget, candidate, dc(r), in(6, cellBefore(i, r)), whole);
    for (int block = 0; block < 4; block++) {
      back(block, gates(t, r, block));
    }
  }

  private void gru(int i, int t, int r, long e, long sum) {
    long z = gates(t, r, 1);
    long n = gates(t, r, 2);
    long total = in(5, sum);
    RecurrentLoops.gruGrad(in(1, z), in(2, n), in(6, before(i, r)), e, total, whole);
    back(1, z);
    back(2, n);
    back(5, sum);
  }

  /// The reset gates of GRU_RESET_FIRST: dq is what comes back through the product for n.
  private void resets(int i, int t, long target) {
    product(gates(t, 0, 2), gatesStride(), wn, 0, dq, dqStride(wn), false, Epilogue.NONE);
    for (int r = 0; r < rows; r++) {
      if (!masked(t, r)) {
        long gate = gates(t, r, 0);
        long sum = target + r * stride();
        long total = in(5, sum);
        long q = dq + r * dqStride(wn);
        RecurrentLoops.gruResetFirst(in(0, gate), q, in(6, before(i, r)), total, whole);
        back(0, gate);
        back(5, sum);
      }
    }
  }
}
