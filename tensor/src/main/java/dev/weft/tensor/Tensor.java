package dev.weft.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// A view (shape, strides, offset, element type) of a block of device memory. It holds no
/// arithmetic: the fluent calls lead to [Ops]. A tensor is usable until the owner of its memory
/// closes.
public final class Tensor {
  private final Block block;
  private final DType dtype;
  private final Shape shape;
  private final long[] strides; // in elements
  private final long offset; // in elements, from the start of the block

  private final Tensor root; // the tensor whose block this is a view of; itself unless a view
  private boolean tracked;
  private Tensor gradient;
  private boolean gradientWritten;
  private boolean gradientRetained;
  private Tape tape; // that its gradient belongs to: where it was watched or made; else null
  private ParameterSet parameterSet;

  Tensor(Block block, DType dtype, Shape shape) {
    this.block = block;
    this.dtype = dtype;
    this.shape = shape;
    this.strides = shape.denseStrides();
    this.offset = 0;
    this.root = this;
  }

  private Tensor(Tensor base, boolean ownRoot, Shape shape, long[] strides, long offset) {
    this(base, base.dtype, ownRoot, shape, strides, offset);
  }

  private Tensor(
      Tensor base, DType dtype, boolean ownRoot, Shape shape, long[] strides, long offset) {
    this.block = base.block;
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.root = ownRoot ? this : base.root;
  }

  // ---- making tensors -------------------------------------------------------------------------

  /// A new tensor with undefined contents, owned by the thread's scope.
  public static Tensor empty(Device device, DType dtype, Shape shape) {
    return Scope.current().empty(device, dtype, shape);
  }

  /// A new tensor with undefined contents and the device, type and shape of `x`.
  public static Tensor like(Tensor x) {
    return empty(x.device(), x.dtype, x.shape);
  }

  /// A new tensor with undefined contents and the device and type of `x`.
  public static Tensor like(Tensor x, Shape shape) {
    return empty(x.device(), x.dtype, shape);
  }

  /// A new tensor of zeros.
  public static Tensor zeros(Device device, DType dtype, Shape shape) {
    return Scope.current().zeros(device, dtype, shape);
  }

  /// A new tensor in which every element is `value`.
  public static Tensor full(Device device, DType dtype, Shape shape, double value) {
    Tensor tensor = empty(device, dtype, shape);
    device.kernels().fill(tensor, value);
    return tensor;
  }

  /// A new F32 tensor from row-major values; throws when their count is not the shape's size.
  public static Tensor of(Device device, Shape shape, float... values) {
    return empty(device, DType.F32, shape).set(values);
  }

  /// A new F64 tensor from row-major values (reference device only).
  public static Tensor of(Device device, Shape shape, double... values) {
    return empty(device, DType.F64, shape).set(values);
  }

  /// A new I32 tensor from row-major values.
  public static Tensor ids(Device device, Shape shape, int... values) {
    return empty(device, DType.I32, shape).set(values);
  }

  /// A view of this tensor's memory; offset and strides in elements. For ops: callers use [Ops].
  public Tensor view(Shape shape, long[] strides, long offset) {
    return new Tensor(this, false, shape, strides, offset);
  }

  /// A view that is a root of its own, cut from a flat buffer (parameters and their gradients).
  Tensor cut(Shape shape, long offset) {
    return new Tensor(this, true, shape, shape.denseStrides(), this.offset + offset);
  }

  /// The part of `target`, laid out densely like this view's root, that this view is of its root.
  Tensor sameViewOf(Tensor target) {
    return new Tensor(target, false, shape, strides, target.offset + offset - root.offset);
  }

  /// A view of the same memory that no tape tracks.
  public Tensor detach() {
    return new Tensor(this, true, shape, strides, offset);
  }

  /// The same bits as another type of the same size, as F32 and I32 are: a view that no tape
  /// tracks.
  public Tensor bitsAs(DType other) {
    if (other.bytes() != dtype.bytes()) {
      throw new IllegalArgumentException(
          "bitsAs: "
              + dtype
              + " has elements of "
              + dtype.bytes()
              + " bytes but "
              + other
              + " of "
              + other.bytes()
              + "; cast it instead");
    }
    return new Tensor(this, other, true, shape, strides, offset);
  }

  // ---- what it is -----------------------------------------------------------------------------

  /// The device that holds it.
  public Device device() {
    return block.device;
  }

  /// The kernels of its device; throws when its memory was given back.
  public Kernels kernels() {
    block.requireLive("kernels");
    return block.device.kernels();
  }

  /// The element type.
  public DType dtype() {
    return dtype;
  }

  /// The shape.
  public Shape shape() {
    return shape;
  }

  /// The size of one axis; a negative axis counts from the end.
  public int dim(int axis) {
    return shape.dim(axis);
  }

  /// Number of elements.
  public long size() {
    return shape.size();
  }

  /// Elements between neighbours along an axis; 0 where it is expanded.
  public long stride(int axis) {
    return strides[shape.axis(axis)];
  }

  /// A copy of the strides, in elements.
  public long[] strides() {
    return strides.clone();
  }

  /// Whether elements of this view share memory: an axis was expanded.
  boolean repeats() {
    for (int i = 0; i < strides.length; i++) {
      if (strides[i] == 0 && shape.dim(i) > 1) {
        return true;
      }
    }
    return false;
  }

  /// Elements between the start of the block and the first element.
  public long offset() {
    return offset;
  }

  /// Whether the elements lie row-major without gaps.
  public boolean dense() {
    long step = 1;
    for (int i = strides.length - 1; i >= 0; i--) {
      int dim = shape.dim(i);
      if (dim != 1 && strides[i] != step) {
        return false;
      }
      step *= Math.max(1, dim); // as Shape#denseStrides
    }
    return true;
  }

  /// Whether the last axis is contiguous (or has one element).
  public boolean rowsContiguous() {
    int last = strides.length - 1;
    return last < 0 || strides[last] == 1 || shape.dim(last) <= 1;
  }

  /// The block's memory; on a device that the host cannot read, a segment of length 0 at its
  /// address. Throws when it was given back.
  public MemorySegment memory() {
    block.requireLive("memory");
    return block.memory;
  }

  /// Address of the first element; throws when the memory was given back.
  public long address() {
    block.requireLive("address");
    return block.memory.address() + offset * dtype.bytes();
  }

  /// Whether the memory is still there.
  public boolean live() {
    return block.live();
  }

  /// Throws, naming the op and who closed it, when the memory was given back.
  public Tensor requireLive(String op) {
    block.requireLive(op);
    return this;
  }

  /// Whether gradients flow into this tensor: a parameter, a watched leaf, or what was made from
  /// one.
  public boolean tracked() {
    return root.tracked;
  }

  Block block() {
    return block;
  }

  Tensor root() {
    return root;
  }

  /// Makes it wanted by the backward of `tape`; null for a parameter, which any tape serves.
  void track(Tape tape) {
    tracked = true;
    this.tape = tape;
  }

  Tensor gradient() {
    return gradient;
  }

  void gradient(Tensor gradient) {
    this.gradient = gradient;
  }

  boolean gradientWritten() {
    return gradientWritten;
  }

  void gradientWritten(boolean written) {
    this.gradientWritten = written;
  }

  boolean gradientRetained() {
    return gradientRetained;
  }

  void retainGradient() {
    gradientRetained = true;
  }

  Tape tape() {
    return tape;
  }

  /// Makes it a constant: undoes [Tape#watch], and what recording did to an output.
  void forgetGradient() {
    tracked = false;
    gradient = null;
    gradientWritten = false;
    gradientRetained = false;
    tape = null;
  }

  ParameterSet parameterSet() {
    return parameterSet;
  }

  void parameterSet(ParameterSet set) {
    this.parameterSet = set;
  }

  // ---- to and from the host -------------------------------------------------------------------

  /// Copies row-major values in; F32 and, rounding each value, BF16 and F16 tensors.
  public Tensor set(float... values) {
    HostCopy.upload(this, values);
    return this;
  }

  /// Copies row-major values into an F64 tensor.
  public Tensor set(double... values) {
    HostCopy.upload(this, values);
    return this;
  }

  /// Copies row-major values into an I32, I8 or BOOL (not 0: true) tensor.
  public Tensor set(int... values) {
    HostCopy.upload(this, values);
    return this;
  }

  /// All elements, row-major, as float; from F32, BF16 and F16 (exact) and F64 (rounded).
  public float[] toFloats() {
    float[] values = new float[Math.toIntExact(size())];
    HostCopy.download(this, values);
    return values;
  }

  /// Copies all elements, row-major, into an array of exactly their count.
  public void toFloats(float[] target) {
    HostCopy.download(this, target);
  }

  /// All elements, row-major, as double.
  public double[] toDoubles() {
    return HostCopy.doubles(this);
  }

  /// All elements of an I32, I8 or BOOL tensor, row-major.
  public int[] toInts() {
    return HostCopy.ints(this);
  }

  /// The value of a tensor with one element.
  public double item() {
    if (size() != 1) {
      throw new IllegalArgumentException(
          "item: the tensor has shape " + shape + "; only one element has a value");
    }
    return switch (dtype) {
      case I32, BOOL, I8 -> HostCopy.ints(this)[0];
      case F32, F64, BF16, F16 -> toDoubles()[0];
    };
  }

  // ---- fluent calls ---------------------------------------------------------------------------

  /// See [Ops#add(Tensor, Tensor)].
  public Tensor add(Tensor other) {
    return Ops.add(this, other);
  }

  /// See [Ops#sub(Tensor, Tensor)].
  public Tensor sub(Tensor other) {
    return Ops.sub(this, other);
  }

  /// See [Ops#mul(Tensor, Tensor)].
  public Tensor mul(Tensor other) {
    return Ops.mul(this, other);
  }

  /// See [Ops#scale(Tensor, double)].
  public Tensor mul(double factor) {
    return Ops.scale(this, factor);
  }

  /// See [Ops#div(Tensor, Tensor)].
  public Tensor div(Tensor other) {
    return Ops.div(this, other);
  }

  /// See [Ops#unary(Unary, Tensor)].
  public Tensor neg() {
    return Ops.unary(Unary.NEG, this);
  }

  /// See [Ops#unary(Unary, Tensor)].
  public Tensor tanh() {
    return Ops.unary(Unary.TANH, this);
  }

  /// See [Ops#unary(Unary, Tensor)].
  public Tensor exp() {
    return Ops.unary(Unary.EXP, this);
  }

  /// See [Ops#unary(Unary, Tensor)].
  public Tensor log() {
    return Ops.unary(Unary.LOG, this);
  }

  /// See [Ops#matmul(Tensor, Tensor)].
  public Tensor matmul(Tensor other) {
    return Ops.matmul(this, other);
  }

  /// See [Ops#reduce(Reduce, Tensor, boolean, int...)]: the sum of all elements.
  public Tensor sum() {
    return Ops.sum(this);
  }

  /// See [Ops#reduce(Reduce, Tensor, boolean, int...)]: the mean of all elements.
  public Tensor mean() {
    return Ops.mean(this);
  }

  /// See [Ops#reshape(Tensor, int...)].
  public Tensor reshape(int... dims) {
    return Ops.reshape(this, dims);
  }

  /// See [Ops#transpose(Tensor, int, int)]: the last two axes swapped.
  public Tensor transpose() {
    return Ops.transpose(this, -2, -1);
  }

  /// See [Ops#permute(Tensor, int...)].
  public Tensor permute(int... axes) {
    return Ops.permute(this, axes);
  }

  /// See [Ops#slice(Tensor, int, int, int)].
  public Tensor slice(int axis, int from, int to) {
    return Ops.slice(this, axis, from, to);
  }

  /// See [Ops#expand(Tensor, Shape)].
  public Tensor expand(int... dims) {
    return Ops.expand(this, Shape.of(dims));
  }

  /// See [Ops#softmax(Tensor)].
  public Tensor softmax() {
    return Ops.softmax(this);
  }

  /// See [Ops#cast(Tensor, DType)].
  public Tensor cast(DType to) {
    return Ops.cast(this, to);
  }

  /// Element type, shape and device, as in `F32 (4, 10) on cpu`.
  @Override
  public String toString() {
    String layout = dense() ? "" : " strides " + Arrays.toString(strides);
    return dtype + " " + shape + layout + " on " + device().name();
  }
}
