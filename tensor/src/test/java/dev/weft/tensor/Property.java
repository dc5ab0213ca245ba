package dev.weft.tensor;

import java.util.Arrays;

/// Checks a statement on many seeded inputs and, when one fails, on smaller ones like it.
public final class Property {
  private static final int LARGEST = 64;

  private Property() {}

  /// Makes an input from random numbers; `size` (1 … 64) says how large it may be, and grows from
  /// case to case.
  @FunctionalInterface
  public interface Generator<T> {
    /// The same random stream and size give the same input.
    T generate(Philox random, int size);
  }

  /// A statement about an input: throws when it does not hold.
  @FunctionalInterface
  public interface Check<T> {
    /// Throws an [AssertionError] or any exception when the statement is false.
    void check(T input);
  }

  /// Checks `cases` inputs. A failing input is halved in size for as long as it fails; the error
  /// names the seed, the case and the smallest input found.
  public static <T> void forAll(long seed, int cases, Generator<T> generator, Check<T> check) {
    for (int i = 0; i < cases; i++) {
      int size = 1 + (int) ((long) (LARGEST - 1) * i / Math.max(1, cases - 1));
      Throwable failure = failure(seed, i, size, generator, check);
      if (failure == null) {
        continue;
      }
      int failing = size;
      for (int smaller = size / 2; smaller >= 1; smaller /= 2) {
        Throwable again = failure(seed, i, smaller, generator, check);
        if (again == null) {
          break;
        }
        failing = smaller;
        failure = again;
      }
      T input = generator.generate(stream(seed, i), failing);
      throw new AssertionError(
          String.format(
              "case %d of seed %d fails at size %d (first at %d): %s%n%s",
              i, seed, failing, size, Arrays.deepToString(new Object[] {input}), failure),
          failure);
    }
  }

  private static <T> Throwable failure(
      long seed, int number, int size, Generator<T> generator, Check<T> check) {
    try {
      check.check(generator.generate(stream(seed, number), size));
      return null;
    } catch (RuntimeException | AssertionError e) {
      return e;
    }
  }

  private static Philox stream(long seed, int number) {
    return new Philox(seed, Philox.Purpose.SHUFFLE, number, 0);
  }
}
