package dev.weft.decoding;

/// The best keys that together hold a mass, found by partition, bit by bit, without a sort: time is
/// linear in the count, and nothing is allocated.
final class Nucleus {
  private Nucleus() {}

  /// The least key to be kept of `count` keys, the larger the better, with masses at least 0.
  /// Reorders both arrays. Equal keys are kept or cut together.
  ///
  /// By [NucleusRule#INCLUSIVE] up to the first key at which the cumulated mass reaches `wanted`,
  /// by [NucleusRule#EXCLUSIVE] while it doesn't exceed `wanted`; at least `minKept`, by which all
  /// are kept when there are fewer.
  static long least(
      long[] keys, long[] masses, int count, double wanted, NucleusRule rule, int minKept) {
    long above = 0; // the mass of keys[0 … low), all better than the others
    int low = 0;
    int high = count;
    if (!full(sum(masses, 0, count), count, wanted, rule, minKept)) {
      return min(keys, count);
    }
    // The key that fills the nucleus stands in [low, high).
    for (int bit = differing(keys, low, high); bit >= 0; bit = differing(keys, low, high)) {
      int middle = partition(keys, masses, low, high, bit);
      long upper = above + sum(masses, low, middle);
      if (full(upper, middle, wanted, rule, minKept)) {
        high = middle;
      } else {
        above = upper;
        low = middle;
      }
    }
    return switch (rule) {
      case INCLUSIVE -> keys[low];
      case EXCLUSIVE -> keys[low] + 1;
    };
  }

  private static boolean full(long mass, int count, double wanted, NucleusRule rule, int minKept) {
    return switch (rule) {
      case INCLUSIVE -> (double) mass >= wanted && count >= minKept;
      case EXCLUSIVE -> (double) mass > wanted && count > minKept;
    };
  }

  /// The highest bit in which keys differ, or −1.
  private static int differing(long[] keys, int low, int high) {
    long all = keys[low];
    long any = keys[low];
    for (int i = low + 1; i < high; i++) {
      all &= keys[i];
      any |= keys[i];
    }
    return 63 - Long.numberOfLeadingZeros(all ^ any);
  }

  /// Puts the keys that are larger by `bit` first; returns how far they reach.
  private static int partition(long[] keys, long[] masses, int low, int high, int bit) {
    int left = low;
    int right = high - 1;
    while (true) {
      while (left <= right && isLarger(keys[left], bit)) {
        left++;
      }
      while (left <= right && !isLarger(keys[right], bit)) {
        right--;
      }
      if (left > right) {
        return left;
      }
      long key = keys[left];
      keys[left] = keys[right];
      keys[right] = key;
      long mass = masses[left];
      masses[left++] = masses[right];
      masses[right--] = mass;
    }
  }

  private static boolean isLarger(long key, int bit) {
    return ((key ^ Long.MIN_VALUE) >>> bit & 1) != 0; // a set sign is the smaller
  }

  private static long min(long[] keys, int count) {
    long min = Long.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      min = Math.min(min, keys[i]);
    }
    return min;
  }

  private static long sum(long[] masses, int low, int high) {
    long sum = 0;
    for (int i = low; i < high; i++) {
      sum += masses[i];
    }
    return sum;
  }
}
