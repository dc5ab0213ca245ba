package dev.weft.rnn;

import dev.weft.nn.optim.Schedule;
import dev.weft.tensor.Philox;

/// How often a decoder in training is told the truth: with the ratio as probability the next input
/// of a row is the target's id, else the id that the decoder itself finds most likely. Each row and
/// step is drawn on its own. Williams and Zipser, 1989, for the ratio 1, "teacher forcing"; Bengio
/// et al., "Scheduled sampling", 2015, for a ratio that falls.
///
/// @param ratio by training step, from 0; in [0, 1]: 1 is teacher forcing, 0 free running
/// @param seed of the draws
public record Forcing(Schedule ratio, long seed) {
  /// Teacher forcing: the decoder never reads what it wrote.
  public static final Forcing ALWAYS = constant(1, 0);

  /// Free running: the decoder reads nothing but the start and what it wrote.
  public static final Forcing NEVER = constant(0, 0);

  /// One ratio for all steps.
  public static Forcing constant(double ratio, long seed) {
    return new Forcing(Schedule.constant(ratio), seed);
  }

  /// From one ratio to another, evenly over `steps` training steps, and there from then on.
  public static Forcing linear(double from, double to, long steps, long seed) {
    if (steps < 1) {
      throw new IllegalArgumentException("forcing: steps must be at least 1 but is " + steps);
    }
    return new Forcing(step -> from + (to - from) * Math.min(1, (double) step / steps), seed);
  }

  /// The ratio of a training step.
  public double at(long step) {
    double now = ratio.at(step);
    if (!(now >= 0 && now <= 1)) {
      throw new IllegalArgumentException(
          "forcing: the ratio must lie in [0, 1] but is " + now + " at step " + step);
    }
    return now;
  }

  /// Whether the input of each step and row is the target's: (steps, rows). The first input is the
  /// start, which no draw changes.
  boolean[][] draw(long step, int steps, int rows) {
    double now = at(step);
    boolean[][] forced = new boolean[steps][rows];
    for (int b = 0; b < rows; b++) {
      Philox random = new Philox(seed, Philox.Purpose.FORCING, Math.toIntExact(step), b);
      for (int t = 0; t < steps; t++) {
        forced[t][b] = t == 0 || random.nextUniform() < now;
      }
    }
    return forced;
  }
}
