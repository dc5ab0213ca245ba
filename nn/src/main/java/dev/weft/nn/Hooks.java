package dev.weft.nn;

import dev.weft.nn.Recording.Run;
import dev.weft.nn.Recording.Values;
import dev.weft.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Finds where two runs part: records what goes through each layer and names the first that
/// differs.
///
/// ```java
/// try (Recording cached = Hooks.record(model)) { … }
/// try (Recording uncached = Hooks.record(model)) { … }
/// Hooks.compare(cached, uncached, 0).ifPresent(System.out::println);
/// ```
public final class Hooks {
  private Hooks() {}

  /// Where two recordings differ first.
  ///
  /// @param layer the layer's name
  /// @param reason which value differs and how, in words
  public record Difference(String layer, String reason) {
    @Override
    public String toString() {
      return layer + ": " + reason;
    }
  }

  /// Starts to record every layer of a model; closing it ends that.
  public static Recording record(Layer model) {
    return new Recording(model);
  }

  /// The first layer, in the order in which `a` ran them, whose input or output differs by more
  /// than `tolerance` (0: in any value); empty when there is none.
  ///
  /// Several runs of one layer are put one after another along the last axis but one, so that a
  /// sequence fed in chunks compares with the same sequence fed at once.
  public static Optional<Difference> compare(Recording a, Recording b, double tolerance) {
    Map<String, List<Run>> left = byLayer(a);
    Map<String, List<Run>> right = byLayer(b);
    for (Map.Entry<String, List<Run>> entry : left.entrySet()) {
      String layer = entry.getKey();
      List<Run> others = right.get(layer);
      String reason =
          others == null
              ? "ran in the first recording only"
              : difference(entry.getValue(), others, tolerance);
      if (reason != null) {
        return Optional.of(new Difference(layer, reason));
      }
    }
    for (String layer : right.keySet()) {
      if (!left.containsKey(layer)) {
        return Optional.of(new Difference(layer, "ran in the second recording only"));
      }
    }
    return Optional.empty();
  }

  private static Map<String, List<Run>> byLayer(Recording recording) {
    Map<String, List<Run>> runs = new LinkedHashMap<>();
    for (Run run : recording.runs()) {
      runs.computeIfAbsent(run.layer(), name -> new ArrayList<>()).add(run);
    }
    return runs;
  }

  private static String difference(List<Run> a, List<Run> b, double tolerance) {
    String input = difference("input", joined(a, Run::input), joined(b, Run::input), tolerance);
    return input != null
        ? input
        : difference("output", joined(a, Run::output), joined(b, Run::output), tolerance);
  }

  private static String difference(String what, Values a, Values b, double tolerance) {
    if (!a.shape().equals(b.shape())) {
      return what + " is " + a.shape() + " against " + b.shape();
    }
    for (int i = 0; i < a.elements().length; i++) {
      double x = a.elements()[i];
      double y = b.elements()[i];
      if (Double.compare(x, y) != 0 && !(Math.abs(x - y) <= tolerance)) {
        return what + " " + Arrays.toString(index(a.shape(), i)) + " is " + x + " against " + y;
      }
    }
    return null;
  }

  private static int[] index(Shape shape, int flat) {
    int[] index = new int[shape.rank()];
    for (int axis = index.length - 1; axis >= 0; axis--) {
      index[axis] = flat % shape.dim(axis);
      flat /= shape.dim(axis);
    }
    return index;
  }

  /// The runs' values one after another along the last axis but one (a vector's only axis). Where
  /// the other axes differ, the last run alone: what went before cannot be compared.
  private static Values joined(List<Run> runs, Function<Run, Values> side) {
    Values joined = side.apply(runs.getFirst());
    for (Run run : runs.subList(1, runs.size())) {
      Values next = side.apply(run);
      int rank = joined.shape().rank();
      int axis = Math.max(0, rank - 2);
      if (rank == 0
          || next.shape().rank() != rank
          || !joined.shape().without(axis).equals(next.shape().without(axis))) {
        joined = next;
      } else {
        joined = joined(joined, next, axis);
      }
    }
    return joined;
  }

  private static Values joined(Values a, Values b, int axis) {
    Shape shape = a.shape().with(axis, a.shape().dim(axis) + b.shape().dim(axis));
    double[] elements = new double[Math.toIntExact(shape.size())];
    int outer = 1;
    for (int i = 0; i < axis; i++) {
      outer *= shape.dim(i);
    }
    int blockA = a.elements().length / Math.max(1, outer);
    int blockB = b.elements().length / Math.max(1, outer);
    for (int i = 0; i < outer; i++) {
      System.arraycopy(a.elements(), i * blockA, elements, i * (blockA + blockB), blockA);
      System.arraycopy(b.elements(), i * blockB, elements, i * (blockA + blockB) + blockA, blockB);
    }
    return new Values(shape, elements);
  }
}
