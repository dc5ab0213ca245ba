package dev.weft.bench;

import dev.weft.bench.engine.DrawWork;
import dev.weft.bench.engine.Engine;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// Draws and beam steps over GPT-2's 50,257 logits, N(0, 2). The limit is one reading of the logits
/// at the bandwidth of the same run.
final class Draws {
  static final int VOCABULARY = 50_257;
  private static final double TEMPERATURE = 0.8;
  private static final int TIMES = 100; // of one measurement
  private static final int CHECKS = 1000;
  private static final int BINS = 8;

  /// χ² of 8 bins exceeds this once in 10⁷ times where the draws are right.
  private static final double LARGEST = 46;
  private static final int RUNS = 21;

  private Draws() {}

  static void measure(Setting setting, List<Row> rows) throws IOException {
    for (DrawWork.Kind kind : DrawWork.Kind.values()) {
      if (!setting.wants("f32 " + kind.title())) {
        continue;
      }
      int beams = kind == DrawWork.Kind.BEAM ? 4 : 1;
      DrawWork work = new DrawWork(kind, beams, VOCABULARY, FixedLogits.normal(VOCABULARY, beams));
      try (Engine.Drawing drawing = setting.engine().draw(work)) {
        if (drawing != null && setting.accepts(() -> check(setting, work, drawing))) {
          rows.add(time(setting, kind.title(), drawing, beams));
        }
      }
    }
  }

  static Row time(Setting setting, String what, Engine.Drawing drawing, int beams)
      throws IOException {
    Setting.Timed timed =
        setting.timedReading(() -> Stopwatch.seconds(() -> drawing.run(TIMES), 3, RUNS));
    double limit = 1e6 * 4.0 * VOCABULARY * beams / timed.bandwidth();
    return Row.time("decoding", "f32 " + what, 1e6 / TIMES, timed.seconds(), "us", limit);
  }

  /// Refuses ids that the logits, by their definition, cannot give, and draws that are spread
  /// otherwise than their probabilities are.
  static void check(Setting setting, DrawWork work, Engine.Drawing drawing) throws IOException {
    if (setting.reference() == null) {
      return;
    }
    if (work.kind() == DrawWork.Kind.BEAM) {
      int[] wanted = bestOfBeams(work);
      int[] found = drawing.run(1);
      if (!Arrays.equals(found, wanted)) {
        throw new WrongResult(
            "beam step: the peer found "
                + Arrays.toString(found)
                + " but the best are "
                + Arrays.toString(wanted));
      }
      return;
    }
    int[] sorted = sorted(work);
    int[] places = places(sorted);
    double[] shares = shares(work, sorted);
    int[] ends = ends(shares);
    int[] drawn = new int[ends.length];
    for (int i = 0; i < CHECKS; i++) {
      int id = drawing.run(1)[0];
      int place = id < 0 || id >= places.length ? shares.length : places[id];
      if (place >= shares.length) {
        throw new WrongResult(
            work.kind().title()
                + ": the peer drew "
                + id
                + ", which is not one of the "
                + shares.length
                + " largest");
      }
      int bin = 0;
      while (place >= ends[bin]) {
        bin++;
      }
      drawn[bin]++;
    }
    double chi = chiSquare(drawn, shares, ends);
    if (!(chi <= LARGEST)) {
      throw new WrongResult(
          String.format(
              Locale.ROOT,
              "%s: the peer's draws are not spread as their probabilities are, χ² is %.0f, allowed %.0f",
              work.kind().title(),
              chi,
              LARGEST));
    }
  }

  /// For each id, how many logits are larger.
  private static int[] places(int[] sorted) {
    int[] places = new int[sorted.length];
    for (int place = 0; place < places.length; place++) {
      places[sorted[place]] = place;
    }
    return places;
  }

  /// Ids from the largest logit down.
  private static int[] sorted(DrawWork work) {
    return IntStream.range(0, work.vocabulary())
        .boxed()
        .sorted((i, j) -> Float.compare(work.logits()[j], work.logits()[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /// The probabilities of what may be drawn, from the largest down.
  private static double[] shares(DrawWork work, int[] sorted) {
    double[] weights =
        Arrays.stream(sorted)
            .mapToDouble(id -> Math.exp(work.logits()[id] / TEMPERATURE))
            .toArray();
    double total = Arrays.stream(weights).sum();
    int kept =
        switch (work.kind()) {
          case TEMPERATURE, BEAM -> weights.length;
          case TOP_K -> 40;
          case TOP_P -> {
            int count = 0;
            for (double sum = 0; sum < 0.95 * total; count++) {
              sum += weights[count];
            }
            yield count + 1; // which rounding may let in
          }
        };
    double all = Arrays.stream(weights, 0, kept).sum();
    return Arrays.stream(weights, 0, kept).map(weight -> weight / all).toArray();
  }

  /// Where bins end that are about as probable as each other.
  private static int[] ends(double[] shares) {
    int[] ends = new int[BINS];
    int end = 0;
    double sum = 0;
    for (int bin = 0; bin < BINS; bin++) {
      while (end < shares.length && sum + shares[end] / 2 < (bin + 1.0) / BINS) {
        sum += shares[end++];
      }
      ends[bin] = end;
    }
    ends[BINS - 1] = shares.length;
    return ends;
  }

  /// Pearson's: Σ (drawn − expected)² / expected.
  private static double chiSquare(int[] drawn, double[] shares, int[] ends) {
    double chi = 0;
    for (int bin = 0; bin < ends.length; bin++) {
      double expected =
          CHECKS * Arrays.stream(shares, bin == 0 ? 0 : ends[bin - 1], ends[bin]).sum();
      chi += expected == 0 ? 0 : Math.pow(drawn[bin] - expected, 2) / expected;
    }
    return chi;
  }

  private static int[] bestOfBeams(DrawWork work) {
    int v = work.vocabulary();
    double[] score = new double[work.logits().length];
    for (int row = 0; row < work.rows(); row++) {
      double sum = 0;
      for (int i = 0; i < v; i++) {
        sum += Math.exp(work.logits()[row * v + i]);
      }
      for (int i = 0; i < v; i++) {
        score[row * v + i] = work.logits()[row * v + i] - Math.log(sum);
      }
    }
    return IntStream.range(0, score.length)
        .boxed()
        .sorted((i, j) -> Double.compare(score[j], score[i]))
        .limit(4)
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
