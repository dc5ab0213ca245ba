package dev.weft.bench;

import dev.weft.tensor.Activation;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What one pass saves: the linear layers of a block of GPT-2 124M, bias, GELU and residual within
/// the product, and the same as ops of their own. Both have the same bits. The limit is the peak of
/// fused multiply-adds.
final class Fused {
  private static final int WIDTH = 768;
  private static final int INNER = 4 * WIDTH;
  private static final int RUNS = 15;

  private Fused() {}

  static List<Row> measure(Setting setting, Device device) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int count : new int[] {1, 8, 512}) {
      String variant = "f32 two layers of " + count + " rows, ";
      if (setting.matches(variant + "fused") || setting.matches(variant + "apart")) {
        measure(setting, device, count, variant, rows);
      }
    }
    return rows;
  }

  private static void measure(
      Setting setting, Device device, int count, String variant, List<Row> rows)
      throws IOException {
    try (Owner owner = new Owner("bench")) {
      Layers layers = Layers.random(owner, device, count);
      if (setting.wants(variant + "fused")) {
        rows.add(time(setting, device, count, variant + "fused", layers::fused));
      }
      if (setting.wants(variant + "apart")) {
        rows.add(time(setting, device, count, variant + "apart", layers::apart));
      }
    }
  }

  private static Row time(
      Setting setting, Device device, int count, String variant, Runnable layers)
      throws IOException {
    double gigaflop = 2e-9 * count * 2 * WIDTH * INNER;
    int repeats = Math.max(1, (int) (2 / gigaflop));
    Runnable all =
        () -> {
          for (int i = 0; i < repeats; i++) {
            try (Scope _ = Scope.noGrad()) {
              layers.run();
            }
          }
          device.synchronize();
        };
    Setting.Timed timed = setting.timedComputing(() -> Stopwatch.seconds(all, 3, RUNS));
    double limit = timed.gigaflops();
    return Row.rate("gemm", variant, gigaflop * repeats, timed.seconds(), "GFLOP/s", limit);
  }

  /// N(0, 0.01).
  private static Tensor normal(Owner owner, Device device, Philox random, int... dims) {
    Tensor x = owner.empty(device, DType.F32, Shape.of(dims));
    float[] values = new float[(int) x.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.1f * (float) random.nextNormal();
    }
    return x.set(values);
  }

  /// x + (GELU(x · up + upBias) · down + downBias).
  record Layers(Tensor x, Weight up, Tensor upBias, Weight down, Tensor downBias) {
    /// Layers of the same numbers at each call.
    static Layers random(Owner owner, Device device, int count) {
      Philox random = new Philox(3, Philox.Purpose.INITIALISATION, 0, 0);
      return new Layers(
          normal(owner, device, random, count, WIDTH),
          Weight.pack(normal(owner, device, random, WIDTH, INNER), DType.F32, owner),
          normal(owner, device, random, INNER),
          Weight.pack(normal(owner, device, random, INNER, WIDTH), DType.F32, owner),
          normal(owner, device, random, WIDTH));
    }

    Tensor fused() {
      Tensor inner = Ops.linear(x, up, upBias, Activation.GELU_TANH, null);
      return Ops.linear(inner, down, downBias, Activation.NONE, x);
    }

    Tensor apart() {
      Tensor inner = Ops.gelu(Ops.linear(x, up, upBias, Activation.NONE, null));
      return Ops.add(Ops.linear(inner, down, downBias, Activation.NONE, null), x);
    }
  }
}
