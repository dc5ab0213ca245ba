package dev.weft.kernels.cpu;

import dev.weft.tensor.Binary;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Draw;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Kernels;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Reduce;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Unary;
import java.util.ArrayList;
import java.util.List;

/// Runs the kernels on seeded numbers of one size and gives a digest of every bit they write: equal
/// digests mean equal bits, across threads, widths, and whatever the JIT has done.
final class Workload {
  private final Device device;
  private final Kernels kernels;
  private final int rows;
  private final int n;
  private final Philox random = new Philox(7, Philox.Purpose.INITIALISATION, 0, 0);
  private final List<Tensor> outputs = new ArrayList<>();

  private Workload(Device device, int rows, int n) {
    this.device = device;
    this.kernels = device.kernels();
    this.rows = rows;
    this.n = n;
  }

  /// The digest for matrices of (rows, n).
  static long digest(Device device, int rows, int n) {
    try (Scope _ = Scope.noGrad()) {
      Workload work = new Workload(device, rows, n);
      work.elementwise();
      work.reductions();
      work.draws();
      work.tables();
      work.losses();
      work.norms();
      work.optimizers();
      return work.digest();
    }
  }

  /// Prints the digest of a size for a process of its own.
  public static void main(String[] args) {
    System.out.println(
        digest(Devices.require("cpu"), Integer.parseInt(args[0]), Integer.parseInt(args[1])));
  }

  private long digest() {
    long digest = 1;
    for (Tensor output : outputs) {
      if (output.dtype() == DType.F32) {
        for (float value : output.toFloats()) {
          digest = digest * 0x9E3779B97F4A7C15L + Float.floatToIntBits(value);
        }
      } else {
        for (int value : output.toInts()) {
          digest = digest * 0x9E3779B97F4A7C15L + value;
        }
      }
    }
    return digest;
  }

  private Tensor in(int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextUniform() * 8 - 4);
    }
    return Tensor.of(device, shape, values);
  }

  private Tensor ids(int bound, int... dims) {
    Shape shape = Shape.of(dims);
    int[] values = new int[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(bound);
    }
    return Tensor.ids(device, shape, values);
  }

  private Tensor out(DType dtype, int... dims) {
    Tensor output = Tensor.empty(device, dtype, Shape.of(dims));
    outputs.add(output);
    return output;
  }

  private Tensor out(int... dims) {
    return out(DType.F32, dims);
  }

  private Grad into(int... dims) {
    return Grad.into(out(dims));
  }

  /// A gradient that is added to random numbers.
  private Grad onto(int... dims) {
    Tensor old = in(dims);
    outputs.add(old);
    return new Grad(old, true);
  }

  private void elementwise() {
    Tensor x = in(rows, n);
    Tensor dy = in(rows, n);
    for (Unary f : Unary.values()) {
      Tensor y = out(rows, n);
      kernels.unary(f, y, x);
      kernels.unaryGrad(f, onto(rows, n), dy, x, y);
    }
    Tensor b = in(rows, n);
    for (Binary f : Binary.values()) {
      Tensor y = out(f.comparison() ? DType.BOOL : DType.F32, rows, n);
      kernels.binary(f, y, x, b);
      if (f.comparison()) {
        kernels.where(out(rows, n), y, x, b);
      } else {
        kernels.binaryGrad(f, true, into(rows, n), dy, x, b, y);
        kernels.binaryGrad(f, false, onto(rows, n), dy, x, b, y);
      }
    }
    kernels.binary(Binary.ADD, out(rows, n), x, in(n).expand(rows, n));
    kernels.binary(Binary.MUL, out(rows, n), x, in(rows, 1).expand(rows, n));
    kernels.affine(into(rows, n), x, 1.7, -0.3);
    kernels.copy(into(n, rows), x.transpose());
    kernels.copy(onto(n, rows), x.transpose());
    kernels.dropout(into(rows, n), x, 0.3, 99, 4, 5);
    Tensor clamped = in(rows, n);
    kernels.clamp(clamped, 1.5);
    outputs.add(clamped);
    for (DType type : new DType[] {DType.BF16, DType.F16, DType.I32, DType.BOOL}) {
      Tensor narrow = Tensor.empty(device, type, x.shape());
      kernels.cast(narrow, x);
      kernels.cast(out(rows, n), narrow);
    }
  }

  private void reductions() {
    Tensor x = in(rows, n);
    for (Reduce f : Reduce.values()) {
      Tensor y = out(rows);
      kernels.reduce(f, Grad.into(y), x);
      kernels.reduce(f, onto(n), x.transpose());
      if (f != Reduce.SUM && f != Reduce.MEAN) {
        kernels.reduceGrad(f, into(rows, n), in(rows), x, y);
      }
    }
    kernels.argmax(out(DType.I32, rows), x);
    int few = Math.min(n, 7);
    kernels.topK(out(rows, few), out(DType.I32, rows, few), x, true);
    kernels.topK(out(rows, n), out(DType.I32, rows, n), x, false);
    kernels.cumsum(onto(rows, n), x, true);
  }

  private void draws() {
    Tensor x = in(rows, n);
    Tensor steps = ids(99, rows);
    for (int topK : new int[] {0, 5}) {
      for (double topP : new double[] {0, 0.6}) {
        Draw draw = new Draw(0.7, 0, null, topK, topP, false, 3, steps, steps);
        kernels.sample(out(DType.I32, rows), x, draw);
      }
    }
  }

  private void tables() {
    Tensor ids = ids(n, rows, 9);
    kernels.gather(out(rows, 9), in(rows, n), ids);
    kernels.gatherGrad(onto(rows, n), in(rows, 9), ids);
    Tensor rowIds = ids(rows, 3 * rows);
    kernels.embedding(out(3 * rows, n), in(rows, n), rowIds);
    kernels.embeddingGrad(into(rows, n), in(3 * rows, n), rowIds);
  }

  private void losses() {
    Tensor x = in(rows, n);
    Tensor dy = in(rows, n);
    Tensor y = out(rows, n);
    kernels.softmax(y, x);
    kernels.softmaxGrad(onto(rows, n), dy, y);
    Tensor logs = out(rows, n);
    kernels.logSoftmax(logs, x);
    kernels.logSoftmaxGrad(onto(rows, n), dy, logs);
    Tensor targets = ids(n, rows);
    Tensor weights = in(n);
    for (double smoothing : new double[] {0, 0.1}) {
      Tensor stats = out(rows, 2);
      kernels.crossEntropy(out(rows), stats, x, targets, weights, smoothing, 3);
      kernels.crossEntropyGrad(into(rows, n), in(rows), x, stats, targets, weights, smoothing, 3);
    }
  }

  private void norms() {
    Tensor x = in(rows, n);
    Tensor dy = in(rows, n);
    Tensor w = in(n);
    Tensor b = in(n);
    Tensor stats = out(rows, 2);
    kernels.layerNorm(out(rows, n), stats, x, w, b, 1e-5);
    kernels.layerNormGrad(onto(rows, n), into(n), onto(n), dy, x, w, stats);
    Tensor rstd = out(rows);
    kernels.rmsNorm(out(rows, n), rstd, x, w, 1e-5);
    kernels.rmsNormGrad(into(rows, n), onto(n), dy, x, w, rstd);
    Tensor columns = out(2, n);
    Tensor running = in(2, n);
    outputs.add(running);
    kernels.batchNorm(out(rows, n), columns, running, x, w, b, 0.1, 1e-5);
    kernels.batchNormGrad(onto(rows, n), into(n), into(n), dy, x, w, columns);
  }

  private void optimizers() {
    Tensor g = in(rows * n);
    Tensor p = in(rows * n);
    Tensor m = in(rows * n);
    Tensor v = in(rows * n);
    kernels.unary(Unary.SQUARE, v, v);
    kernels.sgd(p, g, m, 0.1, 0.9, true, 0.01, false);
    kernels.adam(p, g, m, v, new Kernels.AdamStep(1e-3, 0.9, 0.999, 1e-8, 0.1, true, 3));
    kernels.adam(p, g, m, v, new Kernels.AdamStep(1e-3, 0.9, 0.999, 1e-8, 0.1, false, 4));
    kernels.rmsProp(p, g, v, 1e-2, 0.99, 1e-8);
    kernels.adagrad(p, g, v, 1e-2, 1e-8);
    outputs.addAll(List.of(p, m, v));
    Tensor norm = out(1);
    norm.set((float) kernels.sumOfSquares(p));
  }
}
