package dev.weft.bench;

import dev.weft.tensor.Activation;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;
import java.util.ArrayList;
import java.util.List;

/// Matrix products: both sides dense, as in training, and a packed weight, as in inference.
final class Gemm implements Benchmark {
  private static final int[][] SHAPES = {
    {512, 512, 512},
    {1024, 1024, 1024},
    {2048, 2048, 2048},
    {512, 768, 3072},
    {8, 768, 3072},
    {32, 768, 3072}
  };
  private static final int RUNS = 15;

  @Override
  public String name() {
    return "gemm";
  }

  @Override
  public List<Row> run(Device device, int threads) {
    List<Row> rows = new ArrayList<>();
    for (int[] shape : SHAPES) {
      int m = shape[0];
      int k = shape[1];
      int n = shape[2];
      double flops = 2e-9 * m * k * n;
      int repeats = Math.max(1, (int) (2 / flops));
      try (Owner owner = new Owner("bench")) {
        Tensor a = random(owner, device, Shape.of(m, k));
        Tensor b = random(owner, device, Shape.of(k, n));
        Tensor c = owner.empty(device, DType.F32, Shape.of(m, n));
        String size = m + "x" + k + "x" + n;
        double before = Limits.gigaflops(device, threads);
        double[] dense =
            Stopwatch.seconds(
                device,
                repeat(repeats, () -> device.kernels().matmul(Grad.into(c), a, b)),
                1,
                RUNS);
        Weight weight = Weight.pack(b, DType.F32, owner);
        double[] packed =
            Stopwatch.seconds(
                device,
                repeat(
                    repeats,
                    () -> device.kernels().linear(c, a, weight, null, Activation.NONE, null)),
                1,
                RUNS);
        double limit = (before + Limits.gigaflops(device, threads)) / 2;
        rows.add(row("f32 dense " + size, flops * repeats, dense, limit));
        rows.add(row("f32 packed " + size, flops * repeats, packed, limit));
      }
    }
    return rows;
  }

  private static Row row(String variant, double gigaflop, double[] seconds, double limit) {
    double slowest = seconds[seconds.length - 1];
    return new Row(
        "gemm",
        variant,
        gigaflop / Stopwatch.median(seconds),
        gigaflop / slowest,
        "GFLOP/s",
        limit);
  }

  private static Runnable repeat(int times, Runnable work) {
    return () -> {
      for (int i = 0; i < times; i++) {
        work.run();
      }
    };
  }

  private static Tensor random(Owner owner, Device device, Shape shape) {
    float[] values = new float[(int) shape.size()];
    Philox random = new Philox(1, Philox.Purpose.INITIALISATION, 0, 0);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextUniform() - 0.5f;
    }
    return owner.empty(device, DType.F32, shape).set(values);
  }
}
