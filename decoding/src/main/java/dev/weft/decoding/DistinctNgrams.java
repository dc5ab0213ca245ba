package dev.weft.decoding;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// How little a text repeats itself: distinct-n, the share of its n-grams that are different ones.
/// Li, Galley, Brockett, Gao and Dolan, "A diversity-promoting objective function for neural
/// conversation models", 2016.
///
/// Longer texts repeat more of necessity: compare texts of one length.
public final class DistinctNgrams {
  private DistinctNgrams() {}

  /// From above 0, all the same, to 1, no n-gram twice; 1 for a text shorter than n.
  public static double share(int[] ids, int n) {
    if (n < 1) {
      throw new IllegalArgumentException("distinct n-grams: n must be at least 1 but is " + n);
    }
    int count = ids.length - n + 1;
    Set<List<Integer>> different = new HashSet<>();
    for (int i = 0; i < count; i++) {
      different.add(Arrays.stream(ids, i, i + n).boxed().toList());
    }
    return count < 1 ? 1 : different.size() / (double) count;
  }
}
