package dev.weft.tensor;

import java.util.ArrayList;
import java.util.List;

/// Makes the tensors of an [OpCase] on a device, the same on every device, in the thread's scope,
/// and remembers which of them the kernel writes.
public final class Tensors {
  private static final int MARGIN = 16;

  private final Device device;
  private final boolean accumulate;
  private final Philox random;
  private final List<Tensor> outputs = new ArrayList<>();
  private final List<Weight> packs = new ArrayList<>();
  private boolean gradients;

  /// Tensors from a seed; `accumulate` is what gradients of the case do.
  public Tensors(Device device, long seed, boolean accumulate) {
    this.device = device;
    this.accumulate = accumulate;
    this.random = new Philox(seed, Philox.Purpose.INITIALISATION, 0, 0);
  }

  /// The device that the tensors are on.
  public Device device() {
    return device;
  }

  /// A dense F32 input, uniform in [−1, 1).
  public Tensor in(int... dims) {
    return in(Values.UNIFORM, Layout.DENSE, dims);
  }

  /// A dense F32 input.
  public Tensor in(Values values, int... dims) {
    return in(values, Layout.DENSE, dims);
  }

  /// An F32 input in any layout. Expanded layouts repeat what their memory holds.
  public Tensor in(Values values, Layout layout, int... dims) {
    return in(DType.F32, values, layout, dims);
  }

  /// An F32, BF16 or F16 input in any layout.
  public Tensor in(DType dtype, Values values, Layout layout, int... dims) {
    Tensor x = layout.make(device, dtype, Shape.of(dims));
    Tensor memory = layout.expanded() ? collapsed(x) : x;
    memory.set(values.draw(random, Math.toIntExact(memory.size())));
    return x;
  }

  /// What an expanded tensor really holds: axes of stride 0 shrunk to 1.
  private static Tensor collapsed(Tensor x) {
    int[] dims = x.shape().dims();
    for (int i = 0; i < dims.length; i++) {
      dims[i] = x.stride(i) == 0 ? Math.min(1, dims[i]) : dims[i];
    }
    return x.view(Shape.of(dims), x.strides(), x.offset());
  }

  /// An I32 input with ids in [0, bound).
  public Tensor ids(int bound, int... dims) {
    Shape shape = Shape.of(dims);
    int[] ids = new int[Math.toIntExact(shape.size())];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = random.nextInt(bound);
    }
    return Tensor.ids(device, shape, ids);
  }

  /// A BOOL input.
  public Tensor flags(Layout layout, int... dims) {
    Tensor x = layout.make(device, DType.BOOL, Shape.of(dims));
    Tensor memory = layout.expanded() ? collapsed(x) : x;
    int[] flags = new int[Math.toIntExact(memory.size())];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = random.nextInt(2);
    }
    memory.set(flags);
    return x;
  }

  /// A dense F32 output: it arrives full of NaN.
  public Tensor out(int... dims) {
    return out(DType.F32, Layout.DENSE, dims);
  }

  /// An output of any type and layout, full of NaN, or of −1 where there is none.
  public Tensor out(DType dtype, Layout layout, int... dims) {
    Tensor y = make(dtype, layout, dims);
    poison(y.root());
    outputs.add(y);
    return y;
  }

  /// A dense tensor that the kernel reads and writes.
  public Tensor state(Values values, int... dims) {
    return state(values, Layout.DENSE, dims);
  }

  private Tensor state(Values values, Layout layout, int... dims) {
    Tensor x = make(DType.F32, layout, dims);
    poison(x.root());
    x.set(values.draw(random, Math.toIntExact(x.size())));
    outputs.add(x);
    return x;
  }

  /// A dense gradient: full of NaN when it is overwritten, of numbers when it is added to.
  public Grad grad(int... dims) {
    return grad(Layout.DENSE, dims);
  }

  /// A gradient in any layout that is not expanded.
  public Grad grad(Layout layout, int... dims) {
    gradients = true;
    Tensor old = accumulate ? state(Values.UNIFORM, layout, dims) : out(DType.F32, layout, dims);
    return new Grad(old, accumulate);
  }

  /// Has what the kernel wrote into `tensor` compared too. Returns `tensor`.
  public Tensor compare(Tensor tensor) {
    outputs.add(tensor);
    return tensor;
  }

  /// Has a pack that the kernel fills compared too, element by element: devices lay it out
  /// differently. Returns `pack`.
  public Weight compare(Weight pack) {
    packs.add(pack);
    return pack;
  }

  /// An output with room on both sides, where a kernel that writes too far leaves its mark.
  private Tensor make(DType dtype, Layout layout, int... dims) {
    Shape shape = Shape.of(dims);
    if (layout != Layout.DENSE) {
      return layout.make(device, dtype, shape);
    }
    int size = Math.toIntExact(shape.size());
    Tensor room = Tensor.empty(device, dtype, Shape.of(size + 2 * MARGIN));
    return room.view(shape, shape.denseStrides(), MARGIN);
  }

  /// NaN, or −1 where there is none.
  public static void poison(Tensor x) {
    boolean real =
        switch (x.dtype()) {
          case F32, F64, BF16, F16 -> true;
          case I8, I32, BOOL -> false;
        };
    x.device().kernels().fill(x, real ? Double.NaN : -1);
  }

  /// Whether the case has a gradient that may accumulate.
  public boolean hasGradients() {
    return gradients;
  }

  /// The packs that the kernel fills.
  public List<Weight> packs() {
    return packs;
  }

  /// What the kernel writes: views of larger tensors, of which it must leave the rest alone.
  public List<Tensor> outputs() {
    return outputs;
  }
}
