package dev.weft.rnn;

import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Which rows of an embedding point where another one points.
public final class Neighbours {
  /// A row and the cosine of the angle to it, in [−1, 1].
  public record Neighbour(int id, double cosine) {}

  private Neighbours() {}

  /// The `count` rows of `table` (V, C) nearest to row `id`, which is left out, by cosine, nearest
  /// first; of equals the smaller id. A row of zeros has cosine 0 to every other.
  public static List<Neighbour> of(Tensor table, int id, int count) {
    table.shape().requireRank(2, "neighbours", "the table");
    if (id < 0 || id >= table.dim(0)) {
      throw new IllegalArgumentException(
          "neighbours: the table has ids 0 to " + (table.dim(0) - 1) + ", not " + id);
    }
    double[] values = table.toDoubles();
    int width = table.dim(1);
    double own = Math.sqrt(dot(values, id, id, width));
    List<Neighbour> all = new ArrayList<>();
    for (int other = 0; other < table.dim(0); other++) {
      if (other != id) {
        double lengths = own * Math.sqrt(dot(values, other, other, width));
        double cosine = lengths == 0 ? 0 : dot(values, id, other, width) / lengths;
        all.add(new Neighbour(other, cosine));
      }
    }
    all.sort(Comparator.comparingDouble(Neighbour::cosine).reversed());
    return List.copyOf(all.subList(0, Math.min(count, all.size())));
  }

  private static double dot(double[] values, int a, int b, int width) {
    double sum = 0;
    for (int j = 0; j < width; j++) {
      sum += values[a * width + j] * values[b * width + j];
    }
    return sum;
  }
}
