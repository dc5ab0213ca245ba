package dev.weft.examples.data;

import dev.weft.tensor.Philox;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/// Examples dealt into three parts; each example is in one.
///
/// @param training to fit on
/// @param validation to choose and to stop by
/// @param test for the figures that are told
public record Split<T>(List<T> training, List<T> validation, List<T> test) {
  private static final int DEAL = -2; // the streams' step; epochs count from 0

  public Split {
    training = List.copyOf(training);
    validation = List.copyOf(validation);
    test = List.copyOf(test);
  }

  /// Deals at random, each group by itself, so that every part has the same mixture of groups.
  /// The examples of one family stay together in one part. Parts come in the order that was
  /// drawn, group after group.
  ///
  /// @param group of an example, such as its label
  /// @param family of an example within its group
  /// @param validation share of each group, to within half a family
  /// @param test share of each group, to within half a family
  public static <T> Split<T> deal(
      List<T> examples,
      ToIntFunction<T> group,
      Function<T, String> family,
      double validation,
      double test,
      long seed) {
    check(validation, test);
    var groups = new TreeMap<Integer, LinkedHashMap<String, List<T>>>();
    for (T example : examples) {
      groups
          .computeIfAbsent(group.applyAsInt(example), key -> new LinkedHashMap<>())
          .computeIfAbsent(family.apply(example), key -> new ArrayList<>())
          .add(example);
    }
    List<T> first = new ArrayList<>();
    List<T> second = new ArrayList<>();
    List<T> third = new ArrayList<>();
    groups.forEach(
        (key, byFamily) -> {
          List<List<T>> families = List.copyOf(byFamily.values());
          int n = families.stream().mapToInt(List::size).sum();
          int dealt = 0;
          var random = new Philox(seed, Philox.Purpose.SHUFFLE, DEAL, key);
          for (int next : random.permutation(families.size())) {
            List<T> members = families.get(next);
            double middle = dealt + members.size() / 2.0;
            (middle < validation * n ? second : middle < (validation + test) * n ? third : first)
                .addAll(members);
            dealt += members.size();
          }
        });
    return new Split<>(first, second, third);
  }

  /// Deals by a hash of each example's key and the seed: equal keys meet in one part, and an
  /// example stays where it is when others come or go. Parts keep the order of the examples.
  ///
  /// @param validation chance of an example to be in that part
  /// @param test chance of an example to be in that part
  public static <T> Split<T> byHash(
      List<T> examples, Function<T, String> key, double validation, double test, long seed) {
    check(validation, test);
    List<T> first = new ArrayList<>();
    List<T> second = new ArrayList<>();
    List<T> third = new ArrayList<>();
    for (T example : examples) {
      long hash = hash(key.apply(example));
      double at = Philox.uniform(seed ^ hash, Philox.Purpose.SHUFFLE, DEAL, (int) (hash >>> 32));
      (at < validation ? second : at < validation + test ? third : first).add(example);
    }
    return new Split<>(first, second, third);
  }

  private static void check(double validation, double test) {
    if (!(validation >= 0 && test >= 0 && validation + test < 1)) {
      throw new IllegalArgumentException(
          "split: the shares of validation and test must leave something for training but are "
              + validation
              + " and "
              + test);
    }
  }

  /// FNV-1a over the characters (Fowler, Noll and Vo).
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }

  /// These parts, where each has an example.
  ///
  /// @param what the examples are, for the error
  /// @throws IllegalArgumentException when one is empty
  public Split<T> requireNoneEmpty(String what) {
    if (training.isEmpty() || validation.isEmpty() || test.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              "%d %s are too few: %d for training, %d for validation and %d for test",
              size(), what, training.size(), validation.size(), test.size()));
    }
    return this;
  }

  /// The same parts of something made from each example.
  public <R> Split<R> map(Function<? super T, ? extends R> function) {
    return new Split<>(
        List.copyOf(training.stream().<R>map(function).toList()),
        List.copyOf(validation.stream().<R>map(function).toList()),
        List.copyOf(test.stream().<R>map(function).toList()));
  }

  /// Examples in all parts.
  public int size() {
    return training.size() + validation.size() + test.size();
  }
}
