package dev.weft.bench;

import dev.weft.bench.engine.Engine;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.tensor.Device;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The most memory that a work has at once on its device: weights, caches, activations, gradients,
/// moments. The limit of decoding is its weights and its cache alone; that of training four times
/// the weights.
final class Memory implements Benchmark {
  private static final double MEBIBYTE = 1 << 20;

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public boolean forPeers() {
    return false;
  }

  @Override
  public List<Row> run(Setting setting) throws IOException {
    List<Row> rows = new ArrayList<>();
    WeftEngine weft = (WeftEngine) setting.engine();
    for (String dtype : List.of("f32", "bf16", "int8")) {
      for (int length : new int[] {128, 512, 1024}) {
        rows.add(decoding(weft, dtype, length));
      }
    }
    weft.device().resetPeak();
    long before = weft.device().stats().liveBytes();
    try (Engine.Training training = weft.train(Gpt2Training.work(4, 64))) {
      training.step();
      long weights = 4 * 4 * Gpt2Config.SMALL.parameterCount();
      rows.add(row("f32 GPT-2 124M 4x64 step", peak(weft.device(), before), weights));
    }
    for (var work : RecurrentTraining.works()) {
      weft.device().resetPeak();
      before = weft.device().stats().liveBytes();
      try (WeftRecurrentTraining training = (WeftRecurrentTraining) weft.train(work)) {
        training.step();
        long weights = 4 * training.bytes();
        rows.add(row("f32 " + work.title() + " step", peak(weft.device(), before), weights));
      }
    }
    return rows;
  }

  private Row decoding(WeftEngine weft, String dtype, int length) throws IOException {
    long before = weft.device().stats().liveBytes();
    try (var model = weft.gpt2(dtype);
        var session = model.open(1)) {
      weft.device().resetPeak(); // making the model takes one matrix more
      session.feed(new int[][] {Decode.ids(0, length - 1)});
      session.feed(new int[][] {{0}});
      long least = model.bytes() + model.config().cacheBytes(length);
      String variant = dtype + " GPT-2 124M, " + length + " tokens";
      return row(variant, peak(weft.device(), before), least);
    }
  }

  private static long peak(Device device, long before) {
    return device.stats().peakBytes() - before;
  }

  private Row row(String variant, long bytes, long least) {
    return new Row(name(), variant, bytes / MEBIBYTE, bytes / MEBIBYTE, "MiB", least / MEBIBYTE);
  }
}
