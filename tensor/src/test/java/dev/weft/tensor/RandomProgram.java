package dev.weft.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Programs made of random ops on three leaves and on whatever was made so far: views of views,
/// broadcasts, strided operands and repeated inputs among them. The same (seed, length) is the same
/// program on every device, so that gradients can be held against slopes, and devices against each
/// other.
public final class RandomProgram {
  /// Leaves of each program.
  public static final int LEAVES = 3;

  private final Device device;
  private final DType dtype;
  private final int seed;
  private final int length;

  /// A program of `length` ops.
  public RandomProgram(Device device, DType dtype, int seed, int length) {
    this.device = device;
    this.dtype = dtype;
    this.seed = seed;
    this.length = length;
  }

  /// The gradients of the loss with respect to the leaves.
  public double[][] gradients() {
    double[][] gradients = new double[LEAVES][];
    try (Tape tape = new Tape()) {
      List<Tensor> watched = leaves();
      watched.forEach(tape::watch);
      tape.backward(loss(watched));
      for (int i = 0; i < LEAVES; i++) {
        gradients[i] = tape.grad(watched.get(i)).toDoubles();
      }
    }
    return gradients;
  }

  /// The loss when one element of a leaf is moved; F64 only.
  public double valueAt(int leaf, int element, double shift) {
    try (Scope _ = new Scope()) {
      List<Tensor> moved = leaves();
      double[] values = moved.get(leaf).toDoubles();
      values[element] += shift;
      moved.get(leaf).set(values);
      return loss(moved).item();
    }
  }

  private List<Tensor> leaves() {
    var random = new Philox(seed, Philox.Purpose.INITIALISATION, 0, 0);
    return List.of(draw(random, 2, 3), draw(random, 3), draw(random, 2, 2, 3));
  }

  private Tensor draw(Philox random, int... dims) {
    Shape shape = Shape.of(dims);
    double[] values = new double[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.2 + random.nextUniform(); // away from kinks and poles
    }
    return constant(shape, values);
  }

  private Tensor constant(Shape shape, double... values) {
    if (dtype == DType.F64) {
      return Tensor.of(device, shape, values);
    }
    float[] narrow = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = (float) values[i];
    }
    return Tensor.of(device, shape, narrow);
  }

  /// Every value of the program, squashed and weighted, in one sum.
  private Tensor loss(List<Tensor> leaves) {
    var random = new Philox(seed, Philox.Purpose.SHUFFLE, 0, 0);
    List<Tensor> made = new ArrayList<>(leaves);
    for (int i = 0; i < length; i++) {
      made.add(op(random, made));
    }
    Tensor loss = constant(Shape.SCALAR, 0);
    for (Tensor x : made) {
      loss = loss.add(Ops.sum(x.tanh().mul(draw(random, x.shape().dims()))));
    }
    return loss;
  }

  private Tensor op(Philox random, List<Tensor> made) {
    Tensor x = made.get(random.nextInt(made.size()));
    Tensor y = made.get(random.nextInt(made.size()));
    int rank = x.shape().rank();
    if (rank == 0) {
      return x.expand(2, 1, 3);
    }
    int axis = random.nextInt(rank);
    return switch (random.nextInt(26)) {
      case 0 -> Ops.transpose(x, axis, random.nextInt(rank));
      case 1 -> x.slice(axis, random.nextInt(x.dim(axis)), x.dim(axis));
      case 2 -> Ops.unsqueeze(x, axis);
      case 3 -> x.reshape(-1);
      case 4 -> x.permute(random.permutation(rank));
      case 5 -> Ops.softmax(x);
      case 6 -> Ops.logSoftmax(x);
      case 7 -> broadcasts(x, y) ? x.mul(y) : x.mul(x);
      case 8 -> broadcasts(x, y) ? x.sub(y) : x.add(x);
      case 9 -> broadcasts(x, y) ? x.div(y.mul(y).add(constant(Shape.SCALAR, 1))) : Ops.gelu(x);
      case 10 -> Ops.reduce(Reduce.MEAN, x, true, axis);
      case 11 -> Ops.logSumExp(x, axis);
      case 12 -> Ops.concat(axis, x, x.mul(2), x);
      case 13 -> Ops.stack(axis, x, x);
      case 14 -> Ops.pad(x, axis, 1, 0, 0.5);
      case 15 -> Ops.layerNorm(x, line(x, -1), line(x, -1), 0.1);
      case 16 -> rank < 2 || x.size() > 60 ? Ops.cumsum(x) : x.matmul(x.transpose());
      case 17 -> projected(x, y);
      case 18 -> repeated(x);
      case 19 -> rank < 2 ? x.neg() : Ops.rmsNorm(x.transpose(), line(x, -2), 0.1);
      case 20 -> attended(x);
      case 21 -> Ops.crossEntropy(x, ids(random, x.shape().last(), x.shape().without(-1)));
      case 22 -> rank == 2 ? Ops.embedding(x, ids(random, x.dim(0), Shape.of(4))) : x.neg();
      case 23 -> Ops.gather(x, ids(random, x.shape().last(), x.shape().with(-1, 2)));
      case 24 -> Ops.dropout(x, 0.3, random.nextInt(99), 1, 2);
      default -> Ops.sum(x);
    };
  }

  /// The values along one axis at position 0 of the others: strided unless the axis is the last.
  private static Tensor line(Tensor x, int axis) {
    Tensor line = x;
    int kept = x.shape().axis(axis);
    for (int i = 0; i < x.shape().rank(); i++) {
      line = i == kept ? line : line.slice(i, 0, 1);
    }
    return line.reshape(x.dim(axis));
  }

  /// x times y or its transpose where either fits as a weight; else x.
  private static Tensor projected(Tensor x, Tensor y) {
    int width = x.shape().last();
    if (y.shape().rank() == 2 && y.dim(0) == width) {
      return Ops.linear(x, y, line(y, -1));
    }
    if (y.shape().rank() == 2 && y.dim(1) == width) {
      return Ops.linear(x, y.transpose(), line(y, -2));
    }
    return x;
  }

  /// The rows of x as queries, keys and values of one head.
  private static Tensor attended(Tensor x) {
    Tensor heads = x.reshape(1, (int) x.shape().rows(), 1, x.shape().last());
    return Ops.attention(heads, heads, heads, null, 0.5);
  }

  private Tensor ids(Philox random, int bound, Shape shape) {
    int[] ids = new int[(int) shape.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = random.nextInt(bound);
    }
    return Tensor.ids(device, shape, ids);
  }

  private static Tensor repeated(Tensor x) {
    int[] dims = Arrays.copyOf(x.shape().dims(), x.shape().rank() + 1);
    System.arraycopy(x.shape().dims(), 0, dims, 1, dims.length - 1);
    dims[0] = 2;
    return x.expand(dims);
  }

  private static boolean broadcasts(Tensor x, Tensor y) {
    int overlap = Math.min(x.shape().rank(), y.shape().rank());
    for (int i = 1; i <= overlap; i++) {
      if (x.dim(-i) != y.dim(-i) && x.dim(-i) != 1 && y.dim(-i) != 1) {
        return false;
      }
    }
    return Math.max(x.size(), y.size()) <= 100;
  }
}
