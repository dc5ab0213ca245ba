package dev.weft.bench.jmh;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Kernels;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What all benchmarks of single kernels share: the device, its kernels, and tensors of random
/// numbers that live as long as the benchmark.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public abstract class KernelBenchmark {
  final Device device = Devices.require("cpu"); // calls return when they are done
  final Kernels kernels = device.kernels();
  final Owner owner = new Owner("benchmark");
  private final Philox random = new Philox(1, Philox.Purpose.INITIALISATION, 0, 0);

  /// Gives the tensors back.
  @TearDown(Level.Trial)
  public void close() {
    owner.close();
  }

  /// F32, N(0, 1).
  final Tensor normal(int... dims) {
    Tensor x = empty(dims);
    float[] values = new float[(int) x.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextNormal();
    }
    return x.set(values);
  }

  /// I32, evenly from 0 … bound − 1.
  final Tensor ids(int bound, int... dims) {
    Tensor x = owner.empty(device, DType.I32, Shape.of(dims));
    int[] values = new int[(int) x.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(bound);
    }
    return x.set(values);
  }

  /// I32 values.
  final Tensor ints(int... values) {
    return owner.empty(device, DType.I32, Shape.of(values.length)).set(values);
  }

  /// F32 with any content.
  final Tensor empty(int... dims) {
    return owner.empty(device, DType.F32, Shape.of(dims));
  }
}
