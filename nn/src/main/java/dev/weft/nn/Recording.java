package dev.weft.nn;

import dev.weft.tensor.DType;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// The inputs and outputs of all layers of a model, copied to the host as they run, until it is
/// closed. See [Hooks].
public final class Recording implements AutoCloseable {
  /// Values of a tensor on the host, row-major.
  public record Values(Shape shape, double[] elements) {
    static Values of(Tensor x) {
      return new Values(x.shape(), x.dtype() == DType.I32 ? toDoubles(x.toInts()) : x.toDoubles());
    }

    private static double[] toDoubles(int[] ids) {
      double[] wide = new double[ids.length];
      for (int i = 0; i < ids.length; i++) {
        wide[i] = ids[i];
      }
      return wide;
    }
  }

  /// One run of one layer.
  ///
  /// @param layer the layer's name; where several share one, `name#2` and so on
  public record Run(String layer, Values input, Values output) {}

  private final Layer model;
  private final IdentityHashMap<Layer, String> names = new IdentityHashMap<>();
  private final List<Run> runs = new ArrayList<>();
  private final Layer.Observer observer = this::add;

  Recording(Layer model) {
    this.model = model;
    Map<String, Integer> uses = new HashMap<>();
    for (Layer layer : model.layers()) {
      String name = layer.name().isEmpty() ? layer.getClass().getSimpleName() : layer.name();
      int use = uses.merge(name, 1, Integer::sum);
      names.put(layer, use == 1 ? name : name + "#" + use);
      layer.observe(observer);
    }
  }

  private synchronized void add(Layer layer, Tensor input, Tensor output) {
    runs.add(new Run(names.get(layer), Values.of(input), Values.of(output)));
  }

  /// Every run so far, in the order in which the layers finished: parts before the whole.
  public synchronized List<Run> runs() {
    return Collections.unmodifiableList(new ArrayList<>(runs));
  }

  /// Stops recording; what was recorded stays.
  @Override
  public void close() {
    for (Layer layer : model.layers()) {
      layer.forget(observer);
    }
  }
}
