package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.load;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The elementwise part of a recurrent step, for one row: n units, a multiple of the vector's
/// lanes. Names as in [dev.weft.tensor.Recurrence]. One transcendental function in a loop, so that
/// the JIT inlines it.
final class RecurrentLoops {
  private RecurrentLoops() {}

  // ---- forward --------------------------------------------------------------------------------

  /// y = σ(x + p).
  static void sigmoid(long y, long x, long p, int n) {
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      VectorMath.sigmoid(load(x + o).add(load(p + o))).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  /// y = tanh(x + p).
  static void tanh(long y, long x, long p, int n) {
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      VectorMath.tanh(load(x + o).add(load(p + o))).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  /// y = max(x + p, 0).
  static void relu(long y, long x, long p, int n) {
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      FloatVector v = load(x + o).add(load(p + o));
      v.blend(0f, v.compare(VectorOperators.LE, 0f)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  /// next = f · cell + i · g; h = o · tanh(next).
  static void lstm(long h, long next, long cell, long i, long f, long g, long out, int n) {
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      FloatVector c = load(f + o).fma(load(cell + o), load(i + o).mul(load(g + o)));
      c.intoMemorySegment(ALL, next + o, LITTLE);
      load(out + o).mul(VectorMath.tanh(c)).intoMemorySegment(ALL, h + o, LITTLE);
    }
  }

  /// y = tanh(r · p + x).
  static void resetTanh(long y, long x, long r, long p, int n) {
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      VectorMath.tanh(load(r + o).fma(load(p + o), load(x + o)))
          .intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  /// y = a · b.
  static void multiply(long y, long a, long b, int n) {
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      load(a + o).mul(load(b + o)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  /// h = z · (before − candidate) + candidate.
  static void gru(long h, long before, long z, long candidate, int n) {
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      FloatVector c = load(candidate + o);
      load(z + o).fma(load(before + o).sub(c), c).intoMemorySegment(ALL, h + o, LITTLE);
    }
  }

  // ---- backward -------------------------------------------------------------------------------

  /// d = e · (1 − h²).
  static void tanhGrad(long d, long e, long h, int n) {
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      FloatVector y = load(h + o);
      load(e + o).mul(y.neg().fma(y, all(1f))).intoMemorySegment(ALL, d + o, LITTLE);
    }
  }

  /// d = h > 0 ? e : 0.
  static void reluGrad(long d, long e, long h, int n) {
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      FloatVector y = load(h + o);
      all(0f)
          .blend(load(e + o), y.compare(VectorOperators.GT, 0f))
          .intoMemorySegment(ALL, d + o, LITTLE);
    }
  }

  /// y = tanh(x).
  static void tanh(long y, long x, int n) {
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      VectorMath.tanh(load(x + o)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  /// The gradients of o and of the cell state: out = (e · c̃) · (o · (1 − o)), dc = (e · o) · (1 −
  /// c̃²) + dc.
  static void lstmOut(long out, long dc, long tanh, long e, int n) {
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      FloatVector gate = load(out + o);
      FloatVector t = load(tanh + o);
      FloatVector dh = load(e + o);
      dh.mul(gate)
          .fma(t.neg().fma(t, all(1f)), load(dc + o))
          .intoMemorySegment(ALL, dc + o, LITTLE);
      dh.mul(t).mul(gate.mul(all(1f).sub(gate))).intoMemorySegment(ALL, out + o, LITTLE);
    }
  }

  /// The gradients of i, f and g in their place, and dc of the step before.
  static void lstmGates(long i, long f, long g, long dc, long cell, int n) {
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      FloatVector in = load(i + o);
      FloatVector forget = load(f + o);
      FloatVector candidate = load(g + o);
      FloatVector d = load(dc + o);
      d.mul(candidate).mul(in.mul(all(1f).sub(in))).intoMemorySegment(ALL, i + o, LITTLE);
      d.mul(load(cell + o))
          .mul(forget.mul(all(1f).sub(forget)))
          .intoMemorySegment(ALL, f + o, LITTLE);
      d.mul(in).mul(candidate.neg().fma(candidate, all(1f))).intoMemorySegment(ALL, g + o, LITTLE);
      d.mul(forget).intoMemorySegment(ALL, dc + o, LITTLE);
    }
  }

  /// The gradients of z and n in their place; sum += e · z.
  static void gruGrad(long z, long candidate, long before, long e, long sum, int n) {
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      FloatVector update = load(z + o);
      FloatVector c = load(candidate + o);
      FloatVector dh = load(e + o);
      FloatVector left = all(1f).sub(update);
      dh.fma(update, load(sum + o)).intoMemorySegment(ALL, sum + o, LITTLE);
      dh.mul(load(before + o).sub(c)).mul(update.mul(left)).intoMemorySegment(ALL, z + o, LITTLE);
      dh.mul(left).mul(c.neg().fma(c, all(1f))).intoMemorySegment(ALL, candidate + o, LITTLE);
    }
  }

  /// The gradients of r and of p in their place.
  static void gruReset(long r, long p, long candidate, int n) {
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      FloatVector gate = load(r + o);
      FloatVector d = load(candidate + o);
      FloatVector product = load(p + o);
      d.mul(gate).intoMemorySegment(ALL, p + o, LITTLE);
      d.mul(product).mul(gate.mul(all(1f).sub(gate))).intoMemorySegment(ALL, r + o, LITTLE);
    }
  }

  /// The gradient of r in its place from dq, that of r · before; sum += dq · r.
  static void gruResetFirst(long r, long dq, long before, long sum, int n) {
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      FloatVector gate = load(r + o);
      FloatVector d = load(dq + o);
      d.fma(gate, load(sum + o)).intoMemorySegment(ALL, sum + o, LITTLE);
      d.mul(load(before + o))
          .mul(gate.mul(all(1f).sub(gate)))
          .intoMemorySegment(ALL, r + o, LITTLE);
    }
  }
}
