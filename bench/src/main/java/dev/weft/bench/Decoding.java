package dev.weft.bench;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Draw;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// What decoding costs beside the model ([Draws], and draws that Weft alone does), and what it
/// gains with one ([Generation]).
final class Decoding implements Benchmark {
  @Override
  public String name() {
    return "decoding";
  }

  @Override
  public List<Row> run(Setting setting) throws IOException {
    List<Row> rows = new ArrayList<>();
    Draws.measure(setting, rows);
    if (setting.engine() instanceof WeftEngine weft) {
      penalties(setting, weft.device(), rows);
      Generation.measure(setting, weft, rows);
    }
    return rows;
  }

  private static void penalties(Setting setting, Device device, List<Row> rows) throws IOException {
    float[] normal = FixedLogits.normal(Draws.VOCABULARY, 1);
    try (Owner owner = new Owner("bench")) {
      Draw.Counts counts = counts(owner, device);
      float[] equal = new float[Draws.VOCABULARY];
      draw(setting, "top-p 0.95, all equal", device, equal, 0, null, 0, rows);
      draw(setting, "penalty 1024, top-k, top-p", device, normal, 0.5, counts, 40, rows);
      draw(setting, "penalty 1024, top-p", device, normal, 0.5, counts, 0, rows);
    }
  }

  private static void draw(
      Setting setting,
      String what,
      Device device,
      float[] logits,
      double penalty,
      Draw.Counts counts,
      int topK,
      List<Row> rows)
      throws IOException {
    if (!setting.wants("f32 draw, " + what)) {
      return;
    }
    try (WeftDraws draws = new WeftDraws(device, logits, penalty, counts, topK, 0.95)) {
      rows.add(Draws.time(setting, "draw, " + what, draws, 1));
    }
  }

  /// What 1,024 tokens of a text are: fewer ids, some of them often.
  private static Draw.Counts counts(Owner owner, Device device) {
    Philox random = new Philox(7, Philox.Purpose.INITIALISATION, 0, 0);
    int[] times = new int[Draws.VOCABULARY];
    for (int i = 0; i < 1024; i++) {
      double u = random.nextUniform();
      times[(int) (times.length * u * u * u)]++;
    }
    int[] ids = IntStream.range(0, times.length).filter(i -> times[i] > 0).toArray();
    int[] counts = Arrays.stream(ids).map(id -> times[id]).toArray();
    return new Draw.Counts(
        ints(owner, device, 0, ids.length), ints(owner, device, ids), ints(owner, device, counts));
  }

  private static Tensor ints(Owner owner, Device device, int... values) {
    return owner.empty(device, DType.I32, Shape.of(values.length)).set(values);
  }
}
