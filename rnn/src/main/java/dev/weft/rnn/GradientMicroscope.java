package dev.weft.rnn;

import dev.weft.tensor.Gating;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.Recurrent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Watches gradients go back through time: for each layer of an [Rnn] and each step t the norm
/// ‖dL/dh_t‖ over all rows and units, and how many gates are saturated.
///
/// ```java
/// GradientMicroscope microscope = GradientMicroscope.on(rnn);
/// tape.backward(loss);
/// System.out.println(microscope.text(6));
/// ```
///
/// A sigmoid gate is saturated below 0.05 and above 0.95, a value of tanh beyond ±0.9, and a ReLU
/// unit at 0, where it lets nothing back. Steps that a mask leaves out count as they stand: look at
/// whole sequences.
public final class GradientMicroscope {
  private static final double SIGMOID_MARGIN = 0.05;
  private static final double TANH_BOUND = 0.9;

  private final List<View> views = new ArrayList<>();

  private GradientMicroscope() {}

  /// Looks into every further run of a network, until it gets another probe. What was seen is that
  /// of the latest run.
  public static GradientMicroscope on(Rnn rnn) {
    GradientMicroscope microscope = new GradientMicroscope();
    rnn.probe(microscope::view);
    return microscope;
  }

  /// What was seen of one layer and direction.
  ///
  /// @param layer from 0
  /// @param reverse whether it runs from the last step to the first
  /// @param norms ‖dL/dh_t‖ by t; empty before the backward pass
  /// @param gates and how saturated they are
  public record View(int layer, boolean reverse, double[] norms, List<Gate> gates) {
    /// ‖dL/dh‖ of the first step over that of the last: below 1 the gradient vanishes on its way
    /// back, above 1 it grows. NaN before the backward pass.
    public double firstOverLast() {
      return norms.length == 0 ? Double.NaN : norms[0] / norms[norms.length - 1];
    }
  }

  /// One kind of gate of a layer.
  ///
  /// @param name `input`, `forget`, `cell`, `output`; `reset`, `update`, `new`; or `state`
  /// @param saturated share over all steps, rows and units, in [0, 1]
  public record Gate(String name, double saturated) {}

  /// The layers in order, forward before backward.
  public List<View> views() {
    return List.copyOf(views);
  }

  /// A table: a row for each layer, with the norms of about `columns` steps from first to last.
  public String text(int columns) {
    if (columns < 2) {
      throw new IllegalArgumentException(
          "microscope: a table wants 2 columns or more, not " + columns);
    }
    StringBuilder text = new StringBuilder();
    for (View view : views) {
      text.append("layer ").append(view.layer).append(view.reverse ? " reverse" : "").append(':');
      int steps = view.norms.length;
      int shown = Math.min(columns, steps);
      for (int i = 0; i < shown; i++) {
        int t = shown == 1 ? 0 : (int) Math.round((double) i * (steps - 1) / (shown - 1));
        text.append(String.format(Locale.ROOT, "  t=%d %.2e", t, view.norms[t]));
      }
      for (Gate gate : view.gates) {
        text.append(
            String.format(Locale.ROOT, "; %s %.0f %% saturated", gate.name, 100 * gate.saturated));
      }
      text.append('\n');
    }
    return text.toString();
  }

  // ---- looking --------------------------------------------------------------------------------

  private Recurrent.Probe view(int layer, boolean reverse) {
    return new Recurrent.Probe() {
      @Override
      public void forward(Gating gating, Tensor gates, Tensor states) {
        put(new View(layer, reverse, new double[0], saturation(gating, gates, states)));
      }

      @Override
      public void backward(Tensor dh) {
        for (View view : views()) {
          if (view.layer == layer && view.reverse == reverse) {
            put(new View(layer, reverse, norms(dh), view.gates));
          }
        }
      }
    };
  }

  private void put(View fresh) {
    views.removeIf(view -> view.layer == fresh.layer && view.reverse == fresh.reverse);
    views.add(fresh);
    views.sort(Comparator.comparingInt(View::layer).thenComparing(View::reverse));
  }

  /// In double: the squares of what has vanished are below the smallest float.
  private static double[] norms(Tensor dh) {
    double[] values = dh.toDoubles();
    double[] norms = new double[dh.dim(0)];
    int size = values.length / norms.length;
    for (int t = 0; t < norms.length; t++) {
      double sum = 0;
      for (int i = t * size; i < (t + 1) * size; i++) {
        sum += values[i] * values[i];
      }
      norms[t] = Math.sqrt(sum);
    }
    return norms;
  }

  private static List<Gate> saturation(Gating gating, Tensor gates, Tensor states) {
    return switch (gating) {
      case TANH -> List.of(new Gate("state", share(states, 0, 1, Kind.TANH)));
      case RELU -> List.of(new Gate("state", share(states, 0, 1, Kind.RELU)));
      case LSTM ->
          List.of(
              new Gate("input", share(gates, 0, 4, Kind.SIGMOID)),
              new Gate("forget", share(gates, 1, 4, Kind.SIGMOID)),
              new Gate("cell", share(gates, 2, 4, Kind.TANH)),
              new Gate("output", share(gates, 3, 4, Kind.SIGMOID)));
      case GRU, GRU_RESET_FIRST ->
          List.of(
              new Gate("reset", share(gates, 0, 3, Kind.SIGMOID)),
              new Gate("update", share(gates, 1, 3, Kind.SIGMOID)),
              new Gate("new", share(gates, 2, 3, Kind.TANH)));
    };
  }

  private enum Kind {
    SIGMOID,
    TANH,
    RELU;

    boolean saturated(double value) {
      return switch (this) {
        case SIGMOID -> value < SIGMOID_MARGIN || value > 1 - SIGMOID_MARGIN;
        case TANH -> Math.abs(value) > TANH_BOUND;
        case RELU -> value == 0;
      };
    }
  }

  /// The share of block `block` of `blocks` that is saturated.
  private static double share(Tensor values, int block, int blocks, Kind kind) {
    int units = values.dim(2) / blocks;
    double[] part = values.slice(2, block * units, (block + 1) * units).toDoubles();
    int saturated = 0;
    for (double value : part) {
      saturated += kind.saturated(value) ? 1 : 0;
    }
    return (double) saturated / part.length;
  }
}
