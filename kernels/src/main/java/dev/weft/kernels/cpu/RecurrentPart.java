package dev.weft.kernels.cpu;

import dev.weft.tensor.Device;
import dev.weft.tensor.Recurrence;
import dev.weft.tensor.Tensor;

/// A run of rows of a [Recurrence]: where their data stand, and the products of a step. The loops
/// of a step take whole vectors of units; where the units are no multiple of that, rows are staged
/// in scratch memory.
abstract class RecurrentPart implements AutoCloseable {
  static final int SLOTS = 8;

  final Recurrence run;
  final int units;
  final int whole; // units, rounded up to whole vectors
  final int rows;
  private final int firstRow;
  private final int gatesWidth;
  private final Device device;
  private final Team team; // for the products; null: this thread alone
  private final long hAddress;
  private final long cAddress;
  private final long gatesAddress;
  private final long hiddenAddress;
  private final long maskAddress;
  private final Scratch scratch;
  private final long zeros; // a row of units
  private final long stage;

  /// Bytes of further scratch memory follow the stage.
  RecurrentPart(Recurrence run, int firstRow, int rows, Device device, Team team, long more) {
    this.run = run;
    this.firstRow = firstRow;
    this.rows = rows;
    this.device = device;
    this.team = team;
    units = run.units();
    whole = (units + Vectors.LANES - 1) & -Vectors.LANES;
    gatesWidth = run.gating().blocks() * units;
    hAddress = run.h().address();
    cAddress = run.c() == null ? 0 : run.c().address();
    gatesAddress = run.gates().address();
    hiddenAddress = run.hidden() == null ? 0 : run.hidden().address();
    maskAddress = run.mask() == null ? 0 : run.mask().address();
    long row = 4L * whole;
    scratch = new Scratch(device, (SLOTS + 1) * row + more);
    zeros = scratch.address;
    Native.zero(zeros, row);
    stage = zeros + row;
  }

  /// Address of the further scratch memory.
  final long more() {
    return stage + SLOTS * 4L * whole;
  }

  @Override
  public final void close() {
    scratch.close();
  }

  private long row(int t, int r) {
    return (long) t * run.rows() + firstRow + r;
  }

  /// Of (T, B, H).
  final long at(long base, int t, int r) {
    return base + row(t, r) * units * 4;
  }

  /// Of (B, H).
  final long at(long base, int r) {
    return base + (firstRow + (long) r) * units * 4;
  }

  final long h(int t, int r) {
    return at(hAddress, t, r);
  }

  final long c(int t, int r) {
    return at(cAddress, t, r);
  }

  final long hidden(int t, int r) {
    return at(hiddenAddress, t, r);
  }

  /// A block of gates of a row.
  final long gates(int t, int r, int block) {
    return gatesAddress + (row(t, r) * gatesWidth + (long) block * units) * 4;
  }

  final long gatesStride() {
    return 4L * gatesWidth;
  }

  final long stride() {
    return 4L * units;
  }

  /// The state before the i-th step.
  final long before(int i, int r) {
    return i > 0 ? h(run.step(i - 1), r) : first(run.h0(), r);
  }

  /// The cell state before the i-th step.
  final long cellBefore(int i, int r) {
    return i > 0 ? c(run.step(i - 1), r) : first(run.c0(), r);
  }

  private long first(Tensor state, int r) {
    return state == null ? zeros : at(state.address(), r);
  }

  /// Bytes between the rows of the states before the i-th step.
  final long beforeStride(int i) {
    return i == 0 && run.h0() == null ? 0 : stride();
  }

  final boolean masked(int t, int r) {
    return maskAddress != 0 && Vectors.ALL.get(Strided.BYTE, maskAddress + row(t, r)) == 0;
  }

  final boolean allMasked(int t) {
    for (int r = 0; r < rows; r++) {
      if (!masked(t, r)) {
        return false;
      }
    }
    return true;
  }

  // ---- rows of units in whole vectors -----------------------------------------------------------

  /// Where a loop may read a row: there, or a staged copy.
  final long in(int slot, long address) {
    if (units == whole) {
      return address;
    }
    Strided.copy(out(slot, address), address, stride());
    return out(slot, address);
  }

  /// Where a loop may write a row: [#back] brings it home.
  final long out(int slot, long address) {
    return units == whole ? address : stage + slot * 4L * whole;
  }

  final void back(int slot, long address) {
    if (units != whole) {
      Strided.copy(address, out(slot, address), stride());
    }
  }

  // ---- products ---------------------------------------------------------------------------------

  /// c = a · panels from panel `from` on, or c goes on from what it holds.
  final void product(
      long a,
      long aRow,
      Panels panels,
      int from,
      long c,
      long cRow,
      boolean on,
      Epilogue epilogue) {
    Product product = new Product(rows, a, aRow, Float.BYTES, panels, c, cRow, on, epilogue);
    if (team == null) {
      new ProductPart(product, 0, rows, false, device).run(from, panels.count());
    } else {
      product.run(device, team);
    }
  }
}
