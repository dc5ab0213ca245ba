package dev.weft.kernels.cpu;

import dev.weft.kernels.Axes;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;

/// Walks tensors of one shape together, the output first, and hands a kernel contiguous pieces
/// whose length is a multiple of [#STEP]. Strides, expanded axes, ragged ends and
/// accumulation are dealt with here: what is not contiguous passes through a piece of scratch
/// memory that stays in the first-level cache.
final class Walk {
  /// A loop over `n` elements of each operand; `at` holds their addresses, the output's first.
  interface Kernel {
    void run(long[] at, int n);
  }

  /// Lengths of pieces are multiples of this, the widest vector, at every width.
  static final int STEP = 16;

  /// Elements of a piece.
  static final int PIECE = 2048;

  /// Elements that a thread takes at least: below, waking another one costs more than it saves.
  static final int GRAIN = 16_384;

  private static final int SLOT =
      PIECE * Long.BYTES + 192; // not a multiple of 4,096, whose addresses collide

  private final Tensor y;
  private final boolean accumulate;
  private final int operands;
  private final int[] size; // bytes of an element
  private final long[] base;
  private final int axes; // after merging; the last is the innermost
  private final int[] dims;
  private final long[][] strides; // operand, axis; in bytes
  private boolean staged;

  Walk(Tensor y, Tensor... inputs) {
    this(Grad.into(y), inputs);
  }

  Walk(Grad grad, Tensor... inputs) {
    y = grad.tensor();
    accumulate = grad.accumulate();
    operands = 1 + inputs.length;
    size = new int[operands];
    base = new long[operands];
    Tensor[] tensors = new Tensor[operands];
    tensors[0] = y;
    System.arraycopy(inputs, 0, tensors, 1, inputs.length);
    Axes merged = new Axes(tensors);
    axes = merged.count();
    dims = new int[axes];
    strides = new long[operands][axes];
    for (int i = 0; i < axes; i++) {
      dims[i] = merged.dim(i);
    }
    for (int k = 0; k < operands; k++) {
      size[k] = tensors[k].dtype().bytes();
      base[k] = tensors[k].address();
      for (int i = 0; i < axes; i++) {
        strides[k][i] = merged.stride(k, i) * size[k];
      }
    }
    staged = accumulate;
    for (int k = 0; k < operands; k++) {
      staged |= strides[k][axes - 1] != size[k];
    }
  }

  /// Runs the kernel over everything.
  void run(Team team, Kernel kernel) {
    int n = dims[axes - 1];
    long elements = y.size();
    if (elements == 0) {
      return;
    }
    long pieces = elements / n * Math.ceilDiv(n, PIECE);
    team.split(pieces, GRAIN / Math.min(n, PIECE), (from, to) -> slice(from, to, kernel));
  }

  private void slice(long from, long to, Kernel kernel) {
    if (staged || dims[axes - 1] % STEP != 0) {
      try (Scratch scratch = new Scratch(y.device(), (long) SLOT * operands)) {
        slice(from, to, kernel, scratch.address);
      }
    } else {
      slice(from, to, kernel, 0);
    }
  }

  private void slice(long from, long to, Kernel kernel, long scratch) {
    int inner = axes - 1;
    int n = dims[inner];
    int perRow = Math.ceilDiv(n, PIECE);
    if (scratch == 0 && perRow == 1) {
      Odometer row = new Odometer(from);
      for (long i = from; i < to; i++) {
        kernel.run(row.at, n);
        row.next();
      }
      return;
    }
    Odometer row = new Odometer(from / perRow);
    Piece piece = new Piece(kernel, scratch);
    int column = (int) (from % perRow);
    for (long i = from; i < to; i++) {
      int at = column * PIECE;
      int length = Math.min(PIECE, n - at);
      int bulk = length & -STEP;
      if (bulk > 0) {
        piece.run(row.at, at, bulk, false);
      }
      if (bulk < length) {
        piece.run(row.at, at + bulk, length - bulk, true);
      }
      if (++column == perRow) {
        column = 0;
        row.next();
      }
    }
  }

  /// Counts through the outer axes and keeps each operand's address.
  private final class Odometer {
    final long[] at = base.clone();
    private final int[] index = new int[axes];

    Odometer(long row) {
      for (int axis = axes - 2; axis >= 0; axis--) {
        index[axis] = (int) (row % dims[axis]);
        row /= dims[axis];
        for (int k = 0; k < operands; k++) {
          at[k] += index[axis] * strides[k][axis];
        }
      }
    }

    void next() {
      for (int axis = axes - 2; axis >= 0; axis--) {
        boolean carry = ++index[axis] == dims[axis];
        for (int k = 0; k < operands; k++) {
          at[k] += carry ? -strides[k][axis] * (dims[axis] - 1) : strides[k][axis];
        }
        if (!carry) {
          return;
        }
        index[axis] = 0;
      }
    }
  }

  /// One call of the kernel, with what has to pass through scratch memory before and after.
  private final class Piece {
    private final Kernel kernel;
    private final long scratch;
    private final long[] at = new long[operands];
    private final long[] spread =
        new long[operands]; // the expanded value that fills a slot already
    private final int[] spreadLength = new int[operands];

    Piece(Kernel kernel, long scratch) {
      this.kernel = kernel;
      this.scratch = scratch;
    }

    void run(long[] row, int column, int n, boolean ragged) {
      for (int k = 1; k < operands; k++) {
        long stride = strides[k][axes - 1];
        at[k] = row[k] + column * stride;
        if (ragged || stride != size[k]) {
          stage(k, stride, n);
        }
      }
      long stride = strides[0][axes - 1];
      long target = row[0] + column * stride;
      if (ragged || staged && (accumulate || stride != size[0])) {
        at[0] = scratch;
        kernel.run(at, n + STEP - 1 & -STEP);
        if (accumulate) {
          Strided.add(target, stride, scratch, n);
        } else {
          Strided.scatter(size[0], target, stride, scratch, n);
        }
      } else {
        at[0] = target;
        kernel.run(at, n);
      }
    }

    private void stage(int k, long stride, int n) {
      long slot = scratch + (long) k * SLOT;
      if (stride != 0 || spread[k] != at[k] || spreadLength[k] < n) {
        Strided.gather(size[k], slot, at[k], stride, n);
        spread[k] = stride == 0 ? at[k] : 0;
        spreadLength[k] = n;
      }
      at[k] = slot;
    }
  }
}
