package dev.weft.bench;

import dev.weft.bench.engine.DrawWork;
import dev.weft.bench.engine.Engine;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// Draws and beam steps over GPT-2's 50,257 logits, N(0, 2). The limit is one reading of the logits
/// at the bandwidth of the same run.
final class Draws {
  static final int VOCABULARY = 50_257;
  private static final double TEMPERATURE = 0.8;
  private static final int TIMES = 100; // of one measurement
  private static final int CHECKS = 200;
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

  static Row time(Setting setting, String what, Engine.Drawing drawing, int beams) {
    double before = setting.bandwidth();
    double[] seconds = Stopwatch.seconds(() -> drawing.run(TIMES), 3, RUNS);
    double bandwidth = (before + setting.bandwidth()) / 2;
    double limit = 1e6 * 4.0 * VOCABULARY * beams / bandwidth;
    return Row.time("decoding", "f32 " + what, 1e6 / TIMES, seconds, "us", limit);
  }

  /// Refuses ids that the logits, by their definition, cannot give.
  private static void check(Setting setting, DrawWork work, Engine.Drawing drawing)
      throws IOException {
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
    int kept = kept(work, sorted);
    Set<Integer> drawn = new HashSet<>();
    for (int i = 0; i < CHECKS; i++) {
      int id = drawing.run(1)[0];
      int place =
          IntStream.range(0, sorted.length).filter(p -> sorted[p] == id).findFirst().orElse(-1);
      if (place < 0 || place >= kept) {
        throw new WrongResult(
            work.kind().title() + ": the peer drew " + id + ", place " + place + " of " + kept);
      }
      drawn.add(id);
    }
    if (drawn.size() == 1) {
      throw new WrongResult(work.kind().title() + ": the peer drew " + drawn + " every time");
    }
  }

  private static int[] sorted(DrawWork work) {
    return IntStream.range(0, work.vocabulary())
        .boxed()
        .sorted((i, j) -> Float.compare(work.logits()[j], work.logits()[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static int kept(DrawWork work, int[] sorted) {
    return switch (work.kind()) {
      case TEMPERATURE, BEAM -> work.vocabulary();
      case TOP_K -> 40;
      case TOP_P -> {
        double[] weights =
            Arrays.stream(sorted)
                .mapToDouble(id -> Math.exp(work.logits()[id] / TEMPERATURE))
                .toArray();
        double total = Arrays.stream(weights).sum();
        int kept = 0;
        for (double sum = 0; sum < 0.95 * total; kept++) {
          sum += weights[kept];
        }
        yield kept + 1; // which rounding may let in
      }
    };
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
