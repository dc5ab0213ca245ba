package dev.weft.bench;

import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.RecurrentWork;
import dev.weft.tensor.Philox;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Training steps of recurrent networks: forward, backward through all steps, clip, Adam, in F32.
/// The limit is the operations of the products at the peak of fused multiply-adds.
final class RecurrentTraining implements Benchmark {
  private static final int RUNS = 15;

  /// What a peer's loss may be off by, as a share, over the first steps.
  private static final double TOLERANCE = 2e-4;

  @Override
  public String name() {
    return "rnn";
  }

  @Override
  public List<Row> run(Setting setting) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (RecurrentWork work : works()) {
      String variant = "f32 " + work.title() + " step";
      if (!setting.wants(variant)) {
        continue;
      }
      try (Engine.Training training = setting.engine().train(work)) {
        if (training != null && setting.accepts(() -> check(setting, work, variant, training))) {
          rows.add(measure(setting, work, variant, training));
        }
      }
    }
    return rows;
  }

  private static void check(
      Setting setting, RecurrentWork work, String variant, Engine.Training training)
      throws IOException {
    if (setting.reference() != null) {
      try (Engine.Training wanted = setting.reference().train(work)) {
        check(variant, training, wanted);
      }
    }
  }

  private Row measure(Setting setting, RecurrentWork work, String variant, Engine.Training training)
      throws IOException {
    Setting.Timed timed = setting.timedComputing(() -> Stopwatch.seconds(training::step, 5, RUNS));
    double limit = 1e-6 * work.flops() / timed.gigaflops();
    double bytes =
        Gpt2Training.STATE_BYTES * work.parameters() + 2.0 * Float.BYTES * work.activations();
    return Row.time(name(), variant, 1000, timed.seconds(), "ms", limit)
        .taking(work.flops(), bytes);
  }

  /// Refuses a peer whose losses are not Weft's over three steps.
  static void check(String work, Engine.Training training, Engine.Training wanted)
      throws IOException {
    for (int step = 1; step <= 3; step++) {
      float[] found = {(float) training.step()};
      float[] loss = {(float) wanted.step()};
      Setting.requireSame(work + ", loss of step " + step, found, loss, TOLERANCE);
    }
  }

  /// The networks of the examples, and how a step grows with the hidden size.
  static List<RecurrentWork> works() {
    return List.of(
        work("lstm-lm", "LSTM language model", "lstm", 10_000, 256, 512, 2, 32, 64, 0),
        work("tanh-chars", "tanh character model", "tanh", 100, 256, 256, 1, 64, 100, 0),
        work("lstm-class", "LSTM classifier", "lstm", 5_000, 64, 128, 1, 64, 50, 2),
        work("gru-class", "GRU classifier", "gru", 5_000, 64, 128, 1, 64, 50, 2),
        work("lstm-64", "LSTM of 64", "lstm", 1_000, 64, 64, 1, 32, 32, 2),
        work("lstm-256", "LSTM of 256", "lstm", 1_000, 256, 256, 1, 32, 32, 2),
        work("lstm-1024", "LSTM of 1024", "lstm", 1_000, 1024, 1024, 1, 32, 32, 2));
  }

  private static RecurrentWork work(
      String name,
      String title,
      String cell,
      int vocabulary,
      int embedding,
      int hidden,
      int layers,
      int rows,
      int steps,
      int classes) {
    Philox random = new Philox(2, Philox.Purpose.SHUFFLE, 0, 0);
    int[] ids = draw(random, rows * steps, vocabulary);
    int[] targets =
        draw(random, classes > 0 ? rows : rows * steps, classes > 0 ? classes : vocabulary);
    return new RecurrentWork(
        name,
        title,
        cell,
        vocabulary,
        embedding,
        hidden,
        layers,
        rows,
        steps,
        classes,
        ids,
        targets);
  }

  private static int[] draw(Philox random, int count, int bound) {
    int[] ids = new int[count];
    for (int i = 0; i < count; i++) {
      ids[i] = random.nextInt(bound);
    }
    return ids;
  }
}
