package dev.weft.tensor;

/// What a product multiplies by: a matrix of `in` rows and `out` columns, either dense (a tensor
/// view, any strides) or packed for reading at memory speed.
///
/// A pack lies in panels of columns, k-major, as F32, BF16, F16 or I8, in the [Layout] that its
/// device reads best; [#index] says where element (k, n) stands. Columns past `out` are zero.
///
/// An I8 pack has one F32 scale per column and group of [#GROUP] k: symmetric, scale = max |w| /
/// 127, value = round to even of w / scale; [#scaleIndex] says where it stands. A pack made of a
/// parameter remembers its version and refuses to be used after the parameter changed.
public final class Weight {
  /// Columns of a panel on host devices.
  public static final int PANEL = 48;

  /// k that share one scale in an I8 pack.
  public static final int GROUP = 128;

  private final int in;
  private final int out;
  private final DType dtype;
  private final Layout layout; // of a pack
  private final Tensor dense;
  private final Tensor panels;
  private final Tensor scales;
  private final Tensor source; // what a pack was made of, if that lies in a set of parameters
  private final long version;

  private Weight(
      int in,
      int out,
      DType dtype,
      Layout layout,
      Tensor dense,
      Tensor panels,
      Tensor scales,
      Tensor source) {
    this.in = in;
    this.out = out;
    this.dtype = dtype;
    this.layout = layout;
    this.dense = dense;
    this.panels = panels;
    this.scales = scales;
    this.source = source;
    this.version = source == null ? 0 : source.block().parameters.version(source);
  }

  /// The matrix (in, out) as it is.
  public static Weight dense(Tensor matrix) {
    matrix.shape().requireRank(2, "weight", "the matrix");
    return new Weight(matrix.dim(0), matrix.dim(1), matrix.dtype(), null, matrix, null, null, null);
  }

  /// Packs the matrix (in, out), any strides, F32, as F32, BF16, I8, or, where the device has
  /// such packs (GPUs, the reference device), F16; `owner` holds the pack.
  public static Weight pack(Tensor matrix, DType dtype, Owner owner) {
    matrix.shape().requireRank(2, "weight", "the matrix");
    if (matrix.dtype() != DType.F32) {
      throw new IllegalArgumentException(
          "weight: packs are made of F32 but the matrix is " + matrix.dtype());
    }
    Tensor source = matrix.block().parameters == null ? null : matrix;
    Weight weight = emptyPack(matrix.device(), matrix.dim(0), matrix.dim(1), dtype, owner, source);
    matrix.kernels().pack(weight, matrix);
    return weight;
  }

  private static Weight emptyPack(
      Device device, int in, int out, DType dtype, Owner owner, Tensor source) {
    boolean half = dtype == DType.BF16 || dtype == DType.F16;
    if (dtype != DType.F32 && !half && dtype != DType.I8) {
      throw new IllegalArgumentException("weight: packs are F32, BF16, F16 or I8, not " + dtype);
    }
    Layout layout = device.kernels().packLayout(out, dtype);
    int width = layout.width;
    int count = Math.ceilDiv(out, width);
    Tensor panels = owner.empty(device, dtype, Shape.of(count, layout.depth(in), width));
    Tensor scales =
        dtype == DType.I8
            ? owner.empty(device, DType.F32, Shape.of(count, Math.ceilDiv(in, GROUP), width))
            : null;
    return new Weight(in, out, dtype, layout, null, panels, scales, source);
  }

  /// Rows: the length of what it multiplies.
  public int in() {
    return in;
  }

  /// Columns: the length of the result.
  public int out() {
    return out;
  }

  /// F32 (or F64, dense), BF16, F16 or I8.
  public DType dtype() {
    return dtype;
  }

  /// Whether it is packed.
  public boolean packed() {
    return panels != null;
  }

  /// The matrix (in, out) of a dense weight; null when packed.
  public Tensor dense() {
    return dense;
  }

  /// The panels (panels, depth, width) of a packed weight; null when dense.
  public Tensor panels() {
    return panels;
  }

  /// How a pack lies in memory; null for a dense weight.
  public Layout layout() {
    return layout;
  }

  /// Where element (k, n) of a pack stands in [#panels], counted in elements.
  public long index(int k, int n) {
    int width = layout.width;
    int together = layout.together;
    long panel = (long) (n / width) * layout.depth(in) * width;
    return panel + ((long) (k / together) * width + n % width) * together + k % together;
  }

  /// Where the scale of element (k, n) of an I8 pack stands in [#scales], counted in elements.
  public long scaleIndex(int k, int n) {
    int groups = Math.ceilDiv(in, GROUP);
    int width = layout.width;
    return ((long) (n / width) * groups + k / GROUP) * width + n % width;
  }

  /// The scales (panels, groups, width) of an I8 pack, else null.
  public Tensor scales() {
    return scales;
  }

  /// The device that holds it.
  public Device device() {
    return (dense != null ? dense : panels).device();
  }

  /// Bytes of a pack, scales included, or of the dense elements.
  public long bytes() {
    if (dense != null) {
      return dense.size() * dtype.bytes();
    }
    return panels.size() * dtype.bytes() + (scales == null ? 0 : scales.size() * 4);
  }

  /// Throws when the parameters that the pack was made of have changed since, or when a tape would
  /// record what becomes of them: a pack passes no gradient on to them.
  public void requireFresh(String op) {
    if (source == null) {
      return;
    }
    if (source.tracked() && Scope.recorder() != null) {
      throw new IllegalStateException(
          op
              + ": a packed weight has no gradient; pass the dense matrix, or open"
              + " Scope.noGrad()");
    }
    long now = source.block().parameters.version(source);
    if (now != version) {
      throw new IllegalStateException(
          op
              + ": the pack was made of version "
              + version
              + " of the parameters but they are at "
              + now
              + "; pack again");
    }
  }

  /// `(in, out)` for error texts.
  public Shape shape() {
    return Shape.of(in, out);
  }

  /// How a pack lies in memory.
  ///
  /// @param width columns of a panel
  /// @param together how many k stand side by side in each column, so that a 32-bit lane holds
  ///     several narrow ones, the first in its low bits; `in` is rounded up to a multiple, zeros
  ///     behind it
  public record Layout(int width, int together) {
    /// What host devices read: panels of [#PANEL] columns; BF16 in pairs, which a shift and a mask
    /// widen.
    public static Layout host(DType dtype) {
      return new Layout(PANEL, dtype == DType.BF16 ? 2 : 1);
    }

    /// k of a panel: `in`, rounded up.
    public int depth(int in) {
      return Math.ceilDiv(in, together) * together;
    }
  }
}
