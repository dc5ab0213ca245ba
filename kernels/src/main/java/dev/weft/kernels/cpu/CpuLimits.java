package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.BYTES;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.load;

import dev.weft.tensor.Device;
import dev.weft.tensor.MachineLimits;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.DoubleAdder;
import jdk.incubator.vector.FloatVector;

/// The peaks of this machine as the Vector API reaches them: the best of several trials.
final class CpuLimits implements MachineLimits {
  private static final int TRIALS = 12;
  private static final int READS = 6;
  private static final int CALLS = 1_000;
  private static final int STEPS = 2_000; // a call; so it is soon compiled as a whole
  private static final long BUFFER = 1L << 30; // far beyond the caches

  // Constants: with sixteen registers, variables of these values halved the speed of a first call.
  private static final FloatVector X = all(0.999f);
  private static final FloatVector Y = all(0.001f);

  private final Device device; // whose memory is read, and kept, as all that it takes

  CpuLimits(Device device) {
    this.device = device;
  }

  @Override
  public int vectorBits() {
    return Vectors.BITS;
  }

  @Override
  public double flops(int threads) {
    DoubleAdder used = new DoubleAdder(); // keeps the JIT from dropping the work
    double seconds = best(TRIALS, threads, part -> used.add(multiplyAdds()));
    return 12.0 * 2 * LANES * STEPS * CALLS * threads / seconds;
  }

  @Override
  public double readBandwidth(int threads) {
    MemorySegment buffer = device.allocate(BUFFER, "the read bandwidth");
    try {
      long start = buffer.fill((byte) 1).address();
      DoubleAdder used = new DoubleAdder();
      long share = BUFFER / threads & -8L * BYTES;
      double seconds = best(READS, threads, part -> used.add(sum(start + part * share, share)));
      return (double) share * threads / seconds;
    } finally {
      device.release(buffer, BUFFER);
    }
  }

  private static double best(int trials, int threads, Team.Part part) {
    long best = Long.MAX_VALUE;
    try (Team team = new Team(threads)) {
      for (int trial = 0; trial < trials; trial++) {
        long start = System.nanoTime();
        team.run(threads, part);
        best = Math.min(best, System.nanoTime() - start);
      }
    }
    return best * 1e-9;
  }

  private static float multiplyAdds() {
    float used = 0;
    for (int call = 0; call < CALLS; call++) {
      used += multiplyAdds(STEPS);
    }
    return used;
  }

  /// Twelve chains: enough for two units of four cycles' latency, few enough for sixteen registers.
  private static float multiplyAdds(int steps) {
    FloatVector a = all(1);
    FloatVector b = all(2);
    FloatVector c = all(3);
    FloatVector d = all(4);
    FloatVector e = all(5);
    FloatVector f = all(6);
    FloatVector g = all(7);
    FloatVector h = all(8);
    FloatVector i = all(9);
    FloatVector j = all(10);
    FloatVector k = all(11);
    FloatVector l = all(12);
    for (int step = 0; step < steps; step++) {
      a = X.fma(Y, a);
      b = X.fma(Y, b);
      c = X.fma(Y, c);
      d = X.fma(Y, d);
      e = X.fma(Y, e);
      f = X.fma(Y, f);
      g = X.fma(Y, g);
      h = X.fma(Y, h);
      i = X.fma(Y, i);
      j = X.fma(Y, j);
      k = X.fma(Y, k);
      l = X.fma(Y, l);
    }
    FloatVector first = a.add(b).add(c).add(d).add(e).add(f);
    return first.add(g).add(h).add(i).add(j).add(k).add(l).lane(0);
  }

  private static float sum(long start, long bytes) {
    FloatVector a = all(0);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    FloatVector e = a;
    FloatVector f = a;
    FloatVector g = a;
    FloatVector h = a;
    for (long at = start; at < start + bytes; at += 8L * BYTES) {
      a = a.add(load(at));
      b = b.add(load(at + BYTES));
      c = c.add(load(at + 2L * BYTES));
      d = d.add(load(at + 3L * BYTES));
      e = e.add(load(at + 4L * BYTES));
      f = f.add(load(at + 5L * BYTES));
      g = g.add(load(at + 6L * BYTES));
      h = h.add(load(at + 7L * BYTES));
    }
    return a.add(b).add(c.add(d)).add(e.add(f).add(g.add(h))).lane(0);
  }
}
